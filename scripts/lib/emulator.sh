# shellcheck shell=bash
# The AWS emulator of one instance: one process, one port, and the function processes it starts.

emulator_running() { alive "$HOME_DIR/aws/pid" ministack; }

emulator_healthy() { "$LOCAL/venv/aws/bin/python" "$SCRIPTS/lib/http_ok.py" "http://127.0.0.1:$1/_ministack/health"; }

emulator_start() { # emulator_start PORT kept|disposable
  local home=$HOME_DIR/aws port=$1 keep=1
  emulator_running && return 0
  if [ "$2" = disposable ]; then
    keep=0
    rm -rf "$home"
  fi
  rm -rf "$home/tmp"
  mkdir -p "$home/tmp" "$home/s3" "$home/state"
  # A clean environment, because the functions inherit it: what the template does not give them is missing here too.
  # A session of its own, so that stopping it ends the function processes as well.
  env -i PATH=/usr/local/bin:/usr/bin:/bin HOME="$home/tmp" LANG=C.UTF-8 RUST_BACKTRACE=1 RUST_LOG="${RUST_LOG:-info}" \
    TMPDIR="$home/tmp" S3_DATA_DIR="$home/s3" STATE_DIR="$home/state" PERSIST_STATE=$keep S3_PERSIST=$keep \
    GATEWAY_PORT="$port" EDGE_PORT="$port" BIND_HOST=127.0.0.1 MINISTACK_REGION="$AWS_REGION" LAMBDA_EXECUTOR=local \
    AWS_ENDPOINT_URL="http://127.0.0.1:$port" \
    setsid "$LOCAL/venv/aws/bin/ministack" >>"$LOGS/aws.log" 2>&1 </dev/null &
  echo $! >"$home/pid"
  wait_for 30 emulator_healthy "$port" || { tail -n 20 "$LOGS/aws.log" >&2; die "The AWS emulator does not answer on port $port: see $LOGS/aws.log"; }
}

emulator_stop() { stop_group "$HOME_DIR/aws/pid" ministack; }

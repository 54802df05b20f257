# shellcheck shell=bash
# The AWS emulator of one instance: one process, one port, and the function processes it starts.

emulator_running() { alive "$HOME_DIR/aws/pid" ministack; }

emulator_healthy() { "$LOCAL/venv/aws/bin/python" "$SCRIPTS/lib/http_ok.py" "http://127.0.0.1:$1/_ministack/health"; }

emulator_start() { # emulator_start PORT
  local home=$HOME_DIR/aws port=$1
  emulator_running && return 0
  rm -rf "$home"
  mkdir -p "$home/tmp" "$home/s3"
  # A session of its own, so that stopping it ends the function processes too.
  env -u AWS_ENDPOINT_URL TMPDIR="$home/tmp" S3_DATA_DIR="$home/s3" STATE_DIR="$home/state" \
    GATEWAY_PORT="$port" EDGE_PORT="$port" BIND_HOST=127.0.0.1 MINISTACK_REGION="$AWS_REGION" LAMBDA_EXECUTOR=local \
    setsid "$LOCAL/venv/aws/bin/ministack" >"$LOGS/aws.log" 2>&1 </dev/null &
  echo $! >"$home/pid"
  wait_for 30 emulator_healthy "$port" || { tail -n 20 "$LOGS/aws.log" >&2; die "The AWS emulator does not answer on port $port: see $LOGS/aws.log"; }
}

emulator_stop() { stop_group "$HOME_DIR/aws/pid" ministack; }

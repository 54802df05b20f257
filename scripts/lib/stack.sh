# shellcheck shell=bash
# What runs on the services of one instance: the deployed template, the simulators of outside services, the demo data.

DATABASE=drrip
STAGE=dev
DOMAIN=drrip.localhost
SECRET_PARTS=(database database-direct personal verifying signing-service signing-seller signing-admin signing-external
  toss payouts agency bank carriers)

built() { [ -x "${CARGO_TARGET_DIR:-$ROOT/target}/debug/$1" ] && echo "${CARGO_TARGET_DIR:-$ROOT/target}/debug/$1"; }
emulator_url() { echo "http://127.0.0.1:$AWS_PORT"; }
pooled_url() { echo "postgres://drrip:drrip@127.0.0.1:$PGBOUNCER_PORT/$DATABASE"; }
direct_url() { echo "postgres://drrip:drrip@127.0.0.1:$PG_PORT/$DATABASE"; }

build_binaries() { # build_binaries [--tests]: with the features the tests were built with, which saves building all twice
  command -v cargo >/dev/null || die "Rust is missing." "Install it from rustup.rs, then run make again."
  cargo build --workspace --bins "$@" --manifest-path "$ROOT/Cargo.toml"
}

make_database() {
  [ "$(run_sql postgres "select count(*) from pg_database where datname = '$DATABASE'")" = 1 ] ||
    run_sql postgres "create database $DATABASE"
}

simulators_running() { alive "$HOME_DIR/simulators.pid" simulators; }

simulators_digest() { cksum "$(built simulators)"; }

simulators_start() {
  local binary
  binary=$(built simulators) || { echo "not built"; return 0; }
  if simulators_running && ! changed simulators simulators_digest; then echo "already running"; return 0; fi
  stop_group "$HOME_DIR/simulators.pid" simulators
  changed simulators simulators_digest || true
  cp "$binary" "$HOME_DIR/simulators.new" && mv "$HOME_DIR/simulators.new" "$HOME_DIR/simulators"
  # Where the simulators send their webhooks: the external host behind the emulator.
  local external=http://external.$DOMAIN:$AWS_PORT
  TOSS_PORT=$TOSS_PORT AGENCY_PORT=$AGENCY_PORT BANK_PORT=$BANK_PORT CARRIER_PORT=$CARRIER_PORT HOOKS_PORT=$HOOKS_PORT \
    EXTERNAL_BASE_URL=$external TOSS_WEBHOOK_PAYMENT_URL=$external/v1/inbound/toss/payment-events \
    TOSS_WEBHOOK_DEPOSIT_URL=$external/v1/inbound/toss/deposits TOSS_WEBHOOK_PAYOUT_URL=$external/v1/inbound/toss/payout-events \
    setsid "$HOME_DIR/simulators" >>"$LOGS/simulators.log" 2>&1 </dev/null &
  echo $! >"$HOME_DIR/simulators.pid"
  wait_for 15 port_is_taken "$TOSS_PORT" || { tail -n 20 "$LOGS/simulators.log"; die "The simulators do not listen on port $TOSS_PORT: see $LOGS/simulators.log"; }
  unchanged simulators
  echo "toss $TOSS_PORT, agency $AGENCY_PORT, bank $BANK_PORT, carrier $CARRIER_PORT"
}

deploy() {
  cd "$ROOT" || return
  AWS_ENDPOINT_URL=$(emulator_url) "$LOCAL/venv/aws/bin/python" -u "$SCRIPTS/deploy" --home "$HOME_DIR" --stack "drrip-$STAGE" \
    --database "$(pooled_url)" --database-direct "$(direct_url)" \
    Stage=$STAGE Emulator=true DomainName=$DOMAIN MailSender=no-reply@drrip.example \
    TossUrl="http://127.0.0.1:$TOSS_PORT" AgencyUrl="http://127.0.0.1:$AGENCY_PORT" BankUrl="http://127.0.0.1:$BANK_PORT" \
    CarrierUrl="http://127.0.0.1:$CARRIER_PORT" WebhookAllowHosts="127.0.0.1:$HOOKS_PORT" AllowedOrigins=http://localhost:3000
}

migrate() { AWS_ENDPOINT_URL=$(emulator_url) "$LOCAL/venv/aws/bin/python" "$SCRIPTS/deploy/invoke.py" "$HOME_DIR" MigrateFunction '{}'; }

of_stack() { # of_stack LOGICAL_ID: the physical id, empty when there is none
  "$LOCAL/venv/aws/bin/python" -c 'import json, sys; print(json.load(open(sys.argv[1]))["resources"].get(sys.argv[2], ""))' "$HOME_DIR/stack.json" "$1"
}

print_process_env() { # what a program outside the emulator needs to be a process of this stage
  local ids
  ids=$(printf "drrip/$STAGE/%s," "${SECRET_PARTS[@]}")
  cat <<ENV
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=$AWS_REGION AWS_ENDPOINT_URL=$(emulator_url)
export STAGE=$STAGE SECRET_IDS=${ids%,} DOMAIN_NAME=$DOMAIN MAIL_SENDER=no-reply@drrip.example
export TOSS_URL=http://127.0.0.1:$TOSS_PORT AGENCY_URL=http://127.0.0.1:$AGENCY_PORT BANK_URL=http://127.0.0.1:$BANK_PORT
export CARRIER_URL=http://127.0.0.1:$CARRIER_PORT HOOKS_URL=http://127.0.0.1:$HOOKS_PORT WEBHOOK_ALLOW_HOSTS=127.0.0.1:$HOOKS_PORT
export PUBLIC_BUCKET=$(of_stack PublicBucket) PRIVATE_BUCKET=$(of_stack PrivateBucket) ALLOWED_ORIGINS=http://localhost:3000
ENV
}

demo_file() { if [ "$INSTANCE" = up ]; then echo "$LOCAL/demo.txt"; else echo "$HOME_DIR/demo.txt"; fi; }

seed() {
  local binary
  binary=$(built seed) || { echo "no seed binary in this workspace"; return 0; }
  # It plants once; what the simulators forgot with their last stop it tells them again.
  eval "$(print_process_env)"
  "$binary" >"$HOME_DIR/demo.new"
  mv "$HOME_DIR/demo.new" "$(demo_file)"
  demo_file | sed "s#^$ROOT/#accounts in #"
}

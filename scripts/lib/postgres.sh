# shellcheck shell=bash
# PostgreSQL of one instance. It refuses root, so for root it runs as the system's postgres user.

POSTGRES_AT_LEAST=15

postgres_bin() { # folder of the newest server at least that old
  local dir version best='' best_version=0
  for dir in /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin \
    "$(pg_config --bindir 2>/dev/null || true)"; do
    [ -x "$dir/initdb" ] || continue
    version=$("$dir/postgres" --version | grep -oE '[0-9]+' | head -n1)
    if [ "$version" -ge "$POSTGRES_AT_LEAST" ] && [ "$version" -gt "$best_version" ]; then best=$dir best_version=$version; fi
  done
  echo "$best"
}

as_postgres() {
  if is_root; then (cd / && HOME=/tmp exec setpriv --reuid=postgres --regid=postgres --init-groups "$@"); else "$@"; fi
}

# The postgres user must be able to walk into the data folder; a checkout under /root is closed to it.
postgres_home() {
  mkdir -p "$HOME_DIR"
  if as_postgres test -x "$HOME_DIR" 2>/dev/null; then echo "$HOME_DIR/database"
  else echo "/var/tmp/drrip-$(printf %s "$HOME_DIR" | cksum | cut -d' ' -f1)"; fi
}

postgres_running() { [ -d "$1/pg" ] && as_postgres "$(postgres_bin)/pg_ctl" -D "$1/pg" status >/dev/null 2>&1; }

postgres_init() { # postgres_init HOME: an empty cluster with the superuser drrip
  local home=$1
  install -d -m 0700 "$home"
  if is_root; then chown postgres:postgres "$home"; fi
  printf 'drrip\n' | as_postgres tee "$home/password" >/dev/null
  as_postgres "$(postgres_bin)/initdb" -D "$home/pg" -U drrip --pwfile="$home/password" -A scram-sha-256 -E UTF8 \
    --locale=C.UTF-8 --no-sync >"$LOGS/initdb.log" 2>&1 || die "initdb failed: $LOGS/initdb.log"
}

postgres_start() { # postgres_start PORT durable|disposable
  local home bin port=$1 kind=$2 fast=()
  home=$(postgres_home) bin=$(postgres_bin)
  postgres_running "$home" && return 0
  if [ "$kind" = disposable ]; then
    rm -rf "$home"
    fast=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0
      -c autovacuum_naptime=1h -c checkpoint_timeout=30min -c max_wal_size=4GB)
  fi
  [ -d "$home/pg" ] || postgres_init "$home"
  # jit: as template.yaml sets it. POSTGRES_SETTINGS: more of them ("-c name=value …").
  as_postgres "$bin/pg_ctl" -D "$home/pg" -w -t 60 -s -l "$home/postgres.log" -o "$(printf '%s ' \
    -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300 -c timezone=UTC -c jit=off "${fast[@]}") ${POSTGRES_SETTINGS:-}" start \
    >"$LOGS/postgres-start.log" 2>&1 </dev/null ||
    { tail -n 20 "$home/postgres.log" >&2 || true; die "PostgreSQL did not start on port $port: see $home/postgres.log"; }
  run_sql postgres "alter role drrip set timezone to 'UTC'" >/dev/null
}

postgres_stop() {
  local home
  home=$(postgres_home)
  ! postgres_running "$home" || as_postgres "$(postgres_bin)/pg_ctl" -D "$home/pg" -m fast -w -s stop
}

postgres_remove() { rm -rf "$(postgres_home)"; }

run_sql() { # run_sql DATABASE SQL: on the direct connection
  PGPASSWORD=drrip PGCONNECT_TIMEOUT=5 "$(postgres_bin)/psql" -h 127.0.0.1 -p "$PG_PORT" -U drrip -d "$1" -v ON_ERROR_STOP=1 -qtA -c "$2"
}

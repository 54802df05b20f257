# shellcheck shell=bash
# PgBouncer before PostgreSQL, in transaction mode and without prepared statements: what would pin a connection of
# RDS Proxy fails here.

pgbouncer_bin() { PATH=$PATH:/usr/sbin:/usr/local/sbin command -v pgbouncer || true; }

pgbouncer_config() { # pgbouncer_config HOME PORT
  local version
  version=$("$(pgbouncer_bin)" --version | grep -oE '[0-9]+\.[0-9]+' | head -n1)
  cat <<INI
[databases]
* = host=127.0.0.1 port=$PG_PORT

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $2
unix_socket_dir =
auth_type = scram-sha-256
auth_file = $1/users.txt
auth_user = drrip
auth_query = select usename, passwd from pg_shadow where usename = \$1
pool_mode = transaction
max_client_conn = 2000
default_pool_size = 20
server_idle_timeout = 10
server_login_retry = 1
autodb_idle_timeout = 60
ignore_startup_parameters = extra_float_digits
logfile = $1/pgbouncer.log
pidfile = $1/pgbouncer.pid
log_connections = 0
log_disconnections = 0
stats_users = drrip
admin_users = drrip
INI
  # The setting exists since 1.21; before it named statements were never carried over.
  if [ "$(printf '%s\n1.21\n' "$version" | sort -V | head -n1)" = 1.21 ]; then echo "max_prepared_statements = 0"; fi
}

pgbouncer_running() { alive "$(postgres_home)/pgbouncer.pid" pgbouncer; }

pgbouncer_start() { # pgbouncer_start PORT
  local home port=$1
  home=$(postgres_home)
  pgbouncer_running && return 0
  pgbouncer_config "$home" "$port" | as_postgres tee "$home/pgbouncer.ini" >/dev/null
  echo '"drrip" "drrip"' | as_postgres tee "$home/users.txt" >/dev/null
  as_postgres rm -f "$home/pgbouncer.pid"
  as_postgres "$(pgbouncer_bin)" -q -d "$home/pgbouncer.ini" >"$LOGS/pgbouncer-start.log" 2>&1 </dev/null ||
    { cat "$LOGS/pgbouncer-start.log" >&2; die "PgBouncer did not start on port $port: see $home/pgbouncer.log"; }
  wait_for 10 port_is_taken "$port" || die "PgBouncer does not listen on port $port: see $home/pgbouncer.log"
}

pgbouncer_stop() {
  local file pid
  file=$(postgres_home)/pgbouncer.pid
  pgbouncer_running || return 0
  pid=$(cat "$file")
  kill -TERM "$pid" # ends at once, without waiting for its clients
  wait_for 5 gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
}

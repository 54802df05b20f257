# shellcheck shell=bash
# The ports of `make up`. Set one in the environment to move it; it is remembered until `make reset`.
for default in PG_PORT=15432 PGBOUNCER_PORT=16432 AWS_PORT=14566 TOSS_PORT=14601 AGENCY_PORT=14602 BANK_PORT=14603 CARRIER_PORT=14604 HOOKS_PORT=14605; do
  name=${default%=*}
  printf '%s=%s\n' "$name" "${!name:-${default#*=}}"
done >"$HOME_DIR/ports.new"
mv "$HOME_DIR/ports.new" "$HOME_DIR/ports"
# shellcheck disable=SC1091
. "$HOME_DIR/ports"

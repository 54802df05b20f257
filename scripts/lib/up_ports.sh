# shellcheck shell=bash
# The ports of `make up`. Set one in the environment to move it; it is remembered until `make reset`.
for default in PG_PORT=15432 PGBOUNCER_PORT=16432 AWS_PORT=14566 TOSS_PORT=14601 AGENCY_PORT=14602 BANK_PORT=14603 CARRIER_PORT=14604 HOOKS_PORT=14605; do
  name=${default%=*}
  declare -g "$name=${!name:-${default#*=}}"
  printf '%s=%s\n' "$name" "${!name}"
done >"$HOME_DIR/ports.new"
if ! cmp -s "$HOME_DIR/ports.new" "$HOME_DIR/ports" &&
  { emulator_running || simulators_running || postgres_running "$(postgres_home)"; }; then
  die "Ports move only while nothing runs." "make down, then the same command again"
fi
mv "$HOME_DIR/ports.new" "$HOME_DIR/ports"

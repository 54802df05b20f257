# shellcheck shell=bash
# Finds or installs what the commands need. Python tools live in folders of their own under .local/venv.

EMULATOR=(ministack==1.5.33 aws-sam-translator)
SAM=(aws-sam-cli==1.170.0 cfn-lint==1.58.0 setuptools)
CARGO_LAMBDA=(cargo-lambda==1.9.2)
SCHEMATHESIS=(schemathesis==4.32.5)

apt_install() {
  command -v apt-get >/dev/null ||
    die "Missing: $*" "Install them with this system's package manager (PostgreSQL >= $POSTGRES_AT_LEAST, PgBouncer, Python 3 with venv, a C compiler)."
  say "  installing $*"
  if [ -z "${APT_UPDATED:-}" ]; then as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update >>"$LOGS/apt.log" 2>&1 || true; APT_UPDATED=1; fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends "$@" >>"$LOGS/apt.log" 2>&1 ||
    { tail -n 15 "$LOGS/apt.log" >&2; die "apt-get could not install: $*" "The whole output is in $LOGS/apt.log"; }
}

install_system_packages() {
  local missing=()
  command -v cc >/dev/null || missing+=(build-essential)
  python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3 python3-venv)
  [ -n "$(postgres_bin)" ] || missing+=(postgresql)
  [ -n "$(pgbouncer_bin)" ] || missing+=(pgbouncer)
  command -v ps >/dev/null || missing+=(procps)
  command -v curl >/dev/null || missing+=(curl)
  [ ${#missing[@]} = 0 ] || apt_install "${missing[@]}"
  [ -n "$(postgres_bin)" ] || die "This system's PostgreSQL is older than $POSTGRES_AT_LEAST" "Install postgresql-$POSTGRES_AT_LEAST or newer, then run make again."
}

# .local/venv/NAME points at the folder made for these packages and this Python; another set gets another folder, so
# that what runs from the old one keeps running.
install_venv() { # install_venv NAME PACKAGE…
  local name=$1 dir
  shift
  dir=$LOCAL/venv/$name-$(echo "$LOCAL $(python3 --version) $*" | cksum | cut -d' ' -f1)
  mkdir -p "$LOCAL/venv"
  # Two commands may start at once in one checkout.
  exec 9>"$dir.lock"
  if command -v flock >/dev/null; then flock 9; fi
  if [ ! -e "$dir/complete" ]; then
    say "  installing $*"
    rm -rf "$dir"
    { python3 -m venv "$dir" && "$dir/bin/pip" install --quiet --disable-pip-version-check "$@"; } >"$LOGS/pip-$name.log" 2>&1 ||
      { tail -n 15 "$LOGS/pip-$name.log" >&2; die "pip could not install: $*" "The whole output is in $LOGS/pip-$name.log"; }
    touch "$dir/complete"
  fi
  if [ ! -L "$LOCAL/venv/$name" ]; then rm -rf "${LOCAL:?}/venv/$name"; fi
  ln -sfn "$(basename "$dir")" "$LOCAL/venv/$name"
  exec 9>&-
}

install_emulator() { install_venv aws "${EMULATOR[@]}"; }
install_sam() { install_venv sam "${SAM[@]}"; }
install_schemathesis() { install_venv fuzz "${SCHEMATHESIS[@]}"; }
install_cargo_lambda() { install_venv lambda "${CARGO_LAMBDA[@]}"; }

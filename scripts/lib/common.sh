# shellcheck shell=bash
# Sourced by every script: where things are, how a person is told, which ports an instance uses.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
LOCAL=$ROOT/.local
export SCRIPTS=$ROOT/scripts
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=ap-northeast-2 AWS_DEFAULT_REGION=ap-northeast-2
unset AWS_PROFILE AWS_SESSION_TOKEN
export LC_NUMERIC=C

# shellcheck disable=SC2034
if [ -t 1 ]; then BOLD=$'\e[1m' DIM=$'\e[2m' RED=$'\e[31m' GREEN=$'\e[32m' PLAIN=$'\e[0m'; else BOLD='' DIM='' RED='' GREEN='' PLAIN=''; fi

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
die() { # die WHAT [WHAT TO DO]
  printf '%s%s%s\n' "$RED" "$1" "$PLAIN" >&2
  [ $# -lt 2 ] || printf '  %s\n' "$2" >&2
  exit 1
}

is_root() { [ "$(id -u)" = 0 ]; }
as_root() {
  if is_root; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "Root rights are needed for: $*" "Run that command as root, then run make again."; fi
}

# The ports an instance used last; one that is set in the environment wins.
remember_ports() {
  local line name
  while read -r line; do
    name=${line%%=*}
    if [ -z "${!name:-}" ]; then declare -g "$line"; fi
  done <"$HOME_DIR/ports"
}

# An instance is one set of services with its own folder and ports: `up` (make up), `test` (make test), `services`
# (scripts/test-services). They run beside one another.
use_instance() {
  INSTANCE=$1
  HOME_DIR=$LOCAL/$INSTANCE
  LOGS=$HOME_DIR/log
  STATE=$HOME_DIR/state
  mkdir -p "$LOGS" "$STATE"
  if [ -f "$HOME_DIR/ports" ]; then remember_ports; fi
}

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() { # the first free port at or after $1, in steps of 7 so that neighbours do not collide
  local port=$1
  while port_is_taken "$port"; do port=$((port + 7)); done
  echo "$port"
}

who_listens() { { ss -ltnp 2>/dev/null || true; } | awk -v p=":$1\$" '$4 ~ p {print $NF; exit}'; }

need_port() { # need_port PORT NAME VARIABLE
  port_is_taken "$1" || return 0
  die "Port $1 ($2) is already in use ${DIM}$(who_listens "$1")${PLAIN}" \
    "Stop what listens there, or choose another: $3=$(free_port $(($1 + 10))) make up"
}

# A process that ended but that nobody waited for (a container without an init) still has its number: see its state.
gone() { case $(ps -o stat= -p "$1" 2>/dev/null) in '' | Z*) return 0 ;; *) return 1 ;; esac; }
group_gone() { ! ps -e -o pgid=,stat= | awk -v g="$1" '$1 == g && $2 !~ /^Z/ {found = 1} END {exit !found}'; }

alive() { # alive PIDFILE WORD: the process still runs and its command line has WORD
  local pid
  [ -s "$1" ] && pid=$(head -n1 "$1") && ! gone "$pid" && ps -o args= -p "$pid" | grep -q -- "$2"
}

stop_group() { # stop_group PIDFILE WORD: ends the process and the ones it started, and waits
  local pid
  if alive "$1" "$2"; then
    pid=$(head -n1 "$1")
    kill -TERM -- "-$pid" 2>/dev/null || kill -TERM "$pid" 2>/dev/null || true
    wait_for 5 group_gone "$pid" || kill -KILL -- "-$pid" 2>/dev/null || true
  fi
  rm -f "$1"
}

wait_for() { # wait_for SECONDS COMMAND…
  local until=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$until" ] || return 1
    sleep 0.1
  done
}

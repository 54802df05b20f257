# shellcheck shell=bash
# Steps: each shows its name, that it goes on, how long it took and its last word. The whole output is in a log file.

STEP_TIMES=()
STEP_FAILURES=0
BEGAN=$EPOCHREALTIME

elapsed() { # elapsed SINCE: 0.4 s, 12 s, 3 min 20 s
  awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN {t = b - a; if (t < 10) printf "%.1f s", t; else if (t < 120) printf "%d s", t; else printf "%d min %d s", t / 60, t % 60}'
}

last_word() { tr '\r' '\n' <"$1" | sed 's/\x1b\[[0-9;]*m//g' | awk 'NF {line = $0} END {print substr(line, 1, 100)}'; }

show_progress() { # show_progress PID NAME LOG SINCE
  local pid=$1 ticks=0 width
  width=$(($(tput cols 2>/dev/null || echo 100) - ${#2} - 16))
  while ! gone "$pid"; do
    sleep 0.2
    ticks=$((ticks + 1))
    if [ -t 1 ]; then
      [ $((ticks % 3)) != 0 ] || printf '\r\e[K  %s %s%s  %s%s' "$2" "$DIM" "$(elapsed "$4")" "$(last_word "$3" | cut -c "1-$width")" "$PLAIN"
    elif [ $((ticks % 100)) = 0 ]; then
      printf '    %s … %s  %s\n' "$2" "$(elapsed "$4")" "$(last_word "$3")"
    fi
  done
}

step() { # step NAME COMMAND…: quiet; ends everything when it fails
  local name=$1 log since pid rc=0
  shift
  log=$LOGS/step-$(printf %s "$name" | tr -cs 'A-Za-z0-9' '-').log
  since=$EPOCHREALTIME
  # A process group of its own, so that Ctrl-C ends all of it; services leave it with setsid.
  set -m
  ("$@") >"$log" 2>&1 </dev/null &
  set +m
  pid=$!
  trap 'kill -TERM -- "-'"$pid"'" 2>/dev/null; exit 130' INT TERM
  show_progress "$pid" "$name" "$log" "$since"
  wait "$pid" || rc=$?
  trap - INT TERM
  [ ! -t 1 ] || printf '\r\e[K'
  if [ "$rc" != 0 ]; then
    printf '%s✗ %s%s  %s\n' "$RED" "$name" "$PLAIN" "$(elapsed "$since")"
    tail -n 40 "$log" | sed 's/^/  /'
    die "Stopped at: $name" "The whole output is in $log"
  fi
  printf '%s✓%s %-28s %8s  %s%s%s\n' "$GREEN" "$PLAIN" "$name" "$(elapsed "$since")" "$DIM" "$(last_word "$log")" "$PLAIN"
}

proof() { # proof NAME COMMAND…: prints all; goes on when it fails, and tells at the end
  local name=$1 since=$EPOCHREALTIME rc=0
  shift
  printf '\n%s── %s%s\n' "$BOLD" "$name" "$PLAIN"
  ("$@") </dev/null || rc=$? # -e is off inside: what is proved joins its commands with &&
  if [ "$rc" = 0 ]; then STEP_TIMES+=("${GREEN}✓${PLAIN} $(printf '%-28s %s' "$name" "$(elapsed "$since")")")
  else
    STEP_TIMES+=("${RED}✗${PLAIN} $(printf '%-28s %s' "$name" "$(elapsed "$since")")")
    STEP_FAILURES=$((STEP_FAILURES + 1))
  fi
  return "$rc"
}

summary() {
  printf '\n%s── Summary (%s)%s\n' "$BOLD" "$(elapsed "$BEGAN")" "$PLAIN"
  printf '%s\n' "${STEP_TIMES[@]}"
  printf '\nsteps: %d passed, %d failed\n' $((${#STEP_TIMES[@]} - STEP_FAILURES)) "$STEP_FAILURES"
}

changed() { # changed NAME COMMAND…: true unless the command prints what it printed when `unchanged NAME` was last said
  local name=$1
  shift
  "$@" | cksum >"$STATE/$name.now"
  ! cmp -s "$STATE/$name.now" "$STATE/$name.done"
}
unchanged() { mv "$STATE/$1.now" "$STATE/$1.done"; }

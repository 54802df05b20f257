# shellcheck shell=bash
# What a person sees when everything runs.
say ""
say "${BOLD}Drrip runs.${PLAIN}  Documentation of each host:"
for host in service seller admin external; do say "  http://$host.$DOMAIN:$AWS_PORT/docs"; done
say "${DIM}  *.localhost names reach this machine in browsers and curl; elsewhere send to 127.0.0.1:$AWS_PORT with that Host header.${PLAIN}"
if [ -s "$LOCAL/demo.txt" ]; then say ""; cat "$LOCAL/demo.txt"; fi
for walk in "$LOCAL/walk.txt" "$ROOT/docs/walk.md"; do
  [ -s "$walk" ] || continue
  say ""
  say "${BOLD}A walk to copy and paste${PLAIN} ${DIM}(${walk#"$ROOT"/})${PLAIN}"
  cat "$walk"
  break
done
say ""
say "${DIM}Database: psql $(direct_url)   Mail sent: curl $(emulator_url)/_ministack/ses/messages   make logs · make down · make reset${PLAIN}"

# shellcheck shell=bash
# What a person sees when everything runs.
say ""
say "${BOLD}Drrip runs.${PLAIN}  Documentation of each host:"
for host in service seller admin external; do say "  http://$host.$DOMAIN:$AWS_PORT/docs"; done
say "${DIM}  *.localhost names reach this machine in browsers and curl; elsewhere send to 127.0.0.1:$AWS_PORT with that Host header.${PLAIN}"
if [ -s "$LOCAL/demo.txt" ]; then say ""; cat "$LOCAL/demo.txt"; fi
say ""
say "${BOLD}A walk to copy and paste${PLAIN} ${DIM}(docs/walk.md)${PLAIN}"
sed "s/localhost:14566/localhost:$AWS_PORT/; s/127.0.0.1:14601/127.0.0.1:$TOSS_PORT/; s/127.0.0.1:14604/127.0.0.1:$CARRIER_PORT/" "$ROOT/docs/walk.md"
say ""
say "${DIM}Database: psql $(direct_url)   Mail sent: curl $(emulator_url)/_ministack/ses/messages   make logs · make down · make reset${PLAIN}"

# shellcheck shell=bash
# The page of scripts/bench: where it ran, and the tables of its parts as they were measured.

part() { # part NAME TITLE TEXT
  [ -f "$DRRIP_BENCH_RESULTS/$1.md" ] || return 0
  printf '\n## %s\n\n%s\n\n' "$2" "$3"
  cat "$DRRIP_BENCH_RESULTS/$1.md"
}

plans_page() {
  cat <<PAGE
# Plans

How PostgreSQL goes about the ten statements that are asked most, in the big shop of docs/benchmarks.md and with the parameters of
real calls. Written by \`make bench\`, which fails when one of them reads a large table from one end to the other; a test asks the
same of every migration, on empty tables.
PAGE
  cat "$DRRIP_BENCH_RESULTS/plans.md"
}

cat <<PAGE
# Benchmarks

Written by \`make bench\`; nothing here is estimated. The clients, the server (\`serve\`, built for release) and PostgreSQL share
one machine. pgbench runs the server's own statements, taken from PostgreSQL's log with their parameters, on the same data
within the same minutes, prepared once per connection and executed by name as the server does. A ratio is ours over pgbench's, of
medians of $ROUNDS runs.

| | |
|---|---|
| measured | $(date -u +%F) at $(git rev-parse --short HEAD) |
| machine | $(nproc) processors ($(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n1)), $(awk '/MemTotal/ {printf "%d", $2 / 1048576}' /proc/meminfo) GB |
| system | Linux $(uname -r) |
| PostgreSQL | $("$DRRIP_BENCH_PG_BIN/postgres" --version | awk '{print $3}'), settings as delivered (fsync, synchronous_commit on), but for a quarter of the memory as shared_buffers$(awk '/HugePages_(Total|Rsvd)/ {used += $2} /HugePages_Free/ {used -= $2} END {if (used > 0) printf " in huge pages"}' /proc/meminfo), which is what RDS does, and no JIT, as template.yaml says |
| Rust | $(rustc --version | awk '{print $2}') |
| shop | $COPIES × (2 sellers, 400 products, 2,400 SKUs, 200 customers, 667 orders of 2,001 lines) |
PAGE
part reads Reads 'Pages of 24 cards: 32 in a row, newest and most liked, four by price; 64 products; 64 orders.'
part lists 'Lists as the shop grows' 'The same lists at 16 clients in shops of products alone; each is read for a while before it counts.'
part orders Orders 'Three lines of two sellers with a coupon and points, to customers picked at random; paid by card at the simulated gateway, which runs in the process of the clients. pgbench does the statements of the same orders one by one; the server sends those that do not wait for each other together. CPU is that of the process(es) alone.'
part grown 'Orders as the past grows' 'Placed and confirmed at 16 clients in shops with more and more customers and past orders of the same goods; what is only ever appended (histories, the ledger) is left out of the past. Everybody buys twice: for the first order the rows of its buyer are fetched from outside of PostgreSQL'\''s memory, which the more customers a shop has holds the fewer of.'
part flash 'Flash sale' 'Every order wants one piece of one SKU. Where there are fewer pieces than orders, exactly the pieces are sold, and what is reserved is what is held. A commit that takes 3 ms more (`commit_delay`) is that of a database in several zones. CPU is that of the process(es) alone, for each order asked.'
part settle Settlement 'One night: everything decided becomes lines, ledger entries and statements. Memory is that of the whole measuring process.'
part tasks Tasks 'The queue is a stand-in in the process; its waiting time in the cloud is not in here.'
part queue 'From the outbox to the end of a task' 'A payment is told by an event; its task takes the pieces off the shelf. From the commit that leaves the event in the outbox, over nudge, relay and queue, to the commit of the task. The queues are those of the emulator that `make up` runs, which answers a few hundred calls a second; in the cloud SQS and the start of a function take their place.'
part shape 'Lambda functions' 'Medians. The start is measured with a stand-in of the runtime interface, from the start of the process to its first answer, the read of its secrets included.'

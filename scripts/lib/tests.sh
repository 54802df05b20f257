# shellcheck shell=bash
# The test runners. The end-to-end crate needs a deployed stack, so it runs by itself afterwards; every command names the
# whole workspace, because another choice of packages is another choice of features and compiles the dependencies anew.

run_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace -E 'not package(e2e)' --no-fail-fast --hide-progress-bar && run_doc_tests
  else
    cargo test --workspace --exclude e2e --no-fail-fast
  fi
}

# A library without an example in its documentation has nothing to run; asking costs a rustdoc start each.
run_doc_tests() {
  local crates=()
  mapfile -t crates < <(crates_with_examples)
  [ ${#crates[@]} = 0 ] || cargo test --doc --quiet "${crates[@]/#/--package=}"
}

crates_with_examples() {
  grep -rlE '^ *//[/!] ```(rust|should_panic|no_run|compile_fail)?$' --include='*.rs' shared tests functions 2>/dev/null | sed 's#/src/.*##' | sort -u |
    while read -r dir; do sed -n 's/^name *= *"\(.*\)"/\1/p' "$dir/Cargo.toml" | head -n 1; done
}

run_e2e_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace -E 'package(e2e)' --no-fail-fast --hide-progress-bar
  else
    cargo test --workspace --test worked_example --no-fail-fast
  fi
}

check_template() {
  install_sam &&
    "$LOCAL/venv/sam/bin/cfn-lint" --regions ap-northeast-2 -- template.yaml bootstrap.yaml copies.yaml vault.yaml &&
    "$LOCAL/venv/sam/bin/cfn-lint" --regions us-east-1 -- edge.yaml &&
    SAM_CLI_TELEMETRY=0 "$LOCAL/venv/sam/bin/sam" validate --lint --region ap-northeast-2 --template-file template.yaml
}

# The release's own rules: what is built for a change, what a migration may do, what a stage is given.
check_release() { cd "$SCRIPTS/release" && "$LOCAL/venv/aws/bin/python" -m unittest discover --start-directory tests --top-level-directory .; }

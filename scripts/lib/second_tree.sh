# shellcheck shell=bash
# Another commit of this repository beside the working copy, with what was compiled of others' crates lent to its build.

# The folder is TREE, its build folder TREE_TARGET; the commit's own crates are compiled anew there.
make_tree() { # make_tree COMMIT
  TREE=$HOME_DIR/tree TREE_TARGET=$HOME_DIR/target
  remove_tree
  git -C "$ROOT" worktree add --quiet --detach "$TREE" "$1"
}

remove_tree() {
  git -C "$ROOT" worktree remove --force "$TREE" 2>/dev/null || rm -rf "$TREE"
  git -C "$ROOT" worktree prune
}

# The same files by other names, so that nothing is copied or compiled twice; what cargo writes in place is copied.
lend_target() { # lend_target TARGET
  rm -rf "$TREE_TARGET"
  mkdir -p "$TREE_TARGET/debug"
  if [ -d "$1/debug/deps" ]; then
    cp -a "$1/debug/.fingerprint" "$TREE_TARGET/debug/"
    cp -al "$1/debug/deps" "$1/debug/build" "$TREE_TARGET/debug/" 2>/dev/null || cp -a "$1/debug/deps" "$1/debug/build" "$TREE_TARGET/debug/"
  fi
}

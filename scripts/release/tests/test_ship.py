"""The order in which a stage is brought to a release, and back when it does not answer."""

import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[3]

# Stands for python3: writes down what it is asked, runs `before`, and is healthy when the release is.
STAND_IN = """#!/usr/bin/env bash
case "$1 $2" in
  "scripts/release running") echo "$BEFORE" ;;
  "scripts/release fetch") echo "fetch $3" >>"$LOG"; echo "$3" >"$NOW" ;;
  "scripts/release migrate") echo "migrate $3" >>"$LOG" ;;
  "scripts/release health") echo "health" >>"$LOG"; [ "$(cat "$NOW")" != "$SICK" ] ;;
  scripts/deploy*) echo "deploy ${*: -1}" >>"$LOG" ;;
esac
"""


class Ship(unittest.TestCase):
    def ship(self, before="old", sick="none"):
        with tempfile.TemporaryDirectory() as folder:
            stand_in, log = pathlib.Path(folder) / "python", pathlib.Path(folder) / "log"
            stand_in.write_text(STAND_IN)
            stand_in.chmod(0o755)
            log.touch()
            given = {"PYTHON": str(stand_in), "LOG": str(log), "NOW": f"{folder}/now", "BEFORE": before, "SICK": sick}
            stage = {"PACKAGES": "packages", "DOMAIN": "drrip.example", "DEPLOY_TO_EMULATOR": "--home x"}
            done = subprocess.run([ROOT / "scripts/ship", "dev", "new"], env={"PATH": os.environ["PATH"]} | given | stage, capture_output=True)
            return done.returncode, log.read_text().splitlines()

    def test_migrations_come_before_the_stack_and_health_after_it(self):
        self.assertEqual(self.ship(), (0, ["migrate new", "fetch new", "deploy Release=new", "health"]))

    def test_an_empty_stage_is_migrated_once_it_has_the_function(self):
        code, steps = self.ship(before="")
        self.assertEqual((code, steps), (0, ["migrate new", "fetch new", "deploy Release=new", "migrate new", "health"]))

    def test_a_stage_that_does_not_answer_goes_back_and_says_so(self):
        code, steps = self.ship(sick="new")
        self.assertEqual(code, 1)
        self.assertEqual(steps[3:], ["health", "fetch old", "deploy Release=old", "health"])

    def test_there_is_no_way_back_from_the_first_release(self):
        self.assertEqual(self.ship(before="", sick="new")[0], 1)

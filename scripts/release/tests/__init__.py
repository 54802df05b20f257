"""Tests of what a release is made of."""

import pathlib
import sys

for folder in ("release", "deploy"):
    sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / folder))

//! Stories over the whole platform, told with the `harness`. They are in `tests/all`, one module per area.

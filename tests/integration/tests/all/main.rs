//! One binary, one module per area: `cargo test -p integration <area>`.

mod house;

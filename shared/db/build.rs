//! Rebuilds the crate when a migration changes: `include_dir!` alone would not notice.
fn main() {
    println!("cargo:rerun-if-changed=migrations");
}

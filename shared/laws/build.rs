//! Rebuilds the crate when a law changes: `include_dir!` alone would not notice.
fn main() {
    println!("cargo:rerun-if-changed=sql");
}

//! The deployment as data: `template.yaml` read, and the functions it deploys as values, to be compared.

pub mod functions;
pub mod template;

pub use functions::{Function, Made, all};
pub use template::Template;

/// The repository.
pub fn root() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

//! A statement in several shapes: what a call does not ask for is left out of its text.
//!
//! Context: a list with optional filters and several orders. One text for all of them (`$3 is null or brand_id = $3`, `order by case`)
//! can only be planned well for the values of one call, so that PostgreSQL plans it anew each time, which takes longer than to run it.
//! Decision: the text of each shape is put together once, of pieces that are constants, and is a statement with its own name.
//! All shapes have the same parameters and row, so that callers do not differ, and each is compared with the schema.
//! Rejected: a static for each shape (there are a thousand), a query builder (text made of values).
//! Consequences: a parameter may go unused; its type is declared with every call, so that PostgreSQL takes it.

use crate::check::{Checked, Declared};
use crate::stmt::{Params, Row, Stmt};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Which clauses a text has.
pub trait Shape: Copy + Ord + Send + Sync + 'static {
    /// Every shape there is.
    fn every() -> Vec<Self>;
    /// What tells it from the others, in a few words.
    fn label(self) -> String;
    /// The text, piece by piece.
    fn pieces(self) -> Vec<&'static str>;
}

/// The statements of a kind of shape. Declare it with [`shaped!`](crate::shaped).
pub struct Shaped<S, P: 'static, R: 'static> {
    name: &'static str,
    made: Mutex<BTreeMap<S, &'static Stmt<P, R>>>,
}

impl<S: Shape, P: Params, R: Row> Shaped<S, P, R> {
    /// `name` is the path of its static.
    pub const fn new(name: &'static str) -> Self {
        Shaped { name, made: Mutex::new(BTreeMap::new()) }
    }

    /// The statement of one shape, kept for the life of the process.
    pub fn of(&self, shape: S) -> &'static Stmt<P, R> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.entry(shape).or_insert_with(|| {
            let name = format!("{} ({})", self.name, shape.label());
            Box::leak(Box::new(Stmt::new(name.leak(), shape.pieces().concat().leak())))
        })
    }
}

impl<S: Shape, P: Params, R: Row> Declared for Shaped<S, P, R> {
    fn statements(&'static self) -> Vec<&'static dyn Checked> {
        S::every().into_iter().map(|shape| self.of(shape) as &dyn Checked).collect()
    }
}

/// Declares the one statement of a module that has shapes.
#[macro_export]
macro_rules! shaped { ($(#[$meta:meta])* static $name:ident : $shape:ty, $params:ty => $row:ty;) => {
    $(#[$meta])* static $name: $crate::Shaped<$shape, $params, $row> =
        $crate::Shaped::new(concat!(module_path!(), "::", stringify!($name)));
    /// Every statement of this module.
    pub const STATEMENTS: &[&dyn $crate::Declared] = &[&$name];
} }

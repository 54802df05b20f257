//! A statement is a static: its SQL, the types of its parameters, the shape of its row.

use crate::on::On;
use kernel::Fault;
use kernel::sql::SqlType;
use std::marker::PhantomData;
use tokio_postgres::types::{FromSql, ToSql, Type};

/// One statement. Declare it with [`statements!`](crate::statements) beside the use case that runs it.
pub struct Stmt<P, R> {
    name: &'static str,
    sql: &'static str,
    shape: PhantomData<fn(P) -> R>,
}

/// What is known of a row's column before any query ran.
#[derive(Clone, Copy)]
pub struct Field {
    /// Column name; empty for tuple rows, which are read by position.
    pub name: &'static str,
    pub accepts: fn(&Type) -> bool,
    pub nullable: bool,
    pub rust: &'static str,
}

/// A row read from a result. Declare named ones with [`row!`](crate::row); `()` is no row, a tuple is read by position.
pub trait Row: Sized + Send {
    const FIELDS: &'static [Field];
    fn read(row: &tokio_postgres::Row) -> Result<Self, tokio_postgres::Error>;
}

/// The parameters of a statement: a tuple of typed values, `$1` first.
pub trait Params: Send + Sync {
    const TYPES: &'static [Type];
    fn typed(&self) -> Vec<(&(dyn ToSql + Sync), Type)>;
}

impl<P: Params, R: Row> Stmt<P, R> {
    /// `name` is the path of its static.
    pub const fn new(name: &'static str, sql: &'static str) -> Self {
        Stmt { name, sql, shape: PhantomData }
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn sql(&self) -> &'static str {
        self.sql
    }

    /// Every row.
    pub async fn all(&self, on: &impl On, params: P) -> Result<Vec<R>, Fault> {
        let rows = on.rows(self.name, self.sql, &params.typed()).await?;
        rows.iter().map(|row| R::read(row).map_err(Fault::internal)).collect()
    }

    /// The row, or None. More than one row is a defect of the statement.
    pub async fn opt(&self, on: &impl On, params: P) -> Result<Option<R>, Fault> {
        let mut rows = self.all(on, params).await?;
        match rows.len() {
            0 | 1 => Ok(rows.pop()),
            n => Err(Fault::internal(format!("{n} rows where at most one was expected: {}", self.sql))),
        }
    }

    /// The row that must be there.
    pub async fn one(&self, on: &impl On, params: P) -> Result<R, Fault> {
        self.opt(on, params).await?.ok_or_else(|| Fault::internal(format!("no row: {}", self.sql)))
    }

    /// For statements without a result.
    pub async fn run(&self, on: &impl On, params: P) -> Result<(), Fault> {
        on.rows(self.name, self.sql, &params.typed()).await.map(drop)
    }
}

impl Row for () {
    const FIELDS: &'static [Field] = &[];
    fn read(_: &tokio_postgres::Row) -> Result<(), tokio_postgres::Error> {
        Ok(())
    }
}

macro_rules! tuples { ($(($($t:ident $i:tt),*))*) => { $(
    impl<$($t: SqlType + Send),*> Params for ($($t,)*) {
        const TYPES: &'static [Type] = &[$(<$t as SqlType>::TYPE),*];
        fn typed(&self) -> Vec<(&(dyn ToSql + Sync), Type)> { vec![$((&self.$i as &(dyn ToSql + Sync), <$t as SqlType>::TYPE)),*] }
    }
)* } }
tuples! {
    () (A 0) (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) (A 0, B 1, C 2, D 3, E 4) (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6) (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7) (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9) (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14, Q 15)
}

macro_rules! tuple_rows { ($(($($t:ident $i:tt),+))*) => { $(
    impl<$($t: for<'a> FromSql<'a> + Send),+> Row for ($($t,)+) {
        const FIELDS: &'static [Field] = &[$(Field { name: "", accepts: <$t as FromSql>::accepts, nullable: true, rust: stringify!($t) }),+];
        fn read(row: &tokio_postgres::Row) -> Result<Self, tokio_postgres::Error> { Ok(($(row.try_get($i)?,)+)) }
    }
)* } }
tuple_rows! { (A 0) (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) (A 0, B 1, C 2, D 3, E 4) (A 0, B 1, C 2, D 3, E 4, F 5) }

#[doc(hidden)]
pub const fn is_option(name: &str) -> bool {
    let bytes = name.as_bytes();
    let option = b"Option";
    let mut i = 0;
    while i < option.len() {
        if i >= bytes.len() || bytes[i] != option[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Declares a row struct: field name = column name, in the order of the statement's columns.
///
/// ```
/// db::row! {
///     /// What is locked before a line is paid for.
///     pub struct LineRow { pub id: kernel::ProductOrderId, pub note: Option<String> }
/// }
/// ```
#[macro_export]
macro_rules! row { ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$fmeta:meta])* $fvis:vis $field:ident : $ty:ty),* $(,)? }) => {
    $(#[$meta])*
    #[derive(Debug, Clone)]
    $vis struct $name { $($(#[$fmeta])* $fvis $field: $ty),* }
    impl $crate::Row for $name {
        const FIELDS: &'static [$crate::Field] = &[$($crate::Field {
            name: stringify!($field),
            accepts: <$ty as $crate::postgres_types::FromSql>::accepts,
            nullable: $crate::__is_option(stringify!($ty)),
            rust: stringify!($ty),
        }),*];
        fn read(row: &$crate::tokio_postgres::Row) -> Result<Self, $crate::tokio_postgres::Error> {
            let mut at = 0usize..;
            Ok(Self { $($field: row.try_get(at.next().unwrap_or_default())?),* })
        }
    }
} }

/// Declares the statements of a module and lists them for the check against the migrated schema.
///
/// ```
/// db::statements! {
///     /// Locks nothing: the compare-and-set in `where` decides.
///     static MARK_PAID: (kernel::PurchaseOrderId, kernel::Now) => () = "update purchase_orders set paid_at = $2 where id = $1";
/// }
/// ```
#[macro_export]
macro_rules! statements { ($($(#[$meta:meta])* $vis:vis static $name:ident : $params:ty => $row:ty = $sql:expr;)*) => {
    $($(#[$meta])* $vis static $name: $crate::Stmt<$params, $row> =
        $crate::Stmt::new(concat!(module_path!(), "::", stringify!($name)), $sql);)*
    /// Every statement of this module.
    pub const STATEMENTS: &[&dyn $crate::Declared] = &[$(&$name),*];
} }

//! Compares a statement with the migrated schema: parameter types, column names, types and nullability.

use crate::stmt::{Field, Params, Row, Stmt};
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// What a module declares: a statement, or one in several shapes.
pub trait Declared: Sync {
    fn statements(&'static self) -> Vec<&'static dyn Checked>;
}

/// A statement whose shape can be compared with a schema.
pub trait Checked: Sync {
    /// The path of its static.
    fn name(&self) -> &'static str;
    fn sql(&self) -> &'static str;
    fn types(&self) -> &'static [Type];
    fn fields(&self) -> &'static [Field];
}

impl<P: Params + 'static, R: Row + 'static> Declared for Stmt<P, R> {
    fn statements(&'static self) -> Vec<&'static dyn Checked> {
        vec![self]
    }
}

impl<P: Params, R: Row> Checked for Stmt<P, R> {
    fn name(&self) -> &'static str {
        Stmt::name(self)
    }
    fn sql(&self) -> &'static str {
        Stmt::sql(self)
    }
    fn types(&self) -> &'static [Type] {
        P::TYPES
    }
    fn fields(&self) -> &'static [Field] {
        R::FIELDS
    }
}

/// Prepares the statement on `client` and says what does not fit. Empty means it fits.
pub async fn check(client: &Client, statement: &dyn Checked) -> Vec<String> {
    let prepared = match client.prepare_typed(statement.sql(), statement.types()).await {
        Ok(prepared) => prepared,
        Err(error) => return vec![error.as_db_error().map_or_else(|| error.to_string(), |db| db.message().to_owned())],
    };
    let mut wrong = Vec::new();
    if prepared.params().len() != statement.types().len() {
        wrong.push(format!("{} parameters given, {} used", statement.types().len(), prepared.params().len()));
    }
    let fields = statement.fields();
    if fields.is_empty() {
        return wrong;
    }
    if prepared.columns().len() != fields.len() {
        wrong.push(format!("{} fields for {} columns", fields.len(), prepared.columns().len()));
    }
    for (column, field) in prepared.columns().iter().zip(fields) {
        if !field.name.is_empty() && column.name() != field.name {
            wrong.push(format!("column {} read as {}", column.name(), field.name));
        }
        if !(field.accepts)(column.type_()) {
            wrong.push(format!("{}: {} read as {}", column.name(), column.type_(), field.rust));
        }
        // Only named rows state nullability; an outer join may make a NOT NULL column optional, never the reverse.
        if let (Some(table), Some(number), false, false) =
            (column.table_oid(), column.column_id(), field.nullable, field.name.is_empty())
        {
            let sql = "select attnotnull from pg_attribute where attrelid = $1 and attnum = $2";
            let not_null = client.query_one(sql, &[&table, &number]).await.is_ok_and(|row| row.get::<_, bool>(0));
            if !not_null {
                wrong.push(format!("{}: nullable column read as {}", field.name, field.rust));
            }
        }
    }
    wrong
}

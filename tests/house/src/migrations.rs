//! What a migration may do while old code is serving: statements that would stop traffic, or break old code, are refused.
//!
//! A release runs its migrations first, so between them and the last canary both codes meet the new schema. What waits for a
//! lock makes everybody behind it wait, and what rewrites or scans a table under a lock stops it for as long as it is big.

use db::migrate::Migration;
use db::sql_text::{plain, statements};
use std::collections::BTreeSet;

/// The last file of the first release: until then no table had a row, or code that used it.
pub const FIRST_RELEASE: &str = "0021_terms";

/// First line of a file that drops what no running code uses any more; what follows says since which release.
const CONTRACT: &str = "-- contract: ";

/// Line before an update or delete of a table that is small by nature (settings, codes).
const FEW_ROWS: &str = "-- few rows";

/// What is wrong with the files after the first release, as `file: statement: what to do instead`.
pub fn refused(files: &[Migration]) -> Vec<String> {
    let mut wrong = Vec::new();
    // `alter … validate constraint` of an earlier statement: the scan is done.
    let mut validated = String::new();
    for file in files {
        let own = tables_made(file.sql);
        let later = file.name > FIRST_RELEASE;
        for statement in statements(file.sql) {
            let sql = plain(statement);
            if let Some(why) = later.then(|| why_refused(file, statement, &sql, &own, &validated)).flatten() {
                wrong.push(format!("{}: {}: {why}", file.name, sql.chars().take(80).collect::<String>()));
            }
            if sql.contains(" validate constraint ") {
                validated.push_str(&sql);
                validated.push(';');
            }
        }
    }
    wrong
}

fn tables_made(sql: &str) -> BTreeSet<String> {
    let made = statements(sql).into_iter().map(plain).filter_map(|sql| {
        let rest = sql.strip_prefix("create table ")?;
        Some(name(rest.trim_start_matches("if not exists ")).to_owned())
    });
    made.collect()
}

/// The first name of a text: `only orders (` → `orders`.
fn name(text: &str) -> &str {
    let text = text.trim_start_matches("if exists ").trim_start_matches("only ");
    text.split(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default()
}

fn why_refused(
    file: &Migration,
    statement: &str,
    sql: &str,
    own: &BTreeSet<String>,
    validated: &str,
) -> Option<&'static str> {
    let contract = file.sql.starts_with(CONTRACT);
    if sql.contains(" concurrently ") && !file.runs_alone() {
        return Some("concurrently does not run in a transaction: let the file begin with `-- no transaction`");
    }
    if let Some(rest) = sql.strip_prefix("create index ").or_else(|| sql.strip_prefix("create unique index ")) {
        return index(rest, own);
    }
    if sql.starts_with("drop index ") && !sql.contains(" concurrently ") {
        return Some("drop index concurrently if exists");
    }
    if let Some(rest) = sql.strip_prefix("alter table ") {
        let rest = rest.trim_start_matches("if exists ");
        return if own.contains(name(rest)) { None } else { alter(rest, contract, validated) };
    }
    if ["drop table", "drop view", "drop function", "drop type"].iter().any(|start| sql.starts_with(start)) && !contract
    {
        return Some("old code may still use it: drop it a release later, in a file that begins with `-- contract: `");
    }
    if let Some(rest) = sql.strip_prefix("update ").or_else(|| sql.strip_prefix("delete from ")) {
        let few = own.contains(name(rest)) || statement.lines().any(|line| line.trim().starts_with(FEW_ROWS));
        return (!few).then_some("a backfill goes in batches, by a schedule; for a small table say `-- few rows: why`");
    }
    let whole =
        ["lock ", "truncate ", "cluster ", "vacuum full", "reindex table", "reindex index", "refresh materialized"];
    if whole.iter().any(|start| sql.starts_with(start)) && !sql.contains(" concurrently ") {
        return Some("it takes the whole table away from traffic");
    }
    None
}

fn index(rest: &str, own: &BTreeSet<String>) -> Option<&'static str> {
    let table = rest.split(" on ").nth(1).map(name).unwrap_or_default();
    if own.contains(table) {
        return None;
    }
    if !rest.starts_with("concurrently ") {
        return Some("writes wait for the whole build: create index concurrently if not exists");
    }
    (!rest.starts_with("concurrently if not exists ")).then_some("the file may be cut off and run again: if not exists")
}

/// What an `alter table` of a table with rows may not do; `rest` is what follows those words.
fn alter(rest: &str, contract: bool, validated: &str) -> Option<&'static str> {
    let table = name(rest);
    for action in actions(rest.trim_start_matches("only ").split_once(' ').map_or("", |(_, actions)| actions)) {
        let action = action.trim();
        let why = if action.starts_with("add constraint")
            || action.starts_with("add check")
            || action.starts_with("add foreign key")
            || action.starts_with("add unique")
            || action.starts_with("add primary key")
        {
            constraint(action)
        } else if let Some(column) = action.strip_prefix("add ") {
            added_column(column)
        } else if action.starts_with("alter") && action.contains(" set not null") {
            let column = name(action.trim_start_matches("alter column ").trim_start_matches("alter ")).to_owned();
            let proved = validated
                .split(';')
                .any(|done| done.starts_with(&format!("alter table {table} ")) && done.contains(&column));
            (!proved).then_some("the table is scanned under its lock: add a check (… is not null) not valid named after the column, validate it, then set not null")
        } else if action.starts_with("alter") && (action.contains(" type ") || action.contains(" set data type ")) {
            Some("the table is rewritten under its lock: add a column, write both, move readers, drop the old one")
        } else if action.starts_with("drop")
            && !contract
            && !action.starts_with("drop constraint")
            && !action.contains("drop not null")
            && !action.contains("drop default")
        {
            Some("old code still reads it: drop it a release later, in a file that begins with `-- contract: `")
        } else if action.starts_with("rename") || action.starts_with("set schema") {
            Some("old code knows the old name: add the new one, write both, drop the old one a release later")
        } else if action.starts_with("set tablespace")
            || action.starts_with("set logged")
            || action.starts_with("set unlogged")
        {
            Some("the table is rewritten under its lock")
        } else {
            None
        };
        if why.is_some() {
            return why;
        }
    }
    None
}

/// The actions of one `alter table`, parted at commas outside of parentheses.
fn actions(text: &str) -> Vec<String> {
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        match parts.last_mut() {
            Some(last) if c != ',' || depth > 0 => last.push(c),
            _ => parts.push(String::new()),
        }
    }
    parts
}

fn constraint(action: &str) -> Option<&'static str> {
    if action.contains(" unique") || action.contains(" primary key") || action.contains(" exclude ") {
        return (!action.contains(" using index "))
            .then_some("its index is built under a lock: build it concurrently, then add the constraint using index");
    }
    (!action.ends_with("not valid"))
        .then_some("the rows are checked under a lock: add it not valid, validate it in a later file")
}

fn added_column(column: &str) -> Option<&'static str> {
    let column = column.trim_start_matches("column ");
    if column.contains(" not null") && !column.contains(" default") {
        return Some("old code writes rows without it: give it a default, or let it be null");
    }
    let volatile =
        ["random()", "gen_random_uuid()", "uuidv7()", "clock_timestamp()", "nextval(", "generated always as ("];
    if volatile.iter().any(|one| column.contains(one)) || column.contains(" serial") || column.contains(" bigserial") {
        return Some("the table is rewritten under its lock: add it null, fill it in batches");
    }
    // A foreign key of a column that is null everywhere is not checked against the rows.
    let keyed = column.contains(" references ") && column.contains(" default");
    let checked = [" unique", " primary key", " check "].iter().any(|word| column.contains(word));
    (keyed || checked)
        .then_some("its constraint is checked under a lock: add the column alone, the constraint not valid beside it")
}

//! What the server really asks of PostgreSQL: its statements with their parameters, read from PostgreSQL's own log, as it is
//! there that one sees what arrives, transaction by transaction.

use std::collections::{BTreeMap, HashMap};
use tokio_postgres::Client;

/// The statements of one transaction, BEGIN and COMMIT among them; a statement by itself is one too.
pub type Transaction = Vec<Call>;

/// One statement as it was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub sql: String,
    /// Of its parameters, as far as they are known.
    pub types: Vec<String>,
    /// Its parameters as literals.
    pub values: Vec<String>,
}

impl Call {
    /// Without parameters.
    pub fn plain(sql: &str) -> Call {
        Call { sql: sql.to_owned(), types: Vec::new(), values: Vec::new() }
    }

    /// With its parameters in place.
    fn literal(&self) -> String {
        literal(&self.sql, &self.values, &self.types)
    }
}

const MARK: &str = "@@drrip ";

/// Reads the log from here on.
pub struct Log {
    path: String,
    from: i64,
}

impl Log {
    /// PostgreSQL writes down every statement until [`Log::end`].
    pub async fn begin(sql: &Client) -> anyhow::Result<Log> {
        let path: String = sql
            .query_one("select regexp_replace(current_setting('data_directory'), '/[^/]*$', '/postgres.log')", &[])
            .await?
            .get(0);
        for setting in [format!("log_line_prefix = '{MARK}%p '"), "log_statement = 'all'".to_owned()] {
            sql.batch_execute(&format!("alter system set {setting}")).await?;
        }
        let from = reloaded(sql, &path).await?;
        Ok(Log { path, from })
    }

    /// The transactions since then, of every connection but ours.
    pub async fn end(self, sql: &Client) -> anyhow::Result<Vec<Transaction>> {
        Ok(self.heard(sql).await?.transactions)
    }

    /// One real call of each statement since then, by the text of its static.
    pub async fn samples(self, sql: &Client) -> anyhow::Result<BTreeMap<String, String>> {
        Ok(self.heard(sql).await?.samples)
    }

    async fn heard(self, sql: &Client) -> anyhow::Result<Heard> {
        for setting in ["log_line_prefix", "log_statement"] {
            sql.batch_execute(&format!("alter system reset {setting}")).await?;
        }
        let until = reloaded(sql, &self.path).await?;
        let read = "select convert_from(pg_read_binary_file($1::text, $2, $3), 'UTF8'), pg_backend_pid()";
        let row = sql.query_one(read, &[&self.path, &self.from, &(until - self.from)]).await?;
        Ok(heard(row.get(0), &row.get::<_, i32>(1).to_string(), &types()))
    }
}

#[derive(Default)]
struct Heard {
    transactions: Vec<Transaction>,
    samples: BTreeMap<String, String>,
}

/// Every connection has heard of a setting when it has waited for us; answers the log's length.
async fn reloaded(sql: &Client, path: &str) -> anyhow::Result<i64> {
    sql.batch_execute("select pg_reload_conf()").await?;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    Ok(sql.query_one("select size from pg_stat_file($1::text)", &[&path]).await?.get(0))
}

fn types() -> HashMap<&'static str, Vec<String>> {
    let named = house::statements::named().into_iter();
    named
        .map(|statement| (statement.sql(), statement.types().iter().map(|kind| kind.name().to_owned()).collect()))
        .collect()
}

fn heard(text: String, own: &str, types: &HashMap<&'static str, Vec<String>>) -> Heard {
    let mut open: BTreeMap<String, Transaction> = BTreeMap::new();
    let mut waiting: BTreeMap<String, String> = BTreeMap::new();
    let Heard { transactions: mut done, mut samples } = Heard::default();
    for record in text.split(MARK).skip(1) {
        let record = record.trim_end_matches('\n').replace("\n\t", "\n");
        let Some((pid, said)) = record.split_once(' ') else { continue };
        if pid == own {
            continue;
        }
        let pid = pid.to_owned();
        let executed = said.strip_prefix("LOG:  execute ").and_then(|rest| rest.split_once(": "));
        let call = if let Some((_name, sql)) = executed {
            if sql.contains("$1") {
                waiting.insert(pid, sql.to_owned());
                continue;
            }
            Call::plain(sql)
        } else if let Some(parameters) = said.strip_prefix("DETAIL:  parameters: ") {
            let Some(sql) = waiting.remove(&pid) else { continue };
            let types = types.get(sql.as_str()).cloned().unwrap_or_default();
            let call = Call { sql, types, values: parse(parameters) };
            samples.insert(call.sql.clone(), call.literal());
            call
        } else if let Some(sql) = said.strip_prefix("LOG:  statement: ") {
            Call::plain(sql)
        } else {
            continue;
        };
        // More may be said with the first and the last.
        match call.sql.split(';').next().unwrap_or_default() {
            "BEGIN" => drop(open.insert(pid, vec![call])),
            "COMMIT" | "ROLLBACK" => done.extend(open.remove(&pid).map(|mut all| {
                all.push(call);
                all
            })),
            _ => match open.get_mut(&pid) {
                Some(all) => all.push(call),
                None => done.push(vec![call]),
            },
        }
    }
    Heard { transactions: done, samples }
}

/// `$1 = 'a', $2 = NULL` as literals in order.
fn parse(text: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut rest = text;
    while let Some((_, value)) = rest.split_once(" = ") {
        if value.starts_with('\'') {
            let mut end = 1;
            let bytes = value.as_bytes();
            while end < bytes.len() {
                if bytes.get(end) == Some(&b'\'') {
                    if bytes.get(end + 1) != Some(&b'\'') {
                        break;
                    }
                    end += 1;
                }
                end += 1;
            }
            values.push(value.get(..=end).unwrap_or_default().to_owned());
            rest = value.get(end + 1..).unwrap_or_default();
        } else {
            let end = value.find(", $").unwrap_or(value.len());
            values.push(value.get(..end).unwrap_or_default().to_owned());
            rest = value.get(end..).unwrap_or_default();
        }
    }
    values
}

fn literal(sql: &str, values: &[String], types: &[String]) -> String {
    let mut out = String::with_capacity(sql.len() * 2);
    let mut rest = sql;
    while let Some((before, after)) = rest.split_once('$') {
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let at = after.get(..digits).and_then(|text| text.parse::<usize>().ok()).and_then(|n| n.checked_sub(1));
        out.push_str(before);
        match at.and_then(|at| values.get(at).map(|value| (value, types.get(at)))) {
            // A negative number would read as a subtraction.
            Some((value, Some(kind))) => out.push_str(&format!("({value}::{kind})")),
            Some((value, None)) => out.push_str(value),
            None => out.push('$'),
        }
        rest = after.get(digits..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_become_typed_literals() {
        let values = parse("$1 = 'it''s, $2 = x', $2 = NULL, $3 = '12'");
        assert_eq!(values, ["'it''s, $2 = x'", "NULL", "'12'"]);
        let types = ["text", "uuid", "int4"].map(str::to_owned);
        let sql = literal("select $1, $2::uuid is null, $3 + 1", &values, &types);
        assert_eq!(sql, "select ('it''s, $2 = x'::text), (NULL::uuid)::uuid is null, ('12'::int4) + 1");
    }

    #[test]
    fn the_log_is_read_connection_by_connection() {
        let log = "@@drrip 7 LOG:  statement: BEGIN; set a\n@@drrip 8 LOG:  execute <unnamed>: select 1\n\tfrom a\n\
                   @@drrip 7 LOG:  execute s7: update b set c = $1\n@@drrip 7 DETAIL:  parameters: $1 = 'x'\n\
                   @@drrip 7 LOG:  statement: COMMIT\n@@drrip 9 LOG:  statement: select ours\n";
        let found = heard(log.to_owned(), "9", &HashMap::new());
        assert_eq!(found.samples["update b set c = $1"], "update b set c = 'x'");
        let update = Call { sql: "update b set c = $1".to_owned(), types: Vec::new(), values: vec!["'x'".to_owned()] };
        let bought = vec![Call::plain("BEGIN; set a"), update, Call::plain("COMMIT")];
        assert_eq!(found.transactions, [vec![Call::plain("select 1\nfrom a")], bought]);
    }
}

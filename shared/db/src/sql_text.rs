//! SQL files taken apart: where a statement ends, and what of it is neither comment nor text.

/// The statements of a file, each without its semicolon; comments before one belong to it.
pub fn statements(sql: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut from = 0;
    for (at, _) in code(sql).filter(|(_, c)| *c == ';') {
        found.push(sql[from..at].trim());
        from = at + 1;
    }
    found.push(sql[from..].trim());
    found.retain(|statement| code(statement).any(|(_, c)| !c.is_whitespace()));
    found
}

/// A statement in lower case on one line, without comments; what stands in quotes is left out.
pub fn plain(statement: &str) -> String {
    let text: String = code(statement).map(|(_, c)| c.to_ascii_lowercase()).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The characters that are code, with their place. A comment or a quotation is one space.
fn code(sql: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &sql[at..];
        let first = rest.chars().next()?;
        let place = at;
        let hidden = hidden(rest);
        at += hidden.unwrap_or(first.len_utf8());
        Some((place, if hidden.is_some() { ' ' } else { first }))
    })
}

/// How many bytes a comment, a string or a dollar-quoted body at the beginning takes.
fn hidden(rest: &str) -> Option<usize> {
    let until = |start: usize, end: &str| rest[start..].find(end).map_or(rest.len(), |n| start + n + end.len());
    if rest.starts_with("--") {
        return Some(until(2, "\n"));
    }
    if rest.starts_with("/*") {
        return Some(until(2, "*/"));
    }
    if rest.starts_with('\'') {
        return Some(until(1, "'"));
    }
    let tag = rest.strip_prefix('$')?;
    let name = tag.find('$').filter(|n| tag[..*n].chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))?;
    let quote = &rest[..name + 2];
    Some(until(quote.len(), quote))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_ends_at_a_semicolon_that_is_code() {
        let sql = "-- first; of all\ninsert into a values ('x; it''s y');\ncreate function f() returns void as $$ begin; end; $$ language sql;\n\n-- nothing\n";
        let found = statements(sql);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].ends_with("('x; it''s y')") && found[1].ends_with("language sql"));
        assert_eq!(plain(found[0]), "insert into a values ( )");
        assert_eq!(plain("SELECT /* never */ 1"), "select 1");
    }
}

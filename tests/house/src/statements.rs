//! Every statement of the platform, compared with the migrated schema.

use crate::sources::{Source, sources};
use db::{Checked, Declared};
use std::collections::BTreeSet;

/// What one module declares.
pub type Module = &'static [&'static dyn Declared];

/// Crate by crate. A crate with statements is one line here; the source scan finds a forgotten one.
pub fn all() -> Vec<&'static [Module]> {
    vec![
        accounts::STATEMENTS,
        audit::STATEMENTS,
        &[boot::STATEMENTS],
        catalog::STATEMENTS,
        identity::STATEMENTS,
        inventory::STATEMENTS,
        jobs::STATEMENTS,
        ledger::STATEMENTS,
        notifications::STATEMENTS,
        operators::STATEMENTS,
        orders::STATEMENTS,
        partners::STATEMENTS,
        payments::STATEMENTS,
        promotions::STATEMENTS,
        &[retention::STATEMENTS],
        sellers::STATEMENTS,
        settlement::STATEMENTS,
        shipping::STATEMENTS,
        uploads::STATEMENTS,
        web::STATEMENTS,
    ]
}

/// Each statement, in all its shapes.
pub fn named() -> Vec<&'static dyn Checked> {
    all().into_iter().flatten().flat_map(|module| module.iter()).flat_map(|declared| declared.statements()).collect()
}

/// Files that declare statements nobody lists.
pub fn unlisted() -> Vec<String> {
    let listed: BTreeSet<&str> = named().iter().filter_map(|one| Some(one.name().rsplit_once("::")?.0)).collect();
    let declares = |source: &Source| {
        source.text.lines().any(|line| {
            let line = line.trim_start();
            !line.starts_with("//")
                && (["db::statements!", "statements!", "db::shaped!"].iter().any(|word| line.starts_with(word)))
        })
    };
    let production = sources().into_iter().filter(|source| !source.path.starts_with("tests/") && declares(source));
    production.filter(|source| !listed.contains(source.module().as_str())).map(|source| source.path).collect()
}

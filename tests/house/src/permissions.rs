//! The endpoint × role table, and whether every permission a handler asks for is one that roles hold.

use authz::{Access, Audience, catalogue};
use harness::Shop;
use harness::web::{Route, Spec};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Permissions by role of one host, descendants' included.
pub type Held = BTreeMap<&'static str, BTreeSet<String>>;

/// What the reference data gives to the built-in roles of a host.
pub async fn held(shop: &Shop, host: Audience) -> Held {
    let mut held = Held::new();
    for role in catalogue::roles(host) {
        let permissions = match host {
            Audience::Seller => shop.permissions_of("seller", role).await,
            Audience::Admin => shop.permissions_of("admin", role).await,
            Audience::Service | Audience::External => Vec::new(),
        };
        held.insert(role, permissions.into_iter().collect());
    }
    held
}

/// Whether a role may call an endpoint, as far as its access says.
pub fn admits(access: Access, role: &str, permissions: &BTreeSet<String>) -> bool {
    match access {
        Access::Public | Access::Optional | Access::Signature(_) | Access::SignedIn => true,
        Access::Owner => role == "owner",
        Access::Permission(name) => permissions.contains(name),
        // A partner holds what it was given.
        Access::Scope(_) => true,
    }
}

fn said(spec: &Spec) -> String {
    let base = match spec.access {
        Access::Public => "public".to_owned(),
        Access::Optional => "public, a session shows more".to_owned(),
        Access::SignedIn => "signed in".to_owned(),
        Access::Owner => "owner".to_owned(),
        Access::Permission(name) | Access::Scope(name) => format!("`{name}`"),
        Access::Signature(sender) => format!("signed by {sender}"),
    };
    let waits = spec.audience == Audience::Seller && spec.access.needs_active_seller();
    let base = if waits { format!("{base} ◦") } else { base };
    if spec.step_up { format!("{base} + step-up") } else { base }
}

/// Permissions that handlers ask for and no role holds.
pub fn unknown(routes: &[Route], held: &Held) -> Vec<String> {
    let known: BTreeSet<&String> = held.values().flatten().collect();
    let mut unknown = Vec::new();
    for route in routes {
        if let Access::Permission(name) = route.spec().access
            && !known.contains(&name.to_owned())
        {
            unknown.push(format!("{} {}: no role holds {name}", route.method, route.path));
        }
    }
    unknown
}

/// The section of a host in the committed page.
pub fn section(host: Audience, routes: &mut [Route], held: &Held) -> String {
    let roles = catalogue::roles(host);
    let columns = matches!(host, Audience::Seller | Audience::Admin);
    let mut page = format!("\n## {}\n\n| endpoint | access |", host.as_str());
    let mut rule = String::from("|---|---|");
    for role in roles.iter().filter(|_| columns) {
        write!(page, " {role} |").unwrap();
        rule.push_str(":-:|");
    }
    writeln!(page, "\n{rule}").unwrap();
    routes.sort_by(|one, other| (one.path, one.method.as_str()).cmp(&(other.path, other.method.as_str())));
    for route in routes {
        let spec = route.spec();
        write!(page, "| {} {} | {} |", route.method, route.path, said(&spec)).unwrap();
        for role in roles.iter().filter(|_| columns) {
            let mark = if admits(spec.access, role, &held[role]) { "●" } else { "" };
            write!(page, " {mark} |").unwrap();
        }
        page.push('\n');
    }
    page
}

/// The page's head.
pub const HEAD: &str = "# Who may call what\n\nGenerated from the handlers' permits and the built-in roles of the migrations; `make openapi` writes it anew.\n\
     A role also holds what the roles below it hold. Step-up asks for a second proof of presence within five minutes.\n\
     On the sellers' host ◦ waits until the store is active (403 `seller_not_active`).\n\
     Which rows a caller reaches is a matter of tenancy, not of this table.\n";

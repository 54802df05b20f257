//! What a role may do: its own permissions and those of every role below it in the tree.
//!
//! A seller's own role counts for that seller alone, though it hangs below a built-in one.

use db::On;
use kernel::*;

db::statements! {
    static HELD: (RoleId,) => (String,) =
        "with recursive held as (
             select id, seller_id from roles where id = $1
             union
             select r.id, h.seller_id from roles r join held h on r.parent_id = h.id where r.seller_id is null or r.seller_id = h.seller_id)
         select distinct p.permission from role_permissions p join held h on h.id = p.role_id order by p.permission";
}

/// The permissions a role holds, by name, as they stand now.
pub async fn permissions(on: &impl On, role: RoleId) -> Result<Vec<String>, Fault> {
    Ok(HELD.all(on, (role,)).await?.into_iter().map(|(permission,)| permission).collect())
}

/// The document types a role may act on, per action: `documents.id_card:view` → (`view`, `id_card`).
pub fn document_matrix(permissions: &[String]) -> Vec<(String, String)> {
    let of = |permission: &String| {
        let (document, action) = permission.strip_prefix("documents.")?.split_once(':')?;
        Some((action.to_owned(), document.to_owned()))
    };
    permissions.iter().filter_map(of).collect()
}

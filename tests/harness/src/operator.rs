//! Operators, and partners' systems.

use crate::actor::Actor;
use crate::seller::Seller;
use crate::shop::{Inner, Shop};
use authz::Audience;
use identity::Subject;
use kernel::values::Password;
use kernel::{OperatorId, PartnerClientId};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// Everybody's password.
pub const PASSWORD: &str = "correct-horse-7";

/// Hashing takes a while on purpose: once per process.
pub(crate) async fn password_hash() -> String {
    static HASH: OnceCell<String> = OnceCell::const_new();
    let make = || async { identity::passwords::hash(&Password::new(PASSWORD).unwrap()).await.unwrap() };
    HASH.get_or_init(make).await.clone()
}

impl Inner {
    /// Everything a built-in role holds, its descendants' permissions included.
    pub(crate) async fn permissions(&self, scope: &str, role: &str) -> Vec<String> {
        let sql = "with recursive held as (
                       select id from roles where scope = $1 and code = $2 and seller_id is null
                       union select r.id from roles r join held h on r.parent_id = h.id)
                   select distinct permission from role_permissions where role_id in (select id from held) order by 1";
        let rows = self.sql().query(sql, &[&scope, &role]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}

impl Shop {
    /// Everything a built-in role of `admin` or `seller` holds, its descendants' permissions included.
    pub async fn permissions_of(&self, scope: &str, role: &str) -> Vec<String> {
        self.inner.permissions(scope, role).await
    }

    /// An active operator of a built-in role, e.g. `super_admin`, `cs_agent`, `settlement_lead`.
    pub async fn operator(&self, role: &str) -> Actor {
        let (id, hash) = (OperatorId::new(), password_hash().await);
        let made = self
            .sql(
                "insert into admin_users (id, email, name, team, password_hash, role_id, state, password_changed_at, created_at)
                 select $1, $2, '운영자', 'test', $3, id, 'active', $4, $4 from roles where scope = 'admin' and code = $5",
                &[&id, &format!("{role}-{}@drrip.test", id.0.simple()), &hash, &self.now(), &role],
            )
            .await;
        assert_eq!(made, 1, "there is no operators' role {role}");
        let permissions = self.inner.permissions("admin", role).await;
        Actor::new(self.inner.clone(), Audience::Admin, Some(Subject::operator(id, permissions)))
    }

    /// A partner's system with these scopes, connected by a seller; every call names the seller.
    pub async fn partner(&self, seller: &Seller, scopes: &[&str]) -> Actor {
        let (client, actor) = self.client(None, scopes).await;
        self.sql(
            "insert into partner_grants (id, partner_client_id, seller_id, scopes, writes_stock, granted_by, granted_at)
             values ($1, $2, $3, $4, false, $5, $6)",
            &[&Uuid::now_v7(), &client, &seller.seller_id, &texts(scopes), &seller.owner_id, &self.now()],
        )
        .await;
        actor.with_header("drrip-seller-id", &seller.seller_id.to_string())
    }

    /// A seller's own system with these scopes.
    pub async fn own_client(&self, seller: &Seller, scopes: &[&str]) -> Actor {
        self.client(Some(seller), scopes).await.1
    }

    async fn client(&self, seller: Option<&Seller>, scopes: &[&str]) -> (PartnerClientId, Actor) {
        let (id, seller_id) = (PartnerClientId::new(), seller.map(|seller| seller.seller_id));
        let vault = &self.inner.boot.vault;
        let secret = format!("secret-{}", id.0.simple());
        self.sql(
            "insert into partner_clients (id, client_id, name, owner_type, seller_id, auth_method, secret_hash, secret_enc, scopes, rate_per_second, created_at)
             values ($1, $2, '연동사', $3, $4, 'client_credentials', $5, $6, $7, 1000, $8)",
            &[
                &id,
                &format!("client-{}", id.0.simple()),
                &if seller.is_some() { "seller" } else { "partner" },
                &seller_id,
                &vault.hash("partner_secret", &secret).unwrap(),
                &vault.seal(&secret).unwrap(),
                &texts(scopes),
                &self.now(),
            ],
        )
        .await;
        let subject = Subject::partner(id, seller_id, texts(scopes));
        let actor = Actor::new(self.inner.clone(), Audience::External, Some(subject));
        // All tokens of one epoch of a client share a session.
        (id, actor.in_session(Uuid::new_v5(&id.0, &0_i32.to_be_bytes())))
    }
}

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}

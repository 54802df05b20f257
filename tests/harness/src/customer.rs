//! Customers: signed up, of age, with consents and a grade.

use crate::actor::Actor;
use crate::operator::password_hash;
use crate::shop::Shop;
use chrono::Duration;
use identity::Subject;
use kernel::{AddressId, Money, PointLotId, UserId};
use pricing::Balance;
use promotions::{LotSource, NewLot};
use std::ops::Deref;
use uuid::Uuid;

/// The built-in membership grades, with what they take off (0 to 4 %) and give in points (0.5 to 2 %).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    Bronze,
    Silver,
    Gold,
    Platinum,
    Diamond,
}

impl Grade {
    fn code(self) -> &'static str {
        match self {
            Grade::Bronze => "BRONZE",
            Grade::Silver => "SILVER",
            Grade::Gold => "GOLD",
            Grade::Platinum => "PLATINUM",
            Grade::Diamond => "DIAMOND",
        }
    }
}

/// A customer who calls the customers' host.
#[derive(Clone)]
pub struct Customer {
    actor: Actor,
    pub user_id: UserId,
    /// Signs in with [`PASSWORD`](crate::PASSWORD).
    pub email: String,
    pub phone: String,
    pub name: &'static str,
}

impl Deref for Customer {
    type Target = Actor;
    fn deref(&self) -> &Actor {
        &self.actor
    }
}

impl Shop {
    /// A new customer of the lowest grade.
    pub async fn customer(&self) -> Customer {
        self.customer_with(Grade::Bronze).await
    }

    pub async fn customer_with(&self, grade: Grade) -> Customer {
        let inner = &self.inner;
        let (id, n, now) = (UserId::new(), inner.next(), self.now());
        let names = ["김민지", "이서연", "박지훈", "최수아", "정도윤", "강하은", "조은우"];
        let name = names[n as usize % names.len()];
        let (email, phone) = (format!("customer-{}@drrip.test", id.0.simple()), format!("010{n:08}"));
        let vault = &inner.boot.vault;
        let hash = password_hash().await;
        self.sql(
            "insert into users (id, login_email, phone_enc, phone_hash, ci_hash, password_hash, grade_id, password_changed_at, last_login_at, created_at)
             select $1, $2, $3, $4, $5, $6, g.id, $7, $7, $7 from membership_grades g where g.code = $8",
            &[
                &id,
                &email,
                &vault.seal(&phone).unwrap(),
                &vault.hash("phone", &phone).unwrap(),
                &vault.hash("ci", &id.to_string()).unwrap(),
                &hash,
                &now,
                &grade.code(),
            ],
        )
        .await;
        self.sql(
            "insert into user_profiles (user_id, nickname, name_enc, gender, birth_date, updated_at) values ($1, $2, $3, 'f', '1995-03-02', $4)",
            &[&id, &format!("nick{n}"), &vault.seal(name).unwrap(), &now],
        )
        .await;
        self.sql(
            "insert into user_consents (id, user_id, term_id, purpose, channel, agreed, document_version, decided_at)
             select gen_random_uuid(), $1, id, code, 'all', true, version_no::text, $2 from terms where required",
            &[&id, &now],
        )
        .await;
        let actor = Actor::new(inner.clone(), authz::Audience::Service, Some(Subject::customer(id)));
        Customer { actor, user_id: id, email, phone, name }
    }
}

impl Customer {
    pub fn id(&self) -> UserId {
        self.user_id
    }

    /// The same customer right after a second proof of presence.
    pub fn elevated(&self) -> Customer {
        Customer { actor: self.actor.elevated(), ..self.clone() }
    }

    /// An address in Seoul.
    pub async fn address(&self) -> AddressId {
        self.address_at("06236", "서울특별시 강남구 테헤란로 123").await
    }

    /// An address on Jeju, where deliveries cost more.
    pub async fn jeju_address(&self) -> AddressId {
        self.address_at("63000", "제주특별자치도 제주시 첨단로 242").await
    }

    pub async fn address_at(&self, postcode: &str, address: &str) -> AddressId {
        let shop = self.shop();
        let (id, vault) = (AddressId::new(), &shop.boot.vault);
        shop.sql()
            .execute(
                "insert into user_addresses (id, user_id, recipient_enc, phone_enc, postcode, address1, address2_enc, is_default)
                 select $1, $2, $3, $4, $5, $6, $7, not exists (select 1 from user_addresses where user_id = $2 and is_default and deleted_at is null)",
                &[
                    &id,
                    &self.user_id,
                    &vault.seal(self.name).unwrap(),
                    &vault.seal(&self.phone).unwrap(),
                    &postcode,
                    &address,
                    &vault.seal("101동 1203호").unwrap(),
                ],
            )
            .await
            .unwrap();
        id
    }

    /// Grants points (적립금) good for a year, with their ledger entry.
    pub async fn points(&self, won: i64) -> PointLotId {
        self.lot(Balance::Points, won, Duration::days(365)).await
    }

    /// Grants rewards (리워드) good for a year, with their ledger entry.
    pub async fn rewards(&self, won: i64) -> PointLotId {
        self.lot(Balance::Rewards, won, Duration::days(365)).await
    }

    /// Grants a lot that lives so long.
    pub async fn lot(&self, balance: Balance, won: i64, lives: Duration) -> PointLotId {
        let shop = self.shop();
        let now = shop.clock.now();
        let lot = NewLot {
            user_id: self.user_id,
            balance,
            source: LotSource::Manual,
            ref_type: "tests",
            ref_id: Uuid::now_v7(),
            amount: Money::won(won),
            expires_at: now.plus(lives),
            purchase_order_id: None,
        };
        let tx = shop.boot.db.begin().await.unwrap();
        let granted = promotions::grant(&tx, lot, now).await.unwrap().expect("a new lot");
        tx.commit().await.unwrap();
        granted.point_lot_id
    }
}

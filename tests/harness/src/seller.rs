//! Sellers ready for business: owner, contract, bank account, addresses, shipping policy, a brand they may sell.

use crate::actor::Actor;
use crate::operator::password_hash;
use crate::shop::Shop;
use authz::Audience;
use chrono::Duration;
use identity::Subject;
use kernel::{BrandId, ContractId, MemberId, SellerAddressId, SellerBankAccountId, SellerId, ShippingPolicyId};
use std::ops::Deref;
use uuid::Uuid;

/// A seller; calls on it are its owner's.
#[derive(Clone)]
pub struct Seller {
    owner: Actor,
    pub owner_id: MemberId,
    pub owner_email: String,
    pub seller_id: SellerId,
    pub brand_id: BrandId,
    pub contract_id: ContractId,
    /// 3,000 won, free from 50,000; Jeju 3,000 and islands 5,000 more; 3,000 back, 6,000 both ways.
    pub shipping_policy_id: ShippingPolicyId,
    pub dispatch_address_id: SellerAddressId,
    pub return_address_id: SellerAddressId,
}

impl Deref for Seller {
    type Target = Actor;
    fn deref(&self) -> &Actor {
        &self.owner
    }
}

/// Ten digits with their check digit.
fn business_no(n: u32) -> String {
    let body = format!("{:09}", 100_000_000 + n);
    let d: Vec<u32> = body.bytes().map(|b| u32::from(b - b'0')).collect();
    let sum: u32 = d.iter().zip([1, 3, 7, 1, 3, 7, 1, 3, 5]).map(|(d, w)| d * w).sum::<u32>() + d[8] * 5 / 10;
    format!("{body}{}", (10 - sum % 10) % 10)
}

impl Shop {
    /// An active seller: commission 12 %, paid weekly.
    pub async fn seller(&self) -> Seller {
        let (n, now) = (self.inner.next(), self.now());
        let (seller_id, owner_id) = (SellerId::new(), MemberId::new());
        self.sql(
            "insert into sellers (id, code, company_name, display_name, representative, business_no, business_type, tax_type, mail_order_no, address,
                                  cs_phone, cs_hours, tax_email, state, activated_at, created_at)
             values ($1, $2, $3, $4, '홍길동', $5, 'corporation', 'general', '2026-서울강남-0001', '서울특별시 강남구 테헤란로 1', '15441234',
                     '평일 10:00-17:00', 'tax@drrip.test', 'active', $6, $6)",
            &[&seller_id, &format!("seller-{n}"), &format!("(주)셀러{n}"), &format!("셀러{n}"), &business_no(n), &now],
        )
        .await;
        let owner_email = self.insert_member(owner_id, seller_id, "owner", true).await;
        let contract_id = ContractId::new();
        self.sql(
            "insert into seller_contracts (id, seller_id, state, commission_rate, effective_from, sent_at, signed_by, signed_at)
             values ($1, $2, 'active', 0.12, '2020-01-01', $3, $4, $3)",
            &[&contract_id, &seller_id, &now, &owner_id],
        )
        .await;
        self.sql(
            "insert into seller_bank_accounts (id, seller_id, bank_code, account_no_enc, account_holder, state, verified_at, requested_by, created_at)
             values ($1, $2, '088', $3, $4, 'active', $5, $6, $5)",
            &[
                &SellerBankAccountId::new(),
                &seller_id,
                &self.inner.boot.vault.seal(&format!("110{n:09}")).unwrap(),
                &format!("(주)셀러{n}"),
                &now,
                &owner_id,
            ],
        )
        .await;
        let (dispatch, back) = (SellerAddressId::new(), SellerAddressId::new());
        self.sql(
            "insert into seller_addresses (id, seller_id, kind, name, phone, postcode, address, is_default)
             values ($1, $3, 'dispatch', '물류센터', '0311234567', '12345', '경기도 이천시 물류로 1', true),
                    ($2, $3, 'return', '반품센터', '0311234568', '12345', '경기도 이천시 물류로 2', true)",
            &[&dispatch, &back, &seller_id],
        )
        .await;
        let policy = ShippingPolicyId::new();
        self.sql(
            "insert into shipping_policies (id, seller_id, name, fee_type, base_fee, free_threshold, jeju_surcharge, island_surcharge, return_fee, exchange_fee,
                                            carrier_code, dispatch_address_id, return_address_id, is_default)
             values ($1, $2, '기본 배송', 'conditional_free', 3000, 50000, 3000, 5000, 3000, 6000, 'CJ', $3, $4, true)",
            &[&policy, &seller_id, &dispatch, &back],
        )
        .await;
        let brand_id = BrandId::new();
        self.sql(
            "insert into brands (id, slug, name_ko, name_en, state, requested_by_seller_id) values ($1, $2, $3, $4, 'active', $5)",
            &[&brand_id, &format!("brand-{n}"), &format!("브랜드{n}"), &format!("Brand {n}"), &seller_id],
        )
        .await;
        self.sql(
            "insert into brand_sellers (id, brand_id, seller_id, right_kind, valid_from, created_at) values ($1, $2, $3, 'owner', '2020-01-01', $4)",
            &[&Uuid::now_v7(), &brand_id, &seller_id, &now],
        )
        .await;
        let permissions = self.inner.permissions("seller", "owner").await;
        let subject = Subject::member(owner_id, seller_id, true, permissions);
        Seller {
            owner: Actor::new(self.inner.clone(), Audience::Seller, Some(subject)),
            owner_id,
            owner_email,
            seller_id,
            brand_id,
            contract_id,
            shipping_policy_id: policy,
            dispatch_address_id: dispatch,
            return_address_id: back,
        }
    }

    /// An active member of a seller with a built-in role: `manager`, `product`, `order`, `cs`, `settlement`, `viewer`.
    pub async fn member(&self, seller: &Seller, role: &str) -> Actor {
        let id = MemberId::new();
        self.insert_member(id, seller.seller_id, role, false).await;
        let permissions = self.inner.permissions("seller", role).await;
        let subject = Subject::member(id, seller.seller_id, false, permissions);
        Actor::new(self.inner.clone(), Audience::Seller, Some(subject))
    }

    async fn insert_member(&self, id: MemberId, seller: SellerId, role: &str, owner: bool) -> String {
        let (email, hash) = (format!("{role}-{}@drrip.test", id.0.simple()), password_hash().await);
        let phone = self.inner.boot.vault.seal("01012345678").unwrap();
        let made = self
            .sql(
                "insert into seller_members (id, seller_id, email, name, phone_enc, password_hash, role_id, is_owner, state, password_changed_at, last_login_at, created_at)
                 select $1, $2, $3, '담당자', $4, $5, id, $6, 'active', $7, $7, $7 from roles where scope = 'seller' and seller_id is null and code = $8",
                &[&id, &seller, &email, &phone, &hash, &owner, &self.now(), &role],
            )
            .await;
        assert_eq!(made, 1, "there is no sellers' role {role}");
        email
    }

    /// A discount of the seller on a product from now for a week: the promotion whose price is the lowest wins.
    pub async fn promotion(&self, product: &crate::Product, promo_price: i64) -> kernel::PromotionId {
        let (id, now) = (kernel::PromotionId::new(), self.now());
        self.sql(
            "insert into promotions (id, kind, name, seller_id, seller_share_rate, starts_at, ends_at, state)
             values ($1, 'seller_discount', '셀러 할인', $2, 1, $3, $4, 'running')",
            &[&id, &product.seller_id, &now, &now.plus(Duration::days(7))],
        )
        .await;
        self.enter(id, product, promo_price).await;
        id
    }

    /// A time sale of the platform that carries `1 - seller_share_rate` of the discount, from now for a day.
    pub async fn time_sale(
        &self,
        product: &crate::Product,
        promo_price: i64,
        seller_share_rate: &str,
    ) -> kernel::PromotionId {
        let (id, now) = (kernel::PromotionId::new(), self.now());
        self.sql(
            "insert into promotions (id, kind, name, seller_share_rate, starts_at, ends_at, state)
             values ($1, 'time_sale', '타임세일', $2::text::numeric, $3, $4, 'running')",
            &[&id, &seller_share_rate, &now, &now.plus(Duration::days(1))],
        )
        .await;
        self.enter(id, product, promo_price).await;
        id
    }

    async fn enter(&self, promotion: kernel::PromotionId, product: &crate::Product, promo_price: i64) {
        self.sql(
            "insert into promotion_products (id, promotion_id, product_id, state, promo_price, decided_at) values ($1, $2, $3, 'approved', $4, $5)",
            &[&kernel::PromotionProductId::new(), &promotion, &product.id, &promo_price, &self.now()],
        )
        .await;
    }
}

impl Seller {
    pub fn id(&self) -> SellerId {
        self.seller_id
    }

    /// The owner right after a second proof of presence.
    pub fn elevated(&self) -> Seller {
        Seller { owner: self.owner.elevated(), ..self.clone() }
    }

    /// A member with a built-in role, see [`Shop::member`].
    pub async fn member(&self, role: &str) -> Actor {
        Shop::view(self.owner.shared()).member(self, role).await
    }
}

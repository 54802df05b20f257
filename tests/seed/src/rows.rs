//! Rows to insert, many at a time: one statement per table, written in an order that foreign keys allow.

use db::{Json, Tx};
use kernel::Fault;
use serde_json::Value;
use std::collections::BTreeMap;

macro_rules! tables { ($($variant:ident $name:ident $table:literal [$first:literal $(, $column:literal)*];)*) => {
    /// A table that demo data is written to, in the order of writing.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Table { $($variant),* }

    db::statements! { $(
        static $name: (Json<Vec<Value>>,) => () = concat!(
            "insert into ", $table, " (", $first $(, ", ", $column)*, ") select ", $first $(, ", ", $column)*,
            " from jsonb_populate_recordset(null::", $table, ", $1)");
    )* }

    impl Table {
        async fn insert(self, tx: &Tx, rows: Vec<Value>) -> Result<(), Fault> {
            match self { $(Table::$variant => $name.run(tx, (Json(rows),)).await),* }
        }
    }
} }

tables! {
    Uploads UPLOADS "uploads" ["id", "object_key", "purpose", "visibility", "content_type", "bytes", "width", "height", "state", "uploaded_by_type", "uploaded_by", "position", "created_at"];
    AdminUsers ADMIN_USERS "admin_users" ["id", "email", "name", "team", "password_hash", "role_id", "state", "mfa_enabled", "totp_secret_enc", "recovery_code_hashes", "failed_attempts", "password_changed_at", "last_login_at", "created_at", "version"];
    Users USERS "users" ["id", "login_email", "phone_enc", "phone_hash", "ci_hash", "password_hash", "state", "grade_id", "points_debt", "password_changed_at", "last_login_at", "version", "created_at"];
    UserProfiles USER_PROFILES "user_profiles" ["user_id", "nickname", "name_enc", "gender", "birth_date", "updated_at"];
    UserConsents USER_CONSENTS "user_consents" ["id", "user_id", "term_id", "purpose", "channel", "agreed", "document_version", "decided_at", "reconfirm_due_at"];
    UserAddresses USER_ADDRESSES "user_addresses" ["id", "user_id", "label", "recipient_enc", "phone_enc", "postcode", "address1", "address2_enc", "is_default"];
    UserGradeHistories USER_GRADE_HISTORIES "user_grade_histories" ["id", "user_id", "to_grade_id", "reason", "effective_month", "spend_12m", "created_at"];
    Sellers SELLERS "sellers" ["id", "code", "company_name", "display_name", "representative", "business_no", "business_type", "tax_type", "mail_order_no", "address", "cs_phone", "cs_hours", "introduction", "tax_email", "contacts", "dispatch_weekdays", "state", "activated_at", "version", "created_at"];
    SellerMembers SELLER_MEMBERS "seller_members" ["id", "seller_id", "email", "name", "phone_enc", "password_hash", "role_id", "is_owner", "state", "mfa_enabled", "totp_secret_enc", "recovery_code_hashes", "password_changed_at", "last_login_at", "created_at", "version"];
    SellerBankAccounts SELLER_BANK_ACCOUNTS "seller_bank_accounts" ["id", "seller_id", "bank_code", "account_no_enc", "account_holder", "state", "verified_at", "requested_by", "created_at"];
    SellerContracts SELLER_CONTRACTS "seller_contracts" ["id", "seller_id", "state", "commission_rate", "commission_base", "fee_vat_payer", "settlement_cycle", "payout_lag_days", "effective_from", "sent_at", "signed_by", "signed_at", "version"];
    SellerAddresses SELLER_ADDRESSES "seller_addresses" ["id", "seller_id", "kind", "name", "phone", "postcode", "address", "is_default"];
    ShippingPolicies SHIPPING_POLICIES "shipping_policies" ["id", "seller_id", "name", "fee_type", "base_fee", "free_threshold", "jeju_surcharge", "island_surcharge", "return_fee", "exchange_fee", "carrier_code", "dispatch_address_id", "return_address_id", "is_default", "version"];
    Brands BRANDS "brands" ["id", "slug", "name_ko", "name_en", "state", "requested_by_seller_id", "follower_count", "version"];
    BrandSellers BRAND_SELLERS "brand_sellers" ["id", "brand_id", "seller_id", "right_kind", "valid_from", "created_at"];
    Categories CATEGORIES "categories" ["id", "parent_id", "path", "depth", "name", "notice_type", "size_chart_type", "attribute_schema", "position", "active"];
    Products PRODUCTS "products" ["id", "seller_id", "brand_id", "category_id", "style_no", "seller_product_code", "name", "name_en", "search_tags", "description", "state", "list_price", "sale_price", "season", "gender", "delivery_attribute", "made_to_order", "min_per_order", "max_per_order", "point_usable", "feed_exposed", "attributes", "like_count", "review_count", "rating_avg", "on_sale_at", "version", "created_at", "updated_at"];
    OptionGroups OPTION_GROUPS "option_groups" ["id", "product_id", "name", "kind", "position"];
    OptionValues OPTION_VALUES "option_values" ["id", "option_group_id", "value", "standard_code", "swatch_hex", "position"];
    ProductImages PRODUCT_IMAGES "product_images" ["id", "product_id", "option_value_id", "file_id", "role", "position"];
    ProductSkus PRODUCT_SKUS "product_skus" ["id", "product_id", "value1_id", "value2_id", "seller_sku", "price_delta", "usable", "low_stock_threshold", "version"];
    ProductNotices PRODUCT_NOTICES "product_notices" ["product_id", "notice_type", "fields", "origin_code", "quality_assurance", "updated_at"];
    SizeCharts SIZE_CHARTS "size_charts" ["id", "product_id", "option_value_id", "measure", "value_mm"];
    SkuStocks SKU_STOCKS "sku_stocks" ["sku_id", "on_hand", "reserved", "version", "updated_at"];
    StockMovements STOCK_MOVEMENTS "stock_movements" ["id", "sku_id", "kind", "quantity", "on_hand_after", "stock_version", "reason", "ref_type", "ref_id", "idempotency_key", "actor_type", "actor_id", "occurred_at"];
    Promotions PROMOTIONS "promotions" ["id", "kind", "name", "seller_id", "seller_share_rate", "starts_at", "ends_at", "state", "version"];
    PromotionProducts PROMOTION_PRODUCTS "promotion_products" ["id", "promotion_id", "product_id", "state", "promo_price", "position", "quantity_limit", "sold_quantity", "decided_at", "version"];
    PriceHistories PRICE_HISTORIES "price_histories" ["id", "product_id", "list_price", "sale_price", "changed_by_type", "valid_from", "valid_to"];
    Coupons COUPONS "coupons" ["id", "name", "type", "issuer", "seller_id", "seller_share_rate", "discount_kind", "discount_value", "discount_rate", "max_discount", "min_order_amount", "issue_method", "total_limit", "per_user_limit", "issued_count", "valid_from", "valid_to", "valid_days", "state", "version"];
    CouponTargets COUPON_TARGETS "coupon_targets" ["id", "coupon_id", "mode", "category_id", "brand_id", "seller_id", "product_id", "grade_id"];
    PartnerClients PARTNER_CLIENTS "partner_clients" ["id", "client_id", "name", "owner_type", "environment", "contact_email", "auth_method", "secret_hash", "token_epoch", "scopes", "rate_per_second", "state", "created_at", "version"];
    PartnerGrants PARTNER_GRANTS "partner_grants" ["id", "partner_client_id", "seller_id", "scopes", "writes_stock", "granted_by", "granted_at"];
    UserCoupons USER_COUPONS "user_coupons" ["id", "coupon_id", "user_id", "issue_no", "state", "usable_from", "expires_at", "discount_amount", "restored_count", "issued_at"];
}

/// Rows that wait to be written together.
#[derive(Debug, Default)]
pub struct Rows(BTreeMap<Table, Vec<Value>>);

/// Rows per statement: a parameter of a few hundred kilobytes.
const CHUNK: usize = 1000;

impl Rows {
    pub fn add(&mut self, table: Table, row: Value) {
        self.0.entry(table).or_default().push(row);
    }

    /// Writes them all, tables in order.
    pub async fn write(self, tx: &Tx) -> Result<(), Fault> {
        for (table, rows) in self.0 {
            for chunk in rows.chunks(CHUNK) {
                table.insert(tx, chunk.to_vec()).await?;
            }
        }
        Ok(())
    }
}

/// Bytes as jsonb_populate_recordset reads a bytea.
pub fn bytes(value: &[u8]) -> String {
    format!("\\x{}", hex::encode(value))
}

//! Who a seller is, as the law wants it told before a purchase: the platform is an intermediary only.

use db::On;
use kernel::{Failure, Money, SellerId};
use pricing::FeeType;

db::row! {
    /// The seller's legal identity with its return address and usual fees, in won.
    pub struct SellerIdentity {
        pub id: SellerId, pub display_name: String, pub company_name: String, pub representative: String, pub business_no: String,
        pub mail_order_no: Option<String>, pub address: Option<String>, pub phone: Option<String>, pub hours: Option<String>, pub email: Option<String>,
        pub introduction: Option<String>, pub logo_key: Option<String>,
        pub return_postcode: Option<String>, pub return_address: Option<String>,
        pub fee_type: Option<FeeType>, pub base_fee: Option<Money>, pub free_threshold: Option<Money>,
        pub jeju_surcharge: Option<Money>, pub island_surcharge: Option<Money>,
        pub return_fee: Option<Money>, pub exchange_fee: Option<Money>,
    }
}

kernel::refusals! {
    /// Why a seller is not shown.
    pub enum SellerError {
        SellerNotFound = 404 "seller_not_found", "There is no such seller.", "존재하지 않는 판매자입니다.";
    }
}

db::statements! {
    static IDENTITY: (SellerId,) => SellerIdentity =
        "select s.id, coalesce(s.display_name, s.company_name) as display_name, s.company_name, s.representative, s.business_no, s.mail_order_no, s.address,
                s.cs_phone as phone, s.cs_hours as hours, s.contacts->>'cs_email' as email, s.introduction, u.object_key as logo_key,
                a.postcode as return_postcode, a.address as return_address,
                p.fee_type, p.base_fee, p.free_threshold, p.jeju_surcharge, p.island_surcharge, p.return_fee, p.exchange_fee
         from sellers s
         left join uploads u on u.id = s.logo_file_id
         left join shipping_policies p on p.seller_id = s.id and p.is_default
         left join seller_addresses a on a.seller_id = s.id and a.kind = 'return' and a.is_default and a.deleted_at is null
         where s.id = $1 and s.state in ('active', 'suspended')";
}

/// One seller's identity.
pub async fn seller_identity(on: &impl On, id: SellerId) -> Result<SellerIdentity, Failure<SellerError>> {
    Ok(IDENTITY.opt(on, (id,)).await?.ok_or(SellerError::SellerNotFound)?)
}

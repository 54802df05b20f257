//! Who sells, as the law wants it told before a purchase.

use crate::App;
use authz::service as may;
use axum::extract::State;
use catalog::{SellerError, SellerIdentity};
use kernel::{Money, SellerId};
use pricing::FeeType;
use schemars::JsonSchema;
use serde::Serialize;
use web::{Answer, Ctx, Json, Path};

/// A seller's legal identity, return address and usual fees. Drrip is an intermediary and not a party to the sale.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerIdentityView {
    pub id: SellerId,
    pub name: String,
    /// 상호
    pub company_name: String,
    /// 대표자
    pub representative: String,
    /// 사업자등록번호
    pub business_no: String,
    /// 통신판매업신고번호
    pub mail_order_no: Option<String>,
    pub address: Option<String>,
    pub phone: Option<String>,
    pub hours: Option<String>,
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introduction: Option<String>,
    /// Path under the file host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_address: Option<ReturnAddressView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping: Option<SellerShippingView>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ReturnAddressView {
    pub postcode: String,
    pub address: String,
}

/// The seller's usual shipping terms in won; a product may have others.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerShippingView {
    pub fee_type: FeeType,
    pub base_fee: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free_threshold: Option<Money>,
    pub jeju_surcharge: Money,
    pub island_surcharge: Money,
    /// One way.
    pub return_fee: Money,
    /// Both ways.
    pub exchange_fee: Money,
}

impl From<SellerIdentity> for SellerIdentityView {
    fn from(seller: SellerIdentity) -> SellerIdentityView {
        let address = seller.return_postcode.zip(seller.return_address);
        let shipping = seller.fee_type.map(|fee_type| SellerShippingView {
            fee_type,
            base_fee: seller.base_fee.unwrap_or_default(),
            free_threshold: seller.free_threshold,
            jeju_surcharge: seller.jeju_surcharge.unwrap_or_default(),
            island_surcharge: seller.island_surcharge.unwrap_or_default(),
            return_fee: seller.return_fee.unwrap_or_default(),
            exchange_fee: seller.exchange_fee.unwrap_or_default(),
        });
        SellerIdentityView {
            id: seller.id,
            name: seller.display_name,
            company_name: seller.company_name,
            representative: seller.representative,
            business_no: seller.business_no,
            mail_order_no: seller.mail_order_no,
            address: seller.address,
            phone: seller.phone,
            hours: seller.hours,
            email: seller.email,
            introduction: seller.introduction,
            logo_key: seller.logo_key,
            return_address: address.map(|(postcode, address)| ReturnAddressView { postcode, address }),
            shipping,
        }
    }
}

pub async fn get(
    _: Ctx<may::Anyone>,
    State(app): State<App>,
    Path(seller_id): Path<SellerId>,
) -> Answer<Json<SellerIdentityView>, SellerError> {
    Ok(Json(catalog::seller_identity(&app.boot.db.reader().await?, seller_id).await?.into()))
}

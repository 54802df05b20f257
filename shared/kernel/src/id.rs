//! Identifiers: one newtype per kind of row, all UUIDv7, so that an order id can never be passed for a payment id.

use postgres_types::{FromSql, ToSql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids { ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $(
    $(#[$doc])*
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSql, FromSql)]
    #[serde(transparent)]
    #[postgres(transparent)]
    pub struct $name(pub Uuid);

    impl $name {
        /// A fresh id. UUIDv7 keeps neighbours in time neighbours in the index.
        #[expect(clippy::new_without_default, reason = "every call gives another id, a default would hide that")]
        pub fn new() -> Self { Self(Uuid::now_v7()) }
    }
    impl std::fmt::Display for $name { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) } }
    impl std::str::FromStr for $name { type Err = uuid::Error; fn from_str(s: &str) -> Result<Self, uuid::Error> { Uuid::parse_str(s).map(Self) } }
    impl From<$name> for Uuid { fn from(id: $name) -> Uuid { id.0 } }
    impl crate::sql::SqlType for $name { const TYPE: postgres_types::Type = postgres_types::Type::UUID; const ARRAY: postgres_types::Type = postgres_types::Type::UUID_ARRAY; }
    impl crate::sql::Element for $name {}
)* } }

ids! {
    UserId, AddressId, TermId, IdentityVerificationId, RefundAccountId, GradeId, ConsentId,
    SellerId, MemberId, SellerBankAccountId, SellerApplicationId, OperatorId, RoleId,
    BrandId, CategoryId, ProductId, ProductRevisionId, ProductImageId, OptionGroupId, OptionValueId, SkuId, CertificationId,
    PriceHistoryId, ReservationId, MovementId, UploadId,
    CouponId, CouponTargetId, UserCouponId, PointLotId, PointTransactionId, PromotionId, PromotionProductId,
    SellerAddressId, ShippingPolicyId, ShipmentId, TrackingEventId,
    CartItemId, QuoteId, PurchaseOrderId, SellerOrderId, ProductOrderId, AllocationId, StatusHistoryId, ClaimId, ClaimItemId,
    PaymentId, PaymentTransactionId, RefundId,
    LedgerTransactionId, LedgerEntryId,
    ContractId, CommissionRateId, SettlementId, SettlementLineId, SettlementPeriodId, SettlementHoldId, PayoutId, PayoutBatchId,
    NotificationId, NotificationDeliveryId, RestockSubscriptionId, InquiryId,
    PartnerClientId, PartnerGrantId, WebhookEndpointId, WebhookDeliveryId,
    EventId, TaskRunId, AuditLogId, AccessLogId, JobId,
    /// A signed-in session of any audience (kept in DynamoDB).
    SessionId,
    /// A one-time ticket: a code sent by mail, a second-factor challenge, a step-up.
    TicketId,
}

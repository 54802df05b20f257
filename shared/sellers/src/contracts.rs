//! Contracts: the terms a seller sells on, period by period. An order line takes the terms in force when it is placed.
//!
//! A contract is a draft until its owner signs the very text that was sent; the text is written from the terms, so equal
//! terms have equal text and one hash.

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, NaiveDate, Utc};
use db::On;
use kernel::*;

kernel::text_enum! {
    /// What commission is taken from: the price less the seller's own discounts, or the whole price.
    pub enum FeeBase { NetOfSeller = "net_of_seller", Gross = "gross" }
}
kernel::text_enum! {
    /// Who bears the VAT on commission.
    pub enum VatPayer { Seller = "seller", Platform = "platform" }
}
kernel::text_enum! {
    /// How often a statement is built.
    pub enum Cycle { Daily = "daily", Weekly = "weekly", SemiMonthly = "semi_monthly", Monthly = "monthly" }
}

db::row! {
    /// One contract period.
    pub struct Contract {
        pub id: ContractId, pub seller_id: SellerId, pub company_name: String, pub business_no: String,
        /// `draft`, `active` or `ended`.
        pub state: String,
        pub commission_rate: Rate, pub commission_base: FeeBase, pub fee_vat_payer: VatPayer, pub settlement_cycle: Cycle,
        /// Business days from the end of a period to its payout.
        pub payout_lag_days: i32,
        pub effective_from: NaiveDate,
        /// The first day it no longer holds.
        pub effective_to: Option<NaiveDate>,
        pub document_hash: Option<Vec<u8>>, pub sent_at: Option<DateTime<Utc>>, pub sign_due_at: Option<DateTime<Utc>>, pub signed_at: Option<DateTime<Utc>>,
        pub version: i32,
    }
}

db::row! {
    /// A commission rate that is not the contract's own.
    pub struct ContractRate {
        pub id: CommissionRateId, pub product_id: Option<ProductId>, pub brand_id: Option<BrandId>, pub category_id: Option<CategoryId>, pub rate: Rate,
        pub effective_from: NaiveDate, pub effective_to: Option<NaiveDate>,
    }
}

/// Which contracts a list shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    pub seller: Option<SellerId>,
    /// False hides drafts that were not sent: sellers do not see them.
    pub unsent: bool,
    pub state: Option<ContractState>,
    pub cycle: Option<Cycle>,
}

kernel::text_enum! {
    pub enum ContractState { Draft = "draft", Active = "active", Ended = "ended" }
}

db::statements! {
    static LIST: (Option<SellerId>, bool, Option<ContractState>, Option<Cycle>, Option<NaiveDate>, Option<ContractId>, i64) => Contract =
        "select c.id, c.seller_id, s.company_name, s.business_no, c.state, c.commission_rate, c.commission_base, c.fee_vat_payer, c.settlement_cycle,
                c.payout_lag_days, c.effective_from, c.effective_to, c.document_hash, c.sent_at, c.sign_due_at, c.signed_at, c.version
         from seller_contracts c join sellers s on s.id = c.seller_id
         where ($1::uuid is null or c.seller_id = $1) and ($2 or c.state <> 'draft' or c.sent_at is not null)
           and ($3::text is null or c.state = $3) and ($4::text is null or c.settlement_cycle = $4)
           and ($5::date is null or (c.effective_from, c.id) < ($5, $6))
         order by c.effective_from desc, c.id desc limit $7";
    static ONE: (ContractId, Option<SellerId>) => Contract =
        "select c.id, c.seller_id, s.company_name, s.business_no, c.state, c.commission_rate, c.commission_base, c.fee_vat_payer, c.settlement_cycle,
                c.payout_lag_days, c.effective_from, c.effective_to, c.document_hash, c.sent_at, c.sign_due_at, c.signed_at, c.version
         from seller_contracts c join sellers s on s.id = c.seller_id where c.id = $1 and ($2::uuid is null or c.seller_id = $2)";
    static RATES: (SellerId, NaiveDate) => ContractRate =
        "select r.id, r.product_id, r.brand_id, r.category_id, r.rate, r.effective_from, r.effective_to
         from commission_rates r left join products p on p.id = r.product_id
         where (r.seller_id = $1 or p.seller_id = $1) and (r.effective_to is null or r.effective_to > $2)
         order by r.effective_from, r.id limit 500";
}

/// Contracts by start date, newest first.
pub async fn list(on: &impl On, filter: Filter, cursor: Option<Cursor>, limit: Limit) -> Result<Page<Contract>, Fault> {
    let after: Option<(NaiveDate, ContractId)> = cursor.and_then(|cursor| cursor.decode());
    let row = (
        filter.seller,
        filter.unsent,
        filter.state,
        filter.cycle,
        after.map(|(day, _)| day),
        after.map(|(_, id)| id),
        limit.fetch(),
    );
    let rows = LIST.all(on, row).await?;
    Ok(Page::of(rows, limit, |contract| (contract.effective_from, contract.id)))
}

/// One contract; with a seller, only theirs and only once it was sent.
pub async fn of(on: &impl On, id: ContractId, seller: Option<SellerId>) -> Result<Option<Contract>, Fault> {
    let found = ONE.opt(on, (id, seller)).await?;
    Ok(found.filter(|contract| seller.is_none() || contract.state != "draft" || contract.sent_at.is_some()))
}

/// Rates of this seller or its products that differ from the contract's, in force on a day or later.
pub async fn rates(on: &impl On, seller: SellerId, day: NaiveDate) -> Result<Vec<ContractRate>, Fault> {
    RATES.all(on, (seller, day)).await
}

impl Contract {
    /// The text that is signed.
    pub fn text(&self) -> String {
        let percent = self.commission_rate.decimal() * rust_decimal::Decimal::ONE_HUNDRED;
        let base = match self.commission_base {
            FeeBase::NetOfSeller => "판매가에서 판매자 부담 할인을 뺀 금액",
            FeeBase::Gross => "판매가",
        };
        let vat = match self.fee_vat_payer {
            VatPayer::Seller => "판매자",
            VatPayer::Platform => "드립",
        };
        let cycle = match self.settlement_cycle {
            Cycle::Daily => "매일",
            Cycle::Weekly => "매주",
            Cycle::SemiMonthly => "월 2회",
            Cycle::Monthly => "매월",
        };
        let until = self.effective_to.map_or_else(|| "해지 시까지".to_owned(), |day| format!("{day} 전일까지"));
        format!(
            "드립 입점 계약서\n\n판매자: {} (사업자등록번호 {})\n\
             제1조 (수수료) 구매가 확정된 상품에 대하여 {base}의 {}%를 판매 수수료로 한다. 수수료의 부가가치세는 {vat}가 부담한다.\n\
             제2조 (정산) {cycle} 구매 확정분을 마감하고, 마감 후 {}영업일에 지급한다.\n\
             제3조 (기간) {}부터 {until} 효력이 있다. 조건의 변경은 변경일 이후의 주문에만 적용한다.\n\
             제4조 (의무) 판매자는 표시한 기한 안에 발송하고, 법령에 따른 청약철회와 환불을 이행한다.\n",
            self.company_name,
            self.business_no,
            percent.normalize(),
            self.payout_lag_days,
            self.effective_from,
        )
    }

    /// SHA-256 of the text, in hex: what the signer sends back.
    pub fn text_hash(&self) -> String {
        hex::encode(hash(&self.text()))
    }
}

pub(crate) fn hash(text: &str) -> Vec<u8> {
    digest(&SHA256, text.as_bytes()).as_ref().to_vec()
}

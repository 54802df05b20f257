//! Settlement lines, down to order lines, claims and shipping fees. They never change: a later claim is another line.

use crate::state::SettlementState;
use crate::verify::StatementError;
use authz::SellerScope;
use chrono::{DateTime, NaiveDate, Utc};
use db::On;
use kernel::*;
use pricing::LineType;
use schemars::JsonSchema;
use serde::Serialize;

db::row! {
    struct LineRow {
        id: SettlementLineId, line_type: LineType, settlement_id: Option<SettlementId>, settlement_no: Option<String>, settlement_state: Option<SettlementState>, order_no: Option<String>,
        product_order_id: Option<ProductOrderId>, product_order_no: Option<String>, product_name: Option<String>, claim_id: Option<ClaimId>, claim_no: Option<String>,
        reverses_line_id: Option<SettlementLineId>, carried_from_settlement_id: Option<SettlementId>, basis_date: NaiveDate, quantity: Option<i32>, gross: Money,
        seller_discount: Money, fee_base: Money, commission_rate: Option<Rate>, fee: Money, fee_vat: Money, payout: Money, contract_id: Option<ContractId>,
        reason: Option<String>, created_at: DateTime<Utc>,
    }
}

db::statements! {
    static STATEMENT: (SettlementId,) => (SettlementId,) = "select id from settlements where id = $1";
    /// $5 an order's or line's number, or part of a product's name.
    static LIST: (Option<SellerId>, Option<SettlementId>, Option<LineType>, Option<ProductOrderId>, Option<String>, Option<NaiveDate>, Option<NaiveDate>, Option<NaiveDate>, Option<SettlementLineId>, i64) => LineRow =
        "select l.id, l.line_type, l.settlement_id, t.settlement_no, t.state as settlement_state, p.order_no, l.product_order_id, o.product_order_no,
                o.item_snapshot ->> 'product_name' as product_name, l.claim_id, c.claim_no, l.reverses_line_id, l.carried_from_settlement_id, l.basis_date, l.quantity, l.gross,
                l.seller_discount, l.fee_base, l.commission_rate, l.fee, l.fee_vat, l.payout, s.contract_id, l.reason, l.created_at
         from settlement_lines l left join settlements t on t.id = l.settlement_id left join product_orders o on o.id = l.product_order_id
              left join seller_orders s on s.id = l.seller_order_id left join purchase_orders p on p.id = s.purchase_order_id left join claims c on c.id = l.claim_id
         where ($1::uuid is null or l.seller_id = $1) and ($2::uuid is null or l.settlement_id = $2) and ($3::text is null or l.line_type = $3)
           and ($4::uuid is null or l.product_order_id = $4)
           and ($5::text is null or p.order_no = $5 or o.product_order_no = $5 or position(lower($5) in lower(o.item_snapshot ->> 'product_name')) > 0)
           and ($6::date is null or l.basis_date >= $6) and ($7::date is null or l.basis_date <= $7)
           and ($8::date is null or (l.basis_date, l.id) < ($8, $9))
         order by l.basis_date desc, l.id desc limit $10";
}

kernel::text_enum! {
    /// How far a line has come.
    pub enum LineStage {
        /// On no statement its seller sees yet.
        Waiting = "waiting",
        OnStatement = "on_statement",
        Held = "held",
        Paid = "paid",
    }
}

/// One settlement line. Amounts in won.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SettlementLineView {
    pub settlement_line_id: SettlementLineId,
    pub line_type: LineType,
    pub stage: LineStage,
    pub settlement_id: Option<SettlementId>,
    pub settlement_no: Option<String>,
    pub order_no: Option<String>,
    pub product_order_id: Option<ProductOrderId>,
    pub product_order_no: Option<String>,
    pub product_name: Option<String>,
    pub claim_id: Option<ClaimId>,
    pub claim_no: Option<String>,
    /// The line this one takes back a piece of.
    pub reverses_line_id: Option<SettlementLineId>,
    /// The statement whose minus this is.
    pub carried_from_settlement_id: Option<SettlementId>,
    /// The Korean day of the confirmation, or of the claim's end.
    pub basis_date: NaiveDate,
    pub quantity: Option<i32>,
    pub gross: Money,
    pub seller_discount: Money,
    pub fee_base: Money,
    pub commission_rate: Option<Rate>,
    pub fee: Money,
    pub fee_vat: Money,
    pub payout: Money,
    /// The contract version of the day of the order.
    pub contract_id: Option<ContractId>,
    pub reason: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// Which lines. Days are of `basis_date`, both inclusive.
#[derive(Debug, Clone, Default)]
pub struct LineFilter {
    pub settlement_id: Option<SettlementId>,
    pub line_type: Option<LineType>,
    pub product_order_id: Option<ProductOrderId>,
    pub keyword: Option<String>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

impl LineRow {
    /// A draft is nothing its seller knows of.
    fn view(self, drafts: bool) -> SettlementLineView {
        let hidden = !drafts && self.settlement_state == Some(SettlementState::Calculated);
        let stage = match self.settlement_state {
            None | Some(SettlementState::Calculated) => LineStage::Waiting,
            Some(SettlementState::Held) => LineStage::Held,
            Some(SettlementState::Paid) => LineStage::Paid,
            Some(SettlementState::Issued | SettlementState::Confirmed | SettlementState::Carried) => {
                LineStage::OnStatement
            }
        };
        SettlementLineView {
            settlement_line_id: self.id,
            line_type: self.line_type,
            stage,
            settlement_id: self.settlement_id.filter(|_| !hidden),
            settlement_no: self.settlement_no.filter(|_| !hidden),
            order_no: self.order_no,
            product_order_id: self.product_order_id,
            product_order_no: self.product_order_no,
            product_name: self.product_name,
            claim_id: self.claim_id,
            claim_no: self.claim_no,
            reverses_line_id: self.reverses_line_id,
            carried_from_settlement_id: self.carried_from_settlement_id,
            basis_date: self.basis_date,
            quantity: self.quantity,
            gross: self.gross,
            seller_discount: self.seller_discount,
            fee_base: self.fee_base,
            commission_rate: self.commission_rate,
            fee: self.fee,
            fee_vat: self.fee_vat,
            payout: self.payout,
            contract_id: self.contract_id,
            reason: self.reason,
            created_at: self.created_at,
        }
    }
}

async fn page(
    on: &impl On,
    seller: Option<SellerId>,
    filter: LineFilter,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<LineRow>, Fault> {
    let (day, id) = cursor.and_then(|cursor| cursor.decode::<(NaiveDate, SettlementLineId)>()).unzip();
    let LineFilter { settlement_id, line_type, product_order_id, keyword, from, to } = filter;
    let row = (seller, settlement_id, line_type, product_order_id, keyword, from, to, day, id, limit.fetch());
    Ok(Page::of(LIST.all(on, row).await?, limit, |row| (row.basis_date, row.id)))
}

/// A seller's lines, newest first.
pub async fn of_seller(
    on: &impl On,
    by: SellerScope,
    filter: LineFilter,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<SettlementLineView>, Fault> {
    Ok(page(on, Some(by.seller_id()), filter, cursor, limit).await?.map(|row| row.view(false)))
}

/// The lines of one statement, newest first.
pub async fn of_statement(
    on: &impl On,
    id: SettlementId,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<SettlementLineView>, Failure<StatementError>> {
    let filter = LineFilter { settlement_id: Some(id), ..LineFilter::default() };
    let page = page(on, None, filter, cursor, limit).await?;
    if page.items.is_empty() {
        STATEMENT.opt(on, (id,)).await?.ok_or(StatementError::NotFound)?;
    }
    Ok(page.map(|row| row.view(true)))
}

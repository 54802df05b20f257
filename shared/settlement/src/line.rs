//! Settlement lines: written once, with what they post to the ledger, and never changed. Each is unique in what it is for
//! (schema), so writing it again writes nothing.

use chrono::{DateTime, NaiveDate, Utc};
use db::{Json, Tx};
use kernel::*;
use ledger::Posting;
use pricing::{LineAmounts, LineType};
use serde::Serialize;
use std::collections::HashSet;

/// A line that is about to be written.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NewLine {
    pub id: SettlementLineId,
    pub seller_id: SellerId,
    pub line_type: LineType,
    pub product_order_id: Option<ProductOrderId>,
    pub seller_order_id: Option<SellerOrderId>,
    pub claim_id: Option<ClaimId>,
    pub claim_item_id: Option<ClaimItemId>,
    pub reverses_line_id: Option<SettlementLineId>,
    pub carried_from_settlement_id: Option<SettlementId>,
    pub basis_date: NaiveDate,
    pub quantity: Option<i32>,
    pub gross: Money,
    pub seller_discount: Money,
    pub fee_base: Money,
    pub commission_rate: Option<Rate>,
    pub fee: Money,
    pub fee_vat: Money,
    pub payout: Money,
    pub created_at: DateTime<Utc>,
}

db::statements! {
    static INSERT: (Json<Vec<NewLine>>,) => (SettlementLineId,) =
        "insert into settlement_lines (id, seller_id, line_type, product_order_id, seller_order_id, claim_id, claim_item_id, reverses_line_id, carried_from_settlement_id,
                                       basis_date, quantity, gross, seller_discount, fee_base, commission_rate, fee, fee_vat, payout, created_at)
         select id, seller_id, line_type, product_order_id, seller_order_id, claim_id, claim_item_id, reverses_line_id, carried_from_settlement_id,
                basis_date, quantity, gross, seller_discount, fee_base, commission_rate, fee, fee_vat, payout, created_at
         from jsonb_populate_recordset(null::settlement_lines, $1) on conflict do nothing returning id";
}

impl NewLine {
    pub(crate) fn new(
        line_type: LineType,
        seller_id: SellerId,
        basis_date: NaiveDate,
        amounts: LineAmounts,
        now: Now,
    ) -> NewLine {
        let of_pieces = matches!(line_type, LineType::Product | LineType::ProductReversal);
        NewLine {
            id: SettlementLineId::new(),
            seller_id,
            line_type,
            product_order_id: None,
            seller_order_id: None,
            claim_id: None,
            claim_item_id: None,
            reverses_line_id: None,
            carried_from_settlement_id: None,
            basis_date,
            quantity: of_pieces.then_some(amounts.quantity),
            gross: amounts.gross,
            seller_discount: amounts.seller_discount,
            fee_base: amounts.fee_base,
            commission_rate: None,
            fee: amounts.fee,
            fee_vat: amounts.fee_vat,
            payout: amounts.payout,
            created_at: now.0,
        }
    }
}

/// Writes lines and posts those that were not there before; answers how many that were.
pub(crate) async fn write(tx: &Tx, lines: Vec<(NewLine, Option<Posting>)>) -> Result<usize, Fault> {
    if lines.is_empty() {
        return Ok(0);
    }
    let (rows, postings): (Vec<NewLine>, Vec<Option<Posting>>) = lines.into_iter().unzip();
    let ids: Vec<SettlementLineId> = rows.iter().map(|row| row.id).collect();
    let written: HashSet<SettlementLineId> = INSERT.all(tx, (Json(rows),)).await?.into_iter().map(|(id,)| id).collect();
    let fresh = ids.iter().zip(postings).filter(|(id, _)| written.contains(id));
    ledger::post_all(tx, fresh.filter_map(|(_, posting)| posting).collect()).await?;
    Ok(written.len())
}

//! What a claim is made against: a seller's part of an order as it was sold, and what happened to it since.

use crate::{AtFault, ClaimType, Contradiction, SoldLine, UnitMoney};
use kernel::{Money, ProductOrderId, Rate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One piece of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UnitRef {
    pub product_order_id: ProductOrderId,
    pub unit_no: i32,
}

/// Points a line has earned, if its purchase was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub granted: Money,
    /// What earlier claims on the line take back.
    pub clawed_back: Money,
    /// The rate of the day of the order.
    pub point_rate: Rate,
}

/// One line of the seller order as sold; lines that took over exchanged pieces are lines of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimLine {
    pub product_order_id: ProductOrderId,
    pub sold: SoldLine,
    /// It was handed to a carrier, whatever became of it since.
    pub dispatched: bool,
    pub grant: Option<Grant>,
}

/// An approved claim that came before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierClaim {
    pub claim_type: ClaimType,
    pub at_fault: AtFault,
    pub units: Vec<UnitRef>,
    /// Its `fee_recovered_outbound`.
    pub recovered_outbound: Money,
    /// What of its fee came from points and from rewards; the rest came from cash.
    pub fee_from_points: Money,
    pub fee_from_rewards: Money,
    /// Its pieces cannot come back to the order: an approved cancel, a return whose goods were accepted, an exchange
    /// whose new line exists. A return still on its way may be rejected or taken back, so its pieces count as remaining.
    pub irrevocable: bool,
}

/// The seller order a claim is made against: terms and amounts of order time, and what happened since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimedOrder {
    pub sale_amount: Money,
    pub base_fee: Money,
    pub free_threshold: Option<Money>,
    pub shipping_waived: bool,
    pub remote_surcharge: Money,
    /// Shipping paid and not yet refunded.
    pub remaining_shipping_paid: Money,
    /// One way.
    pub return_fee: Money,
    /// Both ways.
    pub exchange_fee: Money,
    pub lines: Vec<ClaimLine>,
    pub earlier: Vec<EarlierClaim>,
}

/// The claim to be calculated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claiming {
    pub claim_type: ClaimType,
    pub at_fault: AtFault,
    pub units: Vec<UnitRef>,
    /// Anything else charged by agreement; none where the seller is at fault.
    pub fee_extra: Money,
}

impl ClaimedOrder {
    /// The pieces of every line, divided once.
    pub(crate) fn units(&self) -> Result<BTreeMap<UnitRef, UnitMoney>, Contradiction> {
        let mut all = BTreeMap::new();
        for line in &self.lines {
            for unit in line.sold.units()? {
                all.insert(UnitRef { product_order_id: line.product_order_id, unit_no: unit.unit_no }, unit);
            }
        }
        Ok(all)
    }
}

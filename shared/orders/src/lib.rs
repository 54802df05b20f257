//! Orders and claims: three tiers, one life.
//!
//! A customer pays a purchase order (주문) at once. It is split into one seller order per seller (shipping fee and
//! settlement) and product orders (상품주문: dispatch and claims). Everything about money is decided when the order is
//! placed and stored per line and per bearer; what comes later replays those rows. Payments, coupons, points and stock are
//! composed here into single transactions; calls to the payment gateway happen between them, never inside.

pub mod accept;
mod actor;
pub mod cart;
pub mod claims;
pub mod decide;
pub mod dispatch;
pub mod items;
pub mod lines;
pub mod mark_delivered;
mod open_claims;
pub mod overdue;
pub mod paying;
pub mod place;
pub mod quotes;
pub mod reveal;
pub mod settings;
pub mod state;
mod tiers;
pub mod track;
pub mod views;

pub use actor::{ActorRef, ActorType};

/// Every statement of this crate, for the check against the schema.
pub const STATEMENTS: &[&[&dyn db::Declared]] = &[
    cart::add::STATEMENTS,
    cart::change::STATEMENTS,
    cart::merge::STATEMENTS,
    cart::remove::STATEMENTS,
    cart::show::STATEMENTS,
    claims::approve::STATEMENTS,
    claims::approve_many::STATEMENTS,
    claims::books::STATEMENTS,
    claims::cancel::STATEMENTS,
    claims::choose::STATEMENTS,
    claims::fallen_back::STATEMENTS,
    claims::load::STATEMENTS,
    claims::reasons::STATEMENTS,
    claims::refund::STATEMENTS,
    claims::retry_refund::STATEMENTS,
    claims::unanswered::STATEMENTS,
    claims::write::STATEMENTS,
    decide::STATEMENTS,
    dispatch::STATEMENTS,
    lines::STATEMENTS,
    mark_delivered::STATEMENTS,
    open_claims::STATEMENTS,
    overdue::STATEMENTS,
    paying::ask::STATEMENTS,
    paying::expire::STATEMENTS,
    paying::observe::STATEMENTS,
    paying::paid::STATEMENTS,
    paying::poll::STATEMENTS,
    paying::reversed::STATEMENTS,
    paying::start::STATEMENTS,
    paying::unpaid::STATEMENTS,
    place::STATEMENTS,
    quotes::buyer::STATEMENTS,
    quotes::reprice::STATEMENTS,
    quotes::store::STATEMENTS,
    quotes::wallet::STATEMENTS,
    reveal::STATEMENTS,
    settings::STATEMENTS,
    tiers::STATEMENTS,
    track::STATEMENTS,
    views::admin::claim::STATEMENTS,
    views::admin::claims::STATEMENTS,
    views::admin::lines::STATEMENTS,
    views::admin::money::STATEMENTS,
    views::admin::search::STATEMENTS,
    views::admin::timeline::STATEMENTS,
    views::admin::tree::STATEMENTS,
    views::claims::detail::STATEMENTS,
    views::claims::list::STATEMENTS,
    views::lines::detail::STATEMENTS,
    views::lines::list::STATEMENTS,
    views::orders::detail::STATEMENTS,
    views::orders::list::STATEMENTS,
    views::orders::payment::STATEMENTS,
    views::seller::claim::STATEMENTS,
    views::seller::claims::STATEMENTS,
    views::seller::line::STATEMENTS,
    views::seller::lines::STATEMENTS,
    views::seller::parcel::STATEMENTS,
    views::seller::parcels::STATEMENTS,
    views::seller::part::STATEMENTS,
    views::shipments::STATEMENTS,
];

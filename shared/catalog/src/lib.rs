//! What is for sale: categories, brands, products with their options and prices, and the inspection between a seller's
//! draft and a shopper's page.
//!
//! A product sells only while everything above it does: its state, its sale period, its seller, its brand and the
//! seller's right to the brand. Sold out is never a state; it is read from stock.

mod certify;
mod content;
mod delete;
mod deliver;
mod describe;
mod disclose;
mod draft;
mod edit;
mod files;
mod notice;
mod open;
mod option_plan;
#[cfg(test)]
mod option_plan_tests;
mod options;
mod outside;
mod pictures;
mod sellable;
mod skus;
mod standards;
mod words;

pub use certify::{CertificationEntry, CertifyError, certify};
pub use content::{Certification, ContentSku, DescriptionBlock, PendingChanges, ProductContent, ProductPicture};
pub use delete::{DeleteError, delete};
pub use deliver::{DeliverError, Delivery, deliver};
pub use describe::{DescribeError, describe};
pub use disclose::{DiscloseError, disclose};
pub use draft::{DraftError, StartDraft, start_draft};
pub use edit::{EditError, EditProduct, edit};
pub use notice::{Disclosure, NoticeField};
pub use option_plan::{GroupInput, MOST_SKUS, OptionsInput, SkuInput, ValueInput};
pub use options::{OptionsError, set_options};
pub use outside::leads_outside;
pub use pictures::{LEAST_WIDTH, PicturesError, set_pictures};
pub use sellable::{Commission, RunningPromotion, SellableSku, Unsellable, sellable};
pub use skus::{SkuEdit, SkusError, edit_skus};
pub use standards::{COLORS, SIZES, StandardValue, is_standard};
pub use words::*;

/// Every statement of this crate, for the check against the schema.
pub const STATEMENTS: &[&[(&str, &dyn db::Checked)]] = &[
    certify::STATEMENTS,
    delete::STATEMENTS,
    deliver::STATEMENTS,
    describe::STATEMENTS,
    disclose::STATEMENTS,
    draft::STATEMENTS,
    edit::STATEMENTS,
    files::STATEMENTS,
    open::STATEMENTS,
    options::STATEMENTS,
    pictures::STATEMENTS,
    sellable::STATEMENTS,
    skus::STATEMENTS,
];

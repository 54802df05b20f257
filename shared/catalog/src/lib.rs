//! What is for sale: categories, brands, products with their options and prices, and the inspection between a seller's
//! draft and a shopper's page.
//!
//! A product sells only while everything above it does: its state, its sale period, its seller, its brand and the
//! seller's right to the brand. Sold out is never a state; it is read from stock.

mod apply_prices;
mod approve;
mod attributes;
mod browse;
mod browse_text;
mod categories;
mod certify;
mod content;
mod decide;
mod delete;
mod deliver;
mod describe;
mod disclose;
mod draft;
mod edit;
mod files;
mod findings;
mod inspect;
mod inspections;
mod load;
mod missing;
mod notice;
mod open;
mod option_plan;
#[cfg(test)]
mod option_plan_tests;
mod options;
mod outside;
mod pictures;
mod price_outcome;
mod prices;
mod product_options;
mod product_page;
mod product_texts;
mod public_brands;
mod registration_form;
mod reject;
mod sale_state;
mod sellable;
mod seller_brands;
mod seller_identity;
mod seller_list;
mod seller_page;
mod skus;
mod sold_again;
mod standards;
mod submit;
mod withdraw;
mod words;

pub use apply_prices::ApplyPrices;
pub use approve::{Approve, approve};
pub use attributes::{Attributes, FilterAttribute};
pub use browse::{BrowseQuery, CardRow, browse, discount_percent};
pub use browse_text::ProductSort;
pub use categories::{
    CategoryError, CategoryLanding, CategoryRow, CategoryStep, FeaturedBrand, SellerCategoryRow, category_landing,
    category_tree, seller_category_tree,
};
pub use certify::{CertificationEntry, CertifyError, certify};
pub use content::{Certification, ContentSku, DescriptionBlock, PendingChanges, ProductContent, ProductPicture};
pub use decide::{Decided, DecisionOutcome};
pub use delete::{DeleteError, delete};
pub use deliver::{DeliverError, Delivery, deliver};
pub use describe::{DescribeError, describe};
pub use disclose::{DiscloseError, disclose};
pub use draft::{DraftError, StartDraft, start_draft};
pub use edit::{EditError, EditProduct, edit};
pub use findings::{Finding, Remark};
pub use inspect::{FormerPrice, InspectedRow, Inspection, InspectionError, inspect};
pub use inspections::{InspectionQuery, InspectionRow, InspectionSort, inspections};
pub use notice::{Disclosure, NoticeField};
pub use option_plan::{GroupInput, MOST_SKUS, OptionsInput, SkuInput, ValueInput};
pub use options::{OptionsError, set_options};
pub use outside::leads_outside;
pub use pictures::{LEAST_WIDTH, PicturesError, set_pictures};
pub use price_outcome::{NewPrice, PriceOutcome};
pub use prices::{ChangePrices, PricesError, change_prices};
pub use product_options::{EXACT_UP_TO, ProductOptions, SkuChoice, StockBand, product_options};
pub use product_page::{
    Badge, PageCategory, PageError, PagePicture, PageRow, PageSaleState, ProductPage, product_page,
};
pub use product_texts::{
    ShownBlock, ShownCertification, ShownDescription, ShownDisclosure, product_description, product_disclosure,
};
pub use public_brands::{
    BrandCategory, BrandCoupon, BrandError, BrandExhibition, BrandPageRow, BrandQuery, BrandRow, BrandSort, Initial,
    brand_page, brands,
};
pub use registration_form::{FormError, RegistrationForm, registration_form};
pub use reject::{Reject, reject};
pub use sale_state::{SaleState, SaleStateOutcome, SaleStateResult, set_sale_state};
pub use sellable::{Commission, RunningPromotion, SellableSku, Unsellable, sellable};
pub use seller_brands::{SellerBrandRow, seller_brands};
pub use seller_identity::{SellerError, SellerIdentity, seller_identity};
pub use seller_list::{ProductStock, SellerProductQuery, SellerProductRow, seller_products};
pub use seller_page::{
    EditorGroup, EditorRevision, EditorSku, EditorValue, ProductError, SellerProduct, SellerProductRest, seller_product,
};
pub use skus::{SkuEdit, SkusError, edit_skus};
pub use standards::{COLORS, SIZES, StandardValue, is_standard};
pub use submit::{SubmitError, Submitted, submit};
pub use withdraw::{WithdrawError, withdraw};
pub use words::*;

/// Every statement of this crate, for the check against the schema.
pub const STATEMENTS: &[&[&dyn db::Declared]] = &[
    apply_prices::STATEMENTS,
    approve::STATEMENTS,
    attributes::STATEMENTS,
    browse::STATEMENTS,
    categories::STATEMENTS,
    certify::STATEMENTS,
    decide::STATEMENTS,
    delete::STATEMENTS,
    deliver::STATEMENTS,
    describe::STATEMENTS,
    disclose::STATEMENTS,
    draft::STATEMENTS,
    edit::STATEMENTS,
    files::STATEMENTS,
    inspect::STATEMENTS,
    inspections::STATEMENTS,
    load::STATEMENTS,
    missing::STATEMENTS,
    open::STATEMENTS,
    options::STATEMENTS,
    pictures::STATEMENTS,
    prices::STATEMENTS,
    product_options::STATEMENTS,
    product_page::STATEMENTS,
    product_texts::STATEMENTS,
    public_brands::STATEMENTS,
    registration_form::STATEMENTS,
    reject::STATEMENTS,
    sale_state::STATEMENTS,
    sellable::STATEMENTS,
    seller_brands::STATEMENTS,
    seller_identity::STATEMENTS,
    seller_list::STATEMENTS,
    seller_page::STATEMENTS,
    skus::STATEMENTS,
    sold_again::STATEMENTS,
    submit::STATEMENTS,
    withdraw::STATEMENTS,
];

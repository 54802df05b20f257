//! What the registration form of a category asks for: filter attributes, standard colours and sizes, the statutory
//! disclosure, the measures of the size chart, the kinds of certification.

use crate::{COLORS, CertificationKind, FilterAttribute, NoticeField, NoticeType, SIZES, StandardValue, attributes};
use aws_lc_rs::digest::{SHA256, digest};
use db::On;
use kernel::{CategoryId, Failure, Fault};
use schemars::JsonSchema;
use serde::Serialize;

/// One category's form.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RegistrationForm {
    pub category_id: CategoryId,
    /// Changes whenever the form does.
    pub form_version: String,
    /// Filter attributes and their values, inherited from the categories above.
    pub attributes: Vec<FilterAttribute>,
    pub standard_colors: &'static [StandardValue],
    pub standard_sizes: &'static [StandardValue],
    pub notice_type: NoticeType,
    pub disclosure_fields: &'static [NoticeField],
    pub size_chart_type: Option<String>,
    pub size_chart_measures: &'static [&'static str],
    pub certification_kinds: Vec<CertificationKind>,
}

kernel::refusals! {
    /// Why there is no form.
    pub enum FormError {
        CategoryNotFound = 404 "category_not_found", "There is no such category.", "존재하지 않는 카테고리입니다.";
        NotALeaf = 409 "category_not_a_leaf", "Products hang on leaf categories only.", "하위 카테고리가 있는 카테고리에는 상품을 등록할 수 없습니다.";
    }
}

db::row! { struct FormRow { leaf: bool, notice_type: NoticeType, size_chart_type: Option<String> } }

db::statements! {
    static FORM: (CategoryId,) => FormRow =
        "select not exists (select from categories below where below.parent_id = c.id and below.active) as leaf, c.notice_type,
                coalesce(c.size_chart_type, c2.size_chart_type, c3.size_chart_type, c4.size_chart_type) as size_chart_type
         from categories c
         left join categories c2 on c2.id = c.parent_id
         left join categories c3 on c3.id = c2.parent_id
         left join categories c4 on c4.id = c3.parent_id
         where c.id = $1 and c.active";
}

/// The form of one leaf category.
pub async fn registration_form(on: &impl On, category_id: CategoryId) -> Result<RegistrationForm, Failure<FormError>> {
    let row = FORM.opt(on, (category_id,)).await?.ok_or(FormError::CategoryNotFound)?;
    if !row.leaf {
        return Err(FormError::NotALeaf.into());
    }
    let kids = row.notice_type == NoticeType::Kids;
    let kinds = CertificationKind::ALL.iter().copied().filter(|kind| !(kids && *kind == CertificationKind::Exempt));
    let mut form = RegistrationForm {
        category_id,
        form_version: String::new(),
        attributes: attributes::of_category(on, category_id).await?,
        standard_colors: COLORS,
        standard_sizes: SIZES,
        notice_type: row.notice_type,
        disclosure_fields: row.notice_type.fields(),
        size_chart_measures: measures(row.size_chart_type.as_deref()),
        size_chart_type: row.size_chart_type,
        certification_kinds: kinds.collect(),
    };
    let bytes = serde_json::to_vec(&form).map_err(Fault::internal)?;
    form.form_version = hex::encode(&digest(&SHA256, &bytes).as_ref()[..8]);
    Ok(form)
}

/// Measures of a kind of garment; millimetres throughout.
fn measures(size_chart_type: Option<&str>) -> &'static [&'static str] {
    match size_chart_type {
        Some("top" | "outer") => &["총장", "어깨너비", "가슴단면", "소매길이"],
        Some("bottom") => &["총장", "허리단면", "엉덩이단면", "허벅지단면", "밑위", "밑단단면"],
        Some("skirt") => &["총장", "허리단면", "엉덩이단면", "밑단단면"],
        Some("dress") => &["총장", "어깨너비", "가슴단면", "허리단면", "소매길이"],
        Some("shoes") => &["발길이", "발볼", "굽높이"],
        Some("bag") => &["가로", "세로", "폭"],
        Some("hat") => &["둘레", "깊이", "챙길이"],
        _ => &[],
    }
}

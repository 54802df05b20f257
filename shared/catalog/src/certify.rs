//! A seller states the safety certifications of a product, or why it needs none. Goods for children always need one. A
//! number is believed only once it was found in the registry; until then the product cannot be approved. On an approved
//! product a new statement waits for inspection.

use crate::load::load;
use crate::open::{TOUCH, edit_refusals, open_for_review};
use crate::{Certification, CertificationKind, NoticeType, PendingChanges};
use authz::SellerScope;
use db::{Json, Tx};
use kernel::values::Text;
use kernel::{CategoryId, CertificationId, Failure, Fault, FieldError, Now, ProductId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// One certification by its number, or an exemption by its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificationEntry {
    pub kind: CertificationKind,
    pub certification_no: Option<Text<5, 50>>,
    pub exemption_reason: Option<Text<2, 200>>,
}

edit_refusals! {
    /// Why certifications are refused.
    pub enum CertifyError {
        CertificationsInvalid(Vec<FieldError>) = 422 "certifications_invalid" each field, "Some certifications cannot be taken.", "인증 정보를 확인해 주세요.";
    }
}

db::statements! {
    static NOTICE_TYPE: (CategoryId,) => (NoticeType,) = "select notice_type from categories where id = $1";
    static REMOVE: (ProductId, Vec<CertificationId>) => () = "delete from product_certifications where product_id = $1 and id <> all($2)";
    static ADD: (ProductId, Json<Vec<Certification>>) => () =
        "insert into product_certifications (id, product_id, kind, certification_no, exemption_reason, verified_at)
         select c.id, $1, c.kind, c.certification_no, c.exemption_reason, c.verified_at
         from jsonb_populate_recordset(null::product_certifications, $2) c
         on conflict (id) do nothing";
}

/// Replaces the certifications, or keeps them for inspection.
pub async fn certify(
    tx: &Tx,
    by: SellerScope,
    product_id: ProductId,
    now: Now,
    entries: Vec<CertificationEntry>,
) -> Result<(), Failure<CertifyError>> {
    let opened = open_for_review(tx, by, product_id, now).await.map_err(Failure::widen)?;
    let (notice_type,) = NOTICE_TYPE.one(tx, (opened.working_category(),)).await?;
    let problems = problems(&entries, notice_type);
    if !problems.is_empty() {
        return Err(CertifyError::CertificationsInvalid(problems).into());
    }
    let loaded = load(tx, product_id, Some(by.seller_id())).await?.ok_or(CertifyError::ProductNotFound)?;
    let stated = stated(entries, &loaded.live.certifications);
    if opened.is_live() {
        let changes = PendingChanges { certifications: Some(stated), ..PendingChanges::default() };
        return Ok(opened.keep(tx, changes, now).await?);
    }
    write(tx, product_id, stated).await?;
    Ok(TOUCH.run(tx, (product_id, now)).await?)
}

/// What stays is the same row, with its verification.
fn stated(entries: Vec<CertificationEntry>, before: &[Certification]) -> Vec<Certification> {
    let certification = |entry: CertificationEntry| {
        let new = Certification {
            id: CertificationId::new(),
            kind: entry.kind,
            certification_no: entry.certification_no.map(Text::into_string),
            exemption_reason: entry.exemption_reason.map(Text::into_string),
            verified_at: None,
        };
        let same = |known: &&Certification| {
            (known.kind, &known.certification_no, &known.exemption_reason)
                == (new.kind, &new.certification_no, &new.exemption_reason)
        };
        before.iter().find(same).cloned().unwrap_or(new)
    };
    entries.into_iter().map(certification).collect()
}

/// Makes these the live certifications.
pub(crate) async fn write(tx: &Tx, product_id: ProductId, stated: Vec<Certification>) -> Result<(), Fault> {
    REMOVE.run(tx, (product_id, stated.iter().map(|one| one.id).collect())).await?;
    ADD.run(tx, (product_id, Json(stated))).await
}

fn problems(entries: &[CertificationEntry], notice_type: NoticeType) -> Vec<FieldError> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for (at, entry) in entries.iter().enumerate() {
        let mut wrong =
            |field: &str, code: &str| found.push(FieldError::new(format!("/certifications/{at}/{field}"), code));
        let exempt = entry.kind == CertificationKind::Exempt;
        match (&entry.certification_no, &entry.exemption_reason) {
            (Some(_), _) if exempt => wrong("certification_no", "not_with_an_exemption"),
            (_, None) if exempt => wrong("exemption_reason", "missing"),
            (None, _) if !exempt => wrong("certification_no", "missing"),
            (Some(number), _) if !plausible(number.as_str()) => wrong("certification_no", "not_a_certification_number"),
            (_, Some(_)) if !exempt => wrong("exemption_reason", "only_with_an_exemption"),
            _ => {}
        }
        if exempt && notice_type == NoticeType::Kids {
            wrong("kind", "children_s_goods_cannot_be_exempt");
        }
        if !seen.insert((entry.kind, entry.certification_no.as_ref().map(|number| number.as_str()))) {
            wrong("certification_no", "named_twice");
        }
    }
    found
}

/// Numbers of the registry are Latin capitals, digits and dashes: `CB123R001-1234`.
fn plausible(number: &str) -> bool {
    number.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
        && number.bytes().any(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: CertificationKind, number: Option<&str>, reason: Option<&str>) -> CertificationEntry {
        CertificationEntry {
            kind,
            certification_no: number.and_then(Text::new),
            exemption_reason: reason.and_then(Text::new),
        }
    }

    #[test]
    fn a_number_or_a_reason_and_children_s_goods_never_exempt() {
        let kc = entry(CertificationKind::Kc, Some("CB123R001-1234"), None);
        let exempt = entry(CertificationKind::Exempt, None, Some("안전기준준수대상"));
        assert!(problems(&[kc.clone(), exempt.clone()], NoticeType::Wear).is_empty());
        let codes = |entries: &[CertificationEntry], of| -> Vec<String> {
            problems(entries, of).into_iter().map(|f| f.code).collect()
        };
        assert_eq!(codes(&[exempt], NoticeType::Kids), ["children_s_goods_cannot_be_exempt"]);
        assert_eq!(codes(&[entry(CertificationKind::Kc, None, None)], NoticeType::Wear), ["missing"]);
        assert_eq!(
            codes(&[entry(CertificationKind::Kc, Some("인증번호 있음"), None)], NoticeType::Wear),
            ["not_a_certification_number"]
        );
        assert_eq!(codes(&[kc.clone(), kc], NoticeType::Wear), ["named_twice"]);
    }
}

//! What a customer agrees to with an order: every required text of the checkout, above all that the sellers receive the
//! address (개인정보 제3자 제공), in the version in force. Who agreed to that version before need not say so again.

use crate::consents::{self, Decision};
use crate::sign_up::Codes;
use crate::terms::Step;
use authz::CustomerScope;
use db::{On, Tx};
use kernel::*;

/// The versions an order is placed under, and which of them were agreed to only now.
#[derive(Debug)]
pub struct Agreement {
    pub versions: Vec<TermId>,
    new: Vec<Decision>,
}

db::row! {
    /// A text in force, and whether the customer has agreed to this version.
    struct TextRow { id: TermId, code: String, version_no: i32, required: bool, agreed: bool }
}

db::statements! {
    static TEXTS: (UserId, Step, Now) => TextRow =
        "select t.id, t.code, t.version_no, t.required,
                exists (select 1 from user_consents c where c.user_id = $1 and c.term_id = t.id and c.agreed and c.superseded_at is null) as agreed
         from (select distinct on (code) id, code, version_no, required, step
               from terms where effective_from <= $3 order by code, effective_from desc, version_no desc) t
         where t.step = $2 order by t.required desc, t.id";
}

kernel::refusals! {
    /// Why an agreement does not do for an order.
    pub enum CheckoutTermsError {
        RequiredTerm(Codes) = 422 "required_term_missing" at "/agreed_term_ids", "A required term is not agreed to.", "필수 약관에 동의해 주세요.";
        TermOutdated = 409 "term_outdated" at "/agreed_term_ids", "A newer version of this term is in force.", "약관이 변경되었습니다. 다시 확인해 주세요.";
    }
}

/// What holds for an order placed now by a customer who ticks these versions.
pub async fn agreed(
    on: &impl On,
    by: CustomerScope,
    ticked: &[TermId],
    now: Now,
) -> Result<Agreement, Failure<CheckoutTermsError>> {
    let texts = TEXTS.all(on, (by.user_id(), Step::Checkout, now)).await?;
    Ok(weigh(&texts, ticked)?)
}

/// Writes what was agreed to only now. Call it when the transaction holds a row of the customer's: two of them then write
/// one after the other.
pub async fn keep(tx: &Tx, by: CustomerScope, agreement: Agreement, now: Now) -> Result<(), Fault> {
    if agreement.new.is_empty() { Ok(()) } else { consents::write(tx, by.user_id(), agreement.new, now).await }
}

fn weigh(texts: &[TextRow], ticked: &[TermId]) -> Result<Agreement, CheckoutTermsError> {
    if ticked.iter().any(|id| texts.iter().all(|text| text.id != *id)) {
        return Err(CheckoutTermsError::TermOutdated);
    }
    let ticks = |text: &&TextRow| ticked.contains(&text.id);
    let missing = texts.iter().filter(|text| text.required && !text.agreed && !ticks(text));
    let codes: Vec<String> = missing.map(|text| text.code.clone()).collect();
    if !codes.is_empty() {
        return Err(CheckoutTermsError::RequiredTerm(Codes { codes }));
    }
    let holds = texts.iter().filter(|text| text.required || ticks(text));
    let new = texts.iter().filter(|text| ticks(text) && !text.agreed);
    Ok(Agreement {
        versions: holds.map(|text| text.id).collect(),
        new: new.map(|text| consents::to_version(&text.code, text.id, text.version_no)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(code: &str, required: bool, agreed: bool) -> TextRow {
        TextRow { id: TermId::new(), code: code.to_owned(), version_no: 2, required, agreed }
    }

    #[test]
    fn a_required_text_is_agreed_to_once_a_version() {
        let first = [text("third_party", true, false), text("newsletter", false, false)];
        let missing = weigh(&first, &[]);
        assert!(matches!(missing, Err(CheckoutTermsError::RequiredTerm(Codes { codes })) if codes == ["third_party"]));
        let kept = weigh(&first, &[first[0].id]).unwrap();
        assert_eq!((kept.versions.as_slice(), kept.new.len()), (&[first[0].id][..], 1));
        let both = weigh(&first, &[first[0].id, first[1].id]).unwrap();
        assert_eq!((both.versions.len(), both.new.len()), (2, 2));
        let later = [text("third_party", true, true)];
        for ticked in [vec![], vec![later[0].id]] {
            let again = weigh(&later, &ticked).unwrap();
            assert_eq!((again.versions.as_slice(), again.new.len()), (&[later[0].id][..], 0));
        }
        assert!(matches!(weigh(&later, &[first[0].id]), Err(CheckoutTermsError::TermOutdated)));
    }
}

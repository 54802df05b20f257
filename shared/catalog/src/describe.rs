//! A seller sets the long description: blocks of text, pictures and video. Text is shown as text, so there is no HTML to
//! clean; pictures are the seller's uploads, so none lies on a foreign host; nothing may lead shoppers outside.

use crate::files::usable;
use crate::open::{edit_refusals, open};
use crate::{DescriptionBlock, leads_outside};
use authz::SellerScope;
use db::{Json, Tx};
use kernel::{Failure, FieldError, Now, ProductId, UploadId};
use std::collections::HashMap;
use uploads::Purpose;

edit_refusals! {
    /// Why a description is refused.
    pub enum DescribeError {
        DescriptionInvalid(Vec<FieldError>) = 422 "description_invalid" each field, "Some blocks cannot be shown.", "상세 설명에 사용할 수 없는 내용이 있습니다.";
    }
}

db::statements! {
    static DESCRIBE: (ProductId, Json<Vec<DescriptionBlock>>, Now) => () =
        "update products set description = $2, version = version + 1, updated_at = $3 where id = $1";
}

/// Replaces the description.
pub async fn describe(
    tx: &Tx,
    by: SellerScope,
    product_id: ProductId,
    now: Now,
    blocks: Vec<DescriptionBlock>,
) -> Result<(), Failure<DescribeError>> {
    open(tx, by, product_id, now).await.map_err(Failure::widen)?;
    let files = usable(tx, by, blocks.iter().filter_map(file_of).map(|(id, _)| id).collect()).await?;
    let problems = problems(&blocks, &files.into_iter().map(|file| (file.id, file.purpose)).collect());
    if !problems.is_empty() {
        return Err(DescribeError::DescriptionInvalid(problems).into());
    }
    Ok(DESCRIBE.run(tx, (product_id, Json(blocks), now)).await?)
}

fn file_of(block: &DescriptionBlock) -> Option<(UploadId, Purpose)> {
    match block {
        DescriptionBlock::Picture { file_id, .. } => Some((*file_id, Purpose::ProductDescription)),
        DescriptionBlock::Video { file_id } => Some((*file_id, Purpose::ProductVideo)),
        DescriptionBlock::Heading { .. } | DescriptionBlock::Text { .. } => None,
    }
}

fn problems(blocks: &[DescriptionBlock], files: &HashMap<UploadId, Purpose>) -> Vec<FieldError> {
    let mut found = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        let text = match block {
            DescriptionBlock::Heading { text } => Some(text.as_str()),
            DescriptionBlock::Text { text } => Some(text.as_str()),
            DescriptionBlock::Picture { alt, .. } => alt.as_ref().map(|alt| alt.as_str()),
            DescriptionBlock::Video { .. } => None,
        };
        if text.and_then(leads_outside).is_some() {
            found.push(FieldError::new(format!("/blocks/{at}"), "leads_outside"));
        }
        if file_of(block).is_some_and(|(id, purpose)| files.get(&id) != Some(&purpose)) {
            found.push(FieldError::new(format!("/blocks/{at}/file_id"), "file_not_usable"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::values::Text;

    #[test]
    fn blocks_show_own_files_and_lead_nowhere() {
        let (picture, video) = (UploadId::new(), UploadId::new());
        let text = |text: &str| DescriptionBlock::Text { text: Text::new(text).unwrap() };
        let blocks = [
            text("부드러운 면 100%"),
            text("더 싸게: http://elsewhere.example"),
            DescriptionBlock::Picture { file_id: picture, alt: None },
            DescriptionBlock::Video { file_id: video },
        ];
        let files = HashMap::from([(picture, Purpose::ProductDescription), (video, Purpose::ProductPicture)]);
        let found: Vec<_> = problems(&blocks, &files).into_iter().map(|f| f.field).collect();
        assert_eq!(found, ["/blocks/1", "/blocks/3/file_id"]);
    }
}

//! A seller sets a product's pictures: one main picture, up to twenty others, each of the whole product or of one colour.
//! On an approved product new pictures wait for inspection.

use crate::files::usable;
use crate::open::{TOUCH, edit_refusals, open_for_review};
use crate::{PendingChanges, PictureRole, ProductPicture};
use authz::SellerScope;
use db::{Json, Tx};
use kernel::{Failure, FieldError, Now, OptionValueId, ProductId, ProductImageId, UploadId};
use serde::Serialize;
use std::collections::HashSet;
use uploads::Purpose;

/// Pixels a picture is wide at least.
pub const LEAST_WIDTH: i32 = 1000;
const MOST_PICTURES: usize = 21;

edit_refusals! {
    /// Why pictures are refused.
    pub enum PicturesError {
        PicturesInvalid(Vec<FieldError>) = 422 "pictures_invalid" each field, "Some pictures cannot be used.", "사용할 수 없는 이미지가 있습니다.";
        PromotionLocked = 409 "promotion_locked", "The product is in a campaign; this cannot be changed until it ends.", "진행 중인 프로모션이 끝날 때까지 변경할 수 없습니다.";
    }
}

#[derive(Debug, Serialize)]
struct PictureRow {
    id: ProductImageId,
    file_id: UploadId,
    role: PictureRole,
    option_value_id: Option<OptionValueId>,
    position: usize,
}

db::statements! {
    static COLORS_OF: (ProductId,) => (OptionValueId,) =
        "select v.id from option_values v join option_groups g on g.id = v.option_group_id where g.product_id = $1 and g.kind = 'color'";
    static CLEAR: (ProductId,) => () = "delete from product_images where product_id = $1";
    static WRITE: (ProductId, Json<Vec<PictureRow>>) => () =
        "insert into product_images (id, product_id, option_value_id, file_id, role, position)
         select id, $1, option_value_id, file_id, role, position from jsonb_populate_recordset(null::product_images, $2)";
}

/// Replaces the pictures, or keeps them for inspection.
pub async fn set_pictures(
    tx: &Tx,
    by: SellerScope,
    product_id: ProductId,
    now: Now,
    pictures: Vec<ProductPicture>,
) -> Result<(), Failure<PicturesError>> {
    let opened = open_for_review(tx, by, product_id, now).await.map_err(Failure::widen)?;
    if opened.in_promotion {
        return Err(PicturesError::PromotionLocked.into());
    }
    let files = usable(tx, by, pictures.iter().map(|picture| picture.file_id).collect()).await?;
    let wide: HashSet<UploadId> = files
        .iter()
        .filter(|file| file.purpose == Purpose::ProductPicture && file.width.is_some_and(|width| width >= LEAST_WIDTH))
        .map(|file| file.id)
        .collect();
    let known: HashSet<UploadId> = files.iter().map(|file| file.id).collect();
    let colors = COLORS_OF.all(tx, (product_id,)).await?.into_iter().map(|(id,)| id).collect();
    let problems = problems(&pictures, &known, &wide, &colors);
    if !problems.is_empty() {
        return Err(PicturesError::PicturesInvalid(problems).into());
    }
    if opened.is_live() {
        let changes = PendingChanges { pictures: Some(pictures), ..PendingChanges::default() };
        return Ok(opened.keep(tx, changes, now).await?);
    }
    write(tx, product_id, &pictures).await?;
    Ok(TOUCH.run(tx, (product_id, now)).await?)
}

/// Makes these the live pictures.
pub(crate) async fn write(tx: &Tx, product_id: ProductId, pictures: &[ProductPicture]) -> Result<(), kernel::Fault> {
    CLEAR.run(tx, (product_id,)).await?;
    let rows = pictures.iter().enumerate().map(|(position, picture)| PictureRow {
        id: ProductImageId::new(),
        file_id: picture.file_id,
        role: picture.role,
        option_value_id: picture.option_value_id,
        position,
    });
    WRITE.run(tx, (product_id, Json(rows.collect()))).await
}

fn problems(
    pictures: &[ProductPicture],
    known: &HashSet<UploadId>,
    wide: &HashSet<UploadId>,
    colors: &HashSet<OptionValueId>,
) -> Vec<FieldError> {
    let mut found = Vec::new();
    let mains = pictures.iter().filter(|p| p.role == PictureRole::Main && p.option_value_id.is_none()).count();
    if mains != 1 {
        found.push(FieldError::new("/pictures", "exactly_one_main"));
    }
    if pictures.len() > MOST_PICTURES {
        found.push(FieldError::new("/pictures", "too_many"));
    }
    let mut main_of = HashSet::new();
    for (at, picture) in pictures.iter().enumerate() {
        let mut wrong = |field: &str, code: &str| found.push(FieldError::new(format!("/pictures/{at}/{field}"), code));
        if !known.contains(&picture.file_id) {
            wrong("file_id", "file_not_usable");
        } else if !wide.contains(&picture.file_id) {
            wrong("file_id", "narrower_than_1000_pixels");
        }
        if let Some(color) = picture.option_value_id {
            if !colors.contains(&color) {
                wrong("option_value_id", "not_a_color_of_this_product");
            } else if picture.role == PictureRole::Main && !main_of.insert(color) {
                wrong("role", "second_main_of_a_color");
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(role: PictureRole, option_value_id: Option<OptionValueId>) -> ProductPicture {
        ProductPicture { file_id: UploadId::new(), role, option_value_id }
    }

    #[test]
    fn one_main_picture_and_one_more_per_colour() {
        let color = OptionValueId::new();
        let pictures = [
            picture(PictureRole::Main, None),
            picture(PictureRole::Main, Some(color)),
            picture(PictureRole::Main, Some(color)),
        ];
        let ids: HashSet<UploadId> = pictures.iter().map(|p| p.file_id).collect();
        let codes = |pictures: &[ProductPicture], wide: &HashSet<UploadId>| -> Vec<String> {
            problems(pictures, &ids, wide, &HashSet::from([color]))
                .into_iter()
                .map(|f| format!("{} {}", f.field, f.code))
                .collect()
        };
        assert!(codes(&pictures[..2], &ids).is_empty());
        assert_eq!(codes(&pictures, &ids), ["/pictures/2/role second_main_of_a_color"]);
        assert_eq!(codes(&pictures[1..2], &ids), ["/pictures exactly_one_main"]);
        assert_eq!(codes(&pictures[..1], &HashSet::new()), ["/pictures/0/file_id narrower_than_1000_pixels"]);
    }
}

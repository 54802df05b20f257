//! Pictures of the demo goods: a silhouette in each colour, drawn here and put into the public bucket.

use crate::rows::{Rows, Table};
use crate::words::{COLORS, Shape};
use anyhow::Context;
use boot::Boot;
use kernel::{MemberId, Now, UploadId};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

const SHAPES: [Shape; 8] =
    [Shape::Top, Shape::Coat, Shape::Pants, Shape::Skirt, Shape::Dress, Shape::Shoe, Shape::Bag, Shape::Cap];
const SIDE: i32 = 1000;

/// A file per silhouette and colour.
pub type Pictures = BTreeMap<(Shape, &'static str), UploadId>;

fn outline(shape: Shape) -> &'static str {
    match shape {
        Shape::Top => {
            "M330 250 L430 210 Q500 280 570 210 L670 250 L800 400 L710 470 L660 420 L660 790 L340 790 L340 420 L290 470 L200 400 Z"
        }
        Shape::Coat => {
            "M340 190 L440 160 L500 260 L560 160 L660 190 L780 620 L700 640 L650 430 L670 860 L510 860 L500 400 L490 860 L330 860 L350 430 L300 640 L220 620 Z"
        }
        Shape::Pants => "M360 180 L640 180 L700 850 L560 850 L500 400 L440 850 L300 850 Z",
        Shape::Skirt => "M390 240 L610 240 L740 800 L260 800 Z",
        Shape::Dress => {
            "M400 160 L440 160 Q500 240 560 160 L600 160 L620 380 L590 440 L720 850 L280 850 L410 440 L380 380 Z"
        }
        Shape::Shoe => "M160 560 Q200 420 330 400 L430 500 Q560 590 760 600 Q850 610 850 690 L160 690 Z",
        Shape::Bag => {
            "M260 430 L740 430 L790 820 L210 820 Z M380 430 Q380 240 500 240 Q620 240 620 430 L580 430 Q580 290 500 290 Q420 290 420 430 Z"
        }
        Shape::Cap => "M260 560 Q270 330 500 330 Q730 330 740 560 L880 620 Q760 650 640 600 L260 600 Z",
    }
}

fn drawing(shape: Shape, color: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{SIDE}\" height=\"{SIDE}\" viewBox=\"0 0 1000 1000\">\
         <rect width=\"1000\" height=\"1000\" fill=\"#eceae6\"/>\
         <path d=\"{}\" fill=\"{color}\" stroke=\"#00000022\" stroke-width=\"6\"/></svg>",
        outline(shape)
    )
}

/// Draws and stores them all; `by` is whose uploads they are.
pub async fn draw(boot: &Boot, rows: &mut Rows, by: MemberId, now: Now) -> anyhow::Result<Pictures> {
    let bucket = boot.aws.documents(&boot.config.public_bucket);
    let mut made = Pictures::new();
    for shape in SHAPES {
        for (code, _, color) in COLORS {
            let (id, text) = (UploadId::new(), drawing(shape, color));
            let (key, size) = (format!("demo/{shape:?}-{code}.svg").to_lowercase(), text.len());
            if boot.config.public_bucket.is_empty() {
                // A stage without files: rows alone, the pages show broken pictures.
            } else {
                let size = i64::try_from(size)?;
                let url = bucket.presign_put(&key, "image/svg+xml", size, Duration::from_secs(300)).await?;
                let put = boot.http.put(url).header("content-type", "image/svg+xml").header("if-none-match", "*");
                let answer = put.body(text).send().await?;
                // The same drawing may lie there already.
                if answer.status() != reqwest::StatusCode::PRECONDITION_FAILED {
                    answer.error_for_status().with_context(|| format!("putting {key}"))?;
                }
            }
            rows.add(
                Table::Uploads,
                json!({
                    "id": id, "object_key": key, "purpose": "product_picture", "visibility": "public", "content_type": "image/svg+xml", "bytes": size,
                    "width": SIDE, "height": SIDE, "state": "ready", "uploaded_by_type": "seller", "uploaded_by": by, "position": 0, "created_at": now.0,
                }),
            );
            made.insert((shape, *code), id);
        }
    }
    Ok(made)
}

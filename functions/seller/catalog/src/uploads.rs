//! Files of a store: product pictures and descriptions, documents, evidence.

use crate::App;
use ::uploads::{CompleteError, Completed, FileKind, Purpose, Start, StartError, Started};
use authz::seller as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::values::Text;
use kernel::{Failure, UploadId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Created, Ctx, Json, Path};

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StartUpload {
    pub purpose: Purpose,
    pub content_type: FileKind,
    #[schemars(range(min = 1, max = 104_857_600))]
    pub bytes: std::num::NonZeroU32,
    pub file_name: Option<Text<1, 200>>,
}

/// PUT the file to `url` once, with exactly this content type and the header `if-none-match: *`. Where a file lies already
/// the answer is 412.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UploadPlaceView {
    pub upload_id: UploadId,
    pub url: String,
    pub content_type: FileKind,
    pub expires_at: DateTime<Utc>,
}

impl From<Started> for UploadPlaceView {
    fn from(started: Started) -> UploadPlaceView {
        let Started { upload_id, url, content_type, expires_at } = started;
        UploadPlaceView { upload_id, url, content_type, expires_at }
    }
}

kernel::refusals! {
    /// Why no place is given.
    pub enum SellerUploadError {
        PurposeForbidden = 403 "purpose_forbidden", "Your role may not upload files for this purpose.", "이 용도의 파일을 올릴 권한이 없습니다.";
        FileKindRefused = 422 "file_kind_refused" at "/content_type", "Files for this purpose have another type.", "이 용도로 올릴 수 없는 파일 형식입니다.";
        FileTooLarge(i64) = 422 "file_too_large" at "/bytes", "The file is too large for this purpose.", "파일 크기가 너무 큽니다.";
    }
}

impl From<StartError> for SellerUploadError {
    fn from(refused: StartError) -> SellerUploadError {
        match refused {
            StartError::FileKindRefused => SellerUploadError::FileKindRefused,
            StartError::FileTooLarge(most) => SellerUploadError::FileTooLarge(most),
        }
    }
}

/// Which permission is needed depends on what the file is for.
pub async fn start(
    ctx: Ctx<may::Member>,
    State(app): State<App>,
    Json(body): Json<StartUpload>,
) -> Answer<Created<UploadPlaceView>, SellerUploadError> {
    let needed = body.purpose.rule().seller_permission;
    if !ctx.who.permissions.iter().any(|held| held == needed) {
        return Err(SellerUploadError::PurposeForbidden.into());
    }
    let StartUpload { purpose, content_type, bytes, file_name } = body;
    let cmd =
        Start { purpose, content_type, bytes: i64::from(bytes.get()), file_name: file_name.map(Text::into_string) };
    let conn = app.boot.db.writer().await?;
    let started =
        ::uploads::start(&conn, &app.buckets, ctx.who.member_id, ctx.now, cmd).await.map_err(Failure::widen)?;
    Ok(Created(started.into()))
}

/// A file that can be used.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UploadedFileView {
    pub upload_id: UploadId,
    pub purpose: Purpose,
    /// Path under the file host, of a public file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_key: Option<String>,
    /// Pixels, of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<i32>,
}

impl From<Completed> for UploadedFileView {
    fn from(file: Completed) -> UploadedFileView {
        let object_key = file.purpose.rule().public.then_some(file.object_key);
        UploadedFileView {
            upload_id: file.upload_id,
            purpose: file.purpose,
            object_key,
            width: file.width,
            height: file.height,
        }
    }
}

pub async fn complete(
    ctx: Ctx<may::Member>,
    State(app): State<App>,
    Path(upload_id): Path<UploadId>,
) -> Answer<Json<UploadedFileView>, CompleteError> {
    let file = ::uploads::complete(&app.boot.db, &app.buckets, ctx.who.member_id, upload_id, ctx.now).await?;
    Ok(Json(file.into()))
}

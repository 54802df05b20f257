//! The file has arrived: its size and its first bytes are looked at in S3. Only its uploader may say so; saying it twice
//! changes nothing. A place that nobody spoke of in time is given up: whatever is put there later counts for nothing, even
//! from a store that would take it.

use crate::start::LIVES;
use crate::{Buckets, FileKind, Purpose, Uploader};
use chrono::{DateTime, Duration, Utc};
use db::Db;
use kernel::{Failure, Now, UploadId};
use uuid::Uuid;

/// S3 looks at the time when a PUT begins: how long the largest file may then take over a bad line.
const TRAVELS: Duration = Duration::minutes(20);

/// A file that can be used.
#[derive(Debug, Clone)]
pub struct Completed {
    pub upload_id: UploadId,
    pub purpose: Purpose,
    pub object_key: String,
    /// Pixels, of a picture.
    pub width: Option<i32>,
    pub height: Option<i32>,
}

kernel::refusals! {
    /// Why a file cannot be used.
    pub enum CompleteError {
        UploadNotFound = 404 "upload_not_found", "There is no such upload.", "존재하지 않는 업로드입니다.";
        UploadLapsed = 410 "upload_lapsed", "The time for this upload is over, ask for another place.", "업로드 유효 시간이 지났습니다. 다시 시도해 주세요.";
        NotUploaded = 409 "not_uploaded", "Nothing was uploaded yet.", "아직 파일이 업로드되지 않았습니다.";
        FileRefused = 422 "file_refused", "The file is not what was announced.", "파일 형식이나 크기가 올바르지 않습니다.";
    }
}

db::row! {
    struct UploadRow { object_key: String, purpose: Purpose, content_type: String, bytes: i64, state: String, width: Option<i32>, height: Option<i32>, created_at: DateTime<Utc> }
}

db::statements! {
    static FIND: (UploadId, &'static str, Uuid) => UploadRow =
        "select object_key, purpose, content_type, bytes, state, width, height, created_at from uploads where id = $1 and uploaded_by_type = $2 and uploaded_by = $3";
    static FINISH: (UploadId, &'static str, Option<i32>, Option<i32>) => () =
        "update uploads set state = $2, width = $3, height = $4 where id = $1 and state = 'pending'";
}

/// Looks at what arrived. Runs outside of any transaction, because S3 is asked.
pub async fn complete(
    db: &Db,
    buckets: &Buckets,
    by: impl Into<Uploader>,
    upload_id: UploadId,
    now: Now,
) -> Result<Completed, Failure<CompleteError>> {
    let by = by.into();
    let upload =
        FIND.opt(&db.writer().await?, (upload_id, by.kind, by.id)).await?.ok_or(CompleteError::UploadNotFound)?;
    let done = |width, height| Completed {
        upload_id,
        purpose: upload.purpose,
        object_key: upload.object_key.clone(),
        width,
        height,
    };
    match upload.state.as_str() {
        "pending" if upload.created_at + LIVES + TRAVELS < now.0 => return Err(CompleteError::UploadLapsed.into()),
        "pending" => {}
        "ready" => return Ok(done(upload.width, upload.height)),
        _ => return Err(CompleteError::FileRefused.into()),
    }
    let stored = buckets.of(upload.purpose).look(&upload.object_key).await?.ok_or(CompleteError::NotUploaded)?;
    let kind =
        FileKind::of(&stored.head).filter(|kind| kind.as_str() == upload.content_type && stored.bytes == upload.bytes);
    let Some(kind) = kind else {
        FINISH.run(&db.writer().await?, (upload_id, "rejected", None, None)).await?;
        return Err(CompleteError::FileRefused.into());
    };
    let (width, height) = kind.pixels(&stored.head).unzip();
    FINISH.run(&db.writer().await?, (upload_id, "ready", width, height)).await?;
    Ok(done(width, height))
}

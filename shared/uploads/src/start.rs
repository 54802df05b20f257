//! A place in S3 for one file: a URL that takes one PUT of exactly this type and size, for ten minutes.

use crate::{Buckets, FileKind, Purpose, Uploader};
use chrono::{DateTime, Duration, Utc};
use db::On;
use kernel::{Failure, Now, UploadId};
use uuid::Uuid;

/// How long S3 takes the file at its place.
pub(crate) const LIVES: Duration = Duration::minutes(10);

/// What is to be uploaded.
#[derive(Debug, Clone)]
pub struct Start {
    pub purpose: Purpose,
    pub content_type: FileKind,
    pub bytes: i64,
    pub file_name: Option<String>,
}

/// Where to put it: send exactly `content_type` and the body to `url`.
#[derive(Debug, Clone)]
pub struct Started {
    pub upload_id: UploadId,
    pub url: String,
    pub content_type: FileKind,
    pub expires_at: DateTime<Utc>,
}

kernel::refusals! {
    /// Why a file is not taken.
    pub enum StartError {
        FileKindRefused = 422 "file_kind_refused" at "/content_type", "Files for this purpose have another type.", "이 용도로 올릴 수 없는 파일 형식입니다.";
        FileTooLarge(i64) = 422 "file_too_large" at "/bytes", "The file is too large for this purpose.", "파일 크기가 너무 큽니다.";
    }
}

db::statements! {
    static START: (UploadId, String, Purpose, &'static str, FileKind, Option<String>, i64, &'static str, Uuid, Now) => () =
        "insert into uploads (id, object_key, purpose, visibility, content_type, file_name, bytes, uploaded_by_type, uploaded_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
}

/// Registers the file and signs its URL (no call to S3 is needed for that).
pub async fn start(
    on: &impl On,
    buckets: &Buckets,
    by: impl Into<Uploader>,
    now: Now,
    cmd: Start,
) -> Result<Started, Failure<StartError>> {
    let rule = cmd.purpose.rule();
    if !rule.kinds.contains(&cmd.content_type) {
        return Err(StartError::FileKindRefused.into());
    }
    if cmd.bytes > rule.most_bytes {
        return Err(StartError::FileTooLarge(rule.most_bytes).into());
    }
    let upload_id = UploadId::new();
    let key = format!("{}/{upload_id}.{}", cmd.purpose, cmd.content_type.extension());
    let lives = LIVES.to_std().map_err(kernel::Fault::internal)?;
    let url = buckets.of(cmd.purpose).presign_put(&key, cmd.content_type.as_str(), cmd.bytes, lives).await?;
    let by = by.into();
    let visibility = if rule.public { "public" } else { "private" };
    let row =
        (upload_id, key, cmd.purpose, visibility, cmd.content_type, cmd.file_name, cmd.bytes, by.kind, by.id, now);
    START.run(on, row).await?;
    Ok(Started { upload_id, url, content_type: cmd.content_type, expires_at: now.plus(LIVES) })
}

//! S3: presigned uploads, and a look at what arrived. Files never pass through a function.

use crate::Aws;
use aws_sdk_s3::presigning::PresigningConfig;
use kernel::Fault;
use std::time::Duration;

/// One bucket.
#[derive(Clone)]
pub struct Documents {
    client: aws_sdk_s3::Client,
    bucket: String,
}

/// What S3 says of an uploaded object.
#[derive(Debug, Clone)]
pub struct StoredObject {
    pub bytes: i64,
    pub content_type: Option<String>,
    /// The first 64 KiB of the file, to recognise its real type and a picture's size.
    pub head: Vec<u8>,
}

impl Documents {
    pub(crate) fn new(aws: &Aws, bucket: &str) -> Documents {
        let config = aws_sdk_s3::config::Builder::from(&aws.config).force_path_style(true).build();
        Documents { client: aws_sdk_s3::Client::from_conf(config), bucket: bucket.to_owned() }
    }

    /// A URL that accepts one PUT of exactly this type and size, with `if-none-match: *`: what lies there already, and may
    /// have been looked at by people, is never replaced.
    pub async fn presign_put(
        &self,
        key: &str,
        content_type: &str,
        bytes: i64,
        lives: Duration,
    ) -> Result<String, Fault> {
        let config = PresigningConfig::expires_in(lives).map_err(Fault::internal)?;
        let put =
            self.client.put_object().bucket(&self.bucket).key(key).content_type(content_type).content_length(bytes);
        let put = put.if_none_match("*");
        put.presigned(config).await.map(|r| r.uri().to_owned()).map_err(Fault::internal)
    }

    /// What was uploaded under a key, or None.
    pub async fn look(&self, key: &str) -> Result<Option<StoredObject>, Fault> {
        let answer = self.client.get_object().bucket(&self.bucket).key(key).range("bytes=0-65535").send().await;
        let object = match answer {
            Ok(object) => object,
            Err(error) if error.as_service_error().is_some_and(|e| e.is_no_such_key()) => return Ok(None),
            Err(error) => return Err(Fault::unavailable("document store", error)),
        };
        let content_type = object.content_type().map(str::to_owned);
        let total = object.content_range().and_then(|range| range.rsplit('/').next()).and_then(|n| n.parse().ok());
        let bytes = total.or(object.content_length()).unwrap_or_default();
        let head =
            object.body.collect().await.map_err(|e| Fault::unavailable("document store", e))?.into_bytes().to_vec();
        Ok(Some(StoredObject { bytes, content_type, head }))
    }
}

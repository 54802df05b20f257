//! Secrets Manager, read once when a function starts.

use crate::Aws;
use kernel::Fault;

pub(crate) async fn read(aws: &Aws, id: &str) -> Result<serde_json::Value, Fault> {
    let client = aws_sdk_secretsmanager::Client::new(&aws.config);
    let answer = client.get_secret_value().secret_id(id).send().await.map_err(|e| Fault::unavailable("secrets", e))?;
    let text = answer.secret_string().ok_or_else(|| Fault::internal(format!("secret {id} holds no text")))?;
    serde_json::from_str(text).map_err(Fault::internal)
}

//! DynamoDB: key lookups and conditional writes whose rows expire by themselves.

use crate::Aws;
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use kernel::Fault;

/// The DynamoDB tables of the stage.
#[derive(Clone)]
pub struct Tables {
    pub client: aws_sdk_dynamodb::Client,
    prefix: String,
}

impl Tables {
    pub(crate) fn new(aws: &Aws) -> Tables {
        Tables { client: aws_sdk_dynamodb::Client::new(&aws.config), prefix: aws.prefix.clone() }
    }

    /// The full name of a table: `auth_sessions` → `drrip-dev-auth-sessions`.
    pub fn name(&self, table: &str) -> String {
        format!("{}{}", self.prefix, table.replace('_', "-"))
    }

    /// A failed condition is an answer (None); everything else is a fault.
    pub fn conditional<T, E, R>(result: Result<T, SdkError<E, R>>) -> Result<Option<T>, Fault>
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        match result {
            Ok(done) => Ok(Some(done)),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(None),
            Err(error) => Err(Fault::unavailable("table", DisplayErrorContext(&error).to_string())),
        }
    }

    /// For calls without a condition.
    pub fn done<T, E, R>(result: Result<T, SdkError<E, R>>) -> Result<T, Fault>
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        result.map_err(|error| Fault::unavailable("table", DisplayErrorContext(&error).to_string()))
    }
}

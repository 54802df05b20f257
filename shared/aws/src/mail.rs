//! SES: transactional mail.

use crate::Aws;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use kernel::Fault;

/// Sends from one address.
#[derive(Clone)]
pub struct Mail {
    client: aws_sdk_sesv2::Client,
    sender: String,
}

impl Mail {
    pub(crate) fn new(aws: &Aws, sender: &str) -> Mail {
        Mail { client: aws_sdk_sesv2::Client::new(&aws.config), sender: sender.to_owned() }
    }

    /// Sends plain text and answers the provider's message id.
    pub async fn send(&self, to: &str, subject: &str, text: &str) -> Result<String, Fault> {
        let part = |data: &str| Content::builder().data(data).charset("UTF-8").build().map_err(Fault::internal);
        let message =
            Message::builder().subject(part(subject)?).body(Body::builder().text(part(text)?).build()).build();
        let sent = self
            .client
            .send_email()
            .from_email_address(&self.sender)
            .destination(Destination::builder().to_addresses(to).build())
            .content(EmailContent::builder().simple(message).build())
            .send()
            .await
            .map_err(|e| Fault::unavailable("mail", e))?;
        Ok(sent.message_id().unwrap_or_default().to_owned())
    }
}

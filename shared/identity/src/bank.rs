//! The bank's account holder check (계좌 실명조회): whose account is this?

use boot::Boot;
use kernel::Fault;
use kernel::values::AccountNo;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(5);

/// What the bank says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    Named(String),
    /// No such account.
    Unknown,
    Closed,
}

/// The bank's client.
#[derive(Clone)]
pub struct Bank {
    http: reqwest::Client,
    url: String,
    secret: Option<Arc<str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    holder_name: String,
}

impl Bank {
    pub fn new(boot: &Boot) -> Bank {
        Bank {
            http: boot.http.clone(),
            url: boot.config.bank_url.trim_end_matches('/').to_owned(),
            secret: boot.secrets.bank_secret.clone().map(Into::into),
        }
    }

    /// Asks whose account this is. `bank_code` has three digits.
    pub async fn holder(&self, bank_code: &str, account: &AccountNo) -> Result<Holder, Fault> {
        let body = json!({ "bankCode": bank_code, "accountNumber": account.as_str() });
        let mut call = self.http.post(format!("{}/accounts/holder", self.url)).timeout(TIMEOUT).json(&body);
        if let Some(secret) = &self.secret {
            call = call.bearer_auth(secret);
        }
        let answer = call.send().await.map_err(|error| Fault::unavailable("bank", error))?;
        match answer.status() {
            StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST => Ok(Holder::Unknown),
            StatusCode::CONFLICT => Ok(Holder::Closed),
            status if status.is_success() => {
                let named = answer.json::<Named>().await.map_err(|error| Fault::unavailable("bank", error))?;
                Ok(Holder::Named(named.holder_name))
            }
            status => Err(Fault::unavailable("bank", format!("answered {status}"))),
        }
    }
}

/// Whether two names are one holder: spaces and the marks of a company do not count.
pub fn same_holder(one: &str, other: &str) -> bool {
    let bare = |name: &str| {
        let mut name: String = name.chars().filter(|c| !c.is_whitespace()).collect();
        for mark in ["주식회사", "유한회사", "(주)", "㈜", "(유)", "（주）"] {
            name = name.replace(mark, "");
        }
        name.to_lowercase()
    };
    !bare(one).is_empty() && bare(one) == bare(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_is_known_with_and_without_the_marks_of_a_company() {
        assert!(same_holder("(주)드립어패럴", "주식회사 드립어패럴"));
        assert!(same_holder("홍길동", "홍 길동"));
        assert!(!same_holder("홍길동", "홍길순"));
        assert!(!same_holder("주식회사", "(주)"));
    }
}

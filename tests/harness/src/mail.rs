//! Mail that left through SES, as the emulator kept it.

use crate::shop::Shop;

/// One letter.
#[derive(Debug, Clone)]
pub struct Letter {
    pub subject: String,
    pub text: String,
}

impl Letter {
    /// The first run of six digits: the one-time code.
    pub fn code(&self) -> String {
        let digits: Vec<&str> = self.text.split(|c: char| !c.is_ascii_digit()).collect();
        digits.iter().find(|run| run.len() == 6).unwrap_or_else(|| panic!("no code in {:?}", self.text)).to_string()
    }
}

impl Shop {
    /// Letters sent to an address, oldest first. Addresses of actors are unique, so these are of this test.
    pub async fn letters(&self, address: &str) -> Vec<Letter> {
        let url = format!("{}/_ministack/ses/messages", self.inner.services.aws_endpoint);
        let answer: serde_json::Value = self.inner.boot.http.get(url).send().await.unwrap().json().await.unwrap();
        let accounts = answer["messages"].as_object().into_iter().flat_map(|all| all.values());
        let letters = accounts.filter_map(|messages| messages.as_array()).flatten();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        letters
            .filter(|letter| letter["To"].as_array().is_some_and(|to| to.iter().any(|one| one == address)))
            .map(|letter| Letter { subject: text(&letter["Subject"]), text: text(&letter["BodyText"]) })
            .collect()
    }

    /// The code in the newest letter to an address.
    pub async fn mailed_code(&self, address: &str) -> String {
        self.letters(address).await.last().unwrap_or_else(|| panic!("nothing was mailed to {address}")).code()
    }
}

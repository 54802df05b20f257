//! Addresses a client may call from.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;
use std::net::IpAddr;

/// One address or block in CIDR form, without bits behind its prefix; a bare address is a block of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Network(String);

impl Network {
    pub fn new(text: &str) -> Option<Network> {
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address.parse::<IpAddr>().ok()?, Some(prefix.parse::<u32>().ok()?)),
            None => (text.trim().parse::<IpAddr>().ok()?, None),
        };
        let (bits, all) = match address {
            IpAddr::V4(v4) => (u128::from(u32::from(v4)) << 96, 32),
            IpAddr::V6(v6) => (u128::from(v6), 128),
        };
        let prefix = prefix.unwrap_or(all);
        let behind = bits.checked_shl(prefix).unwrap_or(0);
        (prefix <= all && behind == 0).then(|| Network(format!("{address}/{prefix}")))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Network, D::Error> {
        let text = String::deserialize(deserializer)?;
        Network::new(&text).ok_or_else(|| serde::de::Error::custom("an IP address or block such as 203.0.113.0/24"))
    }
}

impl JsonSchema for Network {
    fn schema_name() -> Cow<'static, str> {
        "Network".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string", "example": "203.0.113.0/24" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_have_no_bits_behind_the_prefix() {
        assert_eq!(Network::new("203.0.113.7").unwrap().as_str(), "203.0.113.7/32");
        assert_eq!(Network::new("203.0.113.0/24").unwrap().as_str(), "203.0.113.0/24");
        assert_eq!(Network::new("2001:db8::/32").unwrap().as_str(), "2001:db8::/32");
        assert_eq!(Network::new("0.0.0.0/0").unwrap().as_str(), "0.0.0.0/0");
        for wrong in ["203.0.113.7/24", "203.0.113.0/33", "::1/129", "example.com", "1.2.3/8", ""] {
            assert!(Network::new(wrong).is_none(), "{wrong}");
        }
    }
}

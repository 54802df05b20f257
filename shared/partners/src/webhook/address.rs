//! Addresses we are willing to call: public ones, by https.
//!
//! A partner chooses the URL, so it must not reach what only we can reach: our network, the metadata service, ourselves.
//! Checked when a URL is registered and again at every send; the name is resolved by [`Guard`], so what is checked is
//! what is connected to.

use kernel::Fault;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use url::{Host, Url};

kernel::refusals! {
    /// Why a URL is not called.
    pub enum AddressError {
        UrlInvalid = 422 "webhook_url_invalid" at "/url", "Give an https URL of at most 500 characters without credentials or fragment.", "https URL을 입력해 주세요.";
        AddressRefused = 422 "webhook_address_refused" at "/url", "This URL leads to no public address.", "공개된 주소의 URL만 등록할 수 있습니다.";
    }
}

/// Decides which addresses may be called.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    /// Development stages alone: host or host:port that may be private or plain http.
    allowed: Arc<Vec<String>>,
}

impl Guard {
    pub fn new(allowed: &[String]) -> Guard {
        Guard { allowed: Arc::new(allowed.to_vec()) }
    }

    /// Reads a URL and checks what can be checked without resolving its name.
    pub fn parse(&self, text: &str) -> Result<Url, AddressError> {
        let url = Url::parse(text).map_err(|_| AddressError::UrlInvalid)?;
        let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let known = matches!(url.scheme(), "https" | "http") && url.has_host();
        if !plain || !known || text.len() > 500 {
            return Err(AddressError::UrlInvalid);
        }
        if self.lists(&url) {
            return Ok(url);
        }
        if url.scheme() != "https" {
            return Err(AddressError::UrlInvalid);
        }
        match url.host() {
            Some(Host::Ipv4(v4)) if !public(IpAddr::V4(v4)) => Err(AddressError::AddressRefused),
            Some(Host::Ipv6(v6)) if !public(IpAddr::V6(v6)) => Err(AddressError::AddressRefused),
            Some(_) => Ok(url),
            None => Err(AddressError::UrlInvalid),
        }
    }

    /// The same, and every address its name resolves to is public.
    pub async fn check(&self, text: &str) -> Result<Url, AddressError> {
        let url = self.parse(text)?;
        if self.lists(&url) {
            return Ok(url);
        }
        if let Some(Host::Domain(name)) = url.host() {
            resolve(name).await.map_err(|_| AddressError::AddressRefused)?;
        }
        Ok(url)
    }

    fn lists(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        let with_port = url.port_or_known_default().map(|port| format!("{host}:{port}"));
        self.allowed.iter().any(|entry| entry == host || Some(entry) == with_port.as_ref())
    }

    fn lists_name(&self, name: &str) -> bool {
        self.allowed.iter().any(|entry| entry.split(':').next() == Some(name))
    }
}

async fn resolve(name: &str) -> Result<Vec<SocketAddr>, Fault> {
    let found: Vec<SocketAddr> =
        tokio::net::lookup_host((name, 0)).await.map_err(|e| Fault::unavailable("name service", e))?.collect();
    // One private address among public ones is no accident.
    if found.is_empty() || found.iter().any(|address| !public(address.ip())) {
        return Err(Fault::internal(format!("{name} leads to no public address")));
    }
    Ok(found)
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let listed = self.lists_name(name.as_str());
        Box::pin(async move {
            let found = if listed {
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect()
            } else {
                resolve(name.as_str()).await?
            };
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one anybody on the internet can reach.
pub fn public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => public_v4(v4),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => public_v4(v4),
            None => public_v6(v6),
        },
    }
}

fn public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = match (a, b, c) {
        (0 | 10 | 127, _, _) => true, // this network, private, loopback
        (100, 64..=127, _) => true,   // carrier-grade NAT
        (169, 254, _) => true,        // link-local and cloud metadata
        (172, 16..=31, _) => true,    // private
        (192, 0, 0 | 2) => true,      // protocol assignments, documentation
        (192, 88, 99) => true,        // 6to4 relays
        (192, 168, _) => true,        // private
        (198, 18 | 19, _) => true,    // benchmarks
        (198, 51, 100) => true,       // documentation
        (203, 0, 113) => true,        // documentation
        (224..=255, _, _) => true,    // multicast, reserved, broadcast
        _ => false,
    };
    !special
}

/// Global unicast without the blocks that carry or stand for other addresses.
fn public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let special = match (a, b) {
        (0x2001, 0..=0x01ff) => true, // protocol assignments, Teredo
        (0x2001, 0x0db8) => true,     // documentation
        (0x2002, _) => true,          // 6to4
        (0x3fff, 0..=0x0fff) => true, // documentation
        _ => false,
    };
    (0x2000..=0x3fff).contains(&a) && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_not_public() {
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.31.255.255",
            "192.168.0.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
            "2001::1",
        ] {
            assert!(!public(private.parse().unwrap()), "{private}");
        }
        for open in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2001:4860:4860::8888"] {
            assert!(public(open.parse().unwrap()), "{open}");
        }
    }

    #[test]
    fn only_plain_https_urls_of_public_hosts_pass() {
        let guard = Guard::new(&[]);
        assert!(guard.parse("https://hooks.example.com/drrip?shop=1").is_ok());
        for wrong in [
            "http://hooks.example.com/",
            "https://user:pass@example.com/",
            "https://example.com/#a",
            "ftp://example.com/",
            "not a url",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://[::ffff:169.254.169.254]/",
        ] {
            assert!(guard.parse(wrong).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn names_that_lead_inside_are_refused_unless_listed() {
        assert!(matches!(Guard::new(&[]).check("https://localhost/x").await, Err(AddressError::AddressRefused)));
        let listed = Guard::new(&["127.0.0.1:9000".into(), "localhost".into()]);
        assert!(listed.check("http://127.0.0.1:9000/hooks").await.is_ok());
        assert!(listed.check("http://127.0.0.1:9001/hooks").await.is_err());
        assert!(listed.check("http://localhost:1234/hooks").await.is_ok());
    }
}

//! Key pairs and secrets of the tests. The pairs are made once per process.

use authz::{Audience, PublicKey};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use boot::{PayoutSecrets, Secrets, SigningKey, TossSecrets};
use std::collections::HashMap;
use std::sync::LazyLock;

/// What the simulated carriers sign with, whichever carrier they play.
pub(crate) const CARRIER_SECRET: &str = "carrier_simulator_secret";

/// A key that signed before the present one: its tokens still count.
pub(crate) fn retired(audience: Audience) -> SigningKey {
    RETIRED[&audience].private.clone()
}

/// A key nobody knows, under a name that everybody does.
pub(crate) fn forged(audience: Audience) -> SigningKey {
    SigningKey { kid: PAIRS[&audience].private.kid.clone(), pem: pair(audience, "forged").private.pem }
}

struct Pair {
    private: SigningKey,
    public: PublicKey,
}

static PAIRS: LazyLock<HashMap<Audience, Pair>> =
    LazyLock::new(|| Audience::ALL.into_iter().map(|audience| (audience, pair(audience, "test"))).collect());
static RETIRED: LazyLock<HashMap<Audience, Pair>> =
    LazyLock::new(|| Audience::ALL.into_iter().map(|audience| (audience, pair(audience, "retired"))).collect());

fn pair(audience: Audience, name: &str) -> Pair {
    let made = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key pair");
    let private = made.to_pkcs8v1().expect("PKCS#8");
    let public = AsDer::<PublicKeyX509Der<'_>>::as_der(made.public_key()).expect("SPKI");
    let kid = format!("{name}-{}", audience.as_str());
    Pair {
        private: SigningKey { kid: kid.clone(), pem: pem("PRIVATE KEY", private.as_ref()) },
        public: PublicKey { kid, pem: pem("PUBLIC KEY", public.as_ref()) },
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("base64")).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// Everything secret, for all functions at once.
pub(crate) fn secrets(database: String) -> Secrets {
    let carriers = ["CJ", "HANJIN", "LOGEN", "LOTTE", "EPOST", "KYUNGDONG", "DAESIN"];
    let security_key = "0123456789abcdef".repeat(4);
    Secrets {
        database_writer: database,
        database_reader: None,
        database_ca: None,
        database_direct: None,
        pii_key: "11".repeat(32),
        hash_key: "22".repeat(32),
        signing: PAIRS.iter().map(|(audience, pair)| (*audience, pair.private.clone())).collect(),
        verifying: PAIRS
            .iter()
            .map(|(audience, pair)| (*audience, vec![pair.public.clone(), RETIRED[audience].public.clone()]))
            .collect(),
        toss: Some(TossSecrets { secret_key: "test_sk_drrip_simulator".into(), client_key: "test_ck_drrip".into() }),
        payouts: Some(PayoutSecrets { webhook_key: security_key.clone(), body_key: security_key }),
        agency_secret: Some("portone_simulator_secret".into()),
        bank_secret: None,
        carriers: carriers.iter().map(|code| ((*code).to_owned(), CARRIER_SECRET.to_owned())).collect(),
    }
}

//! `Drrip-Seller-Id`: the one seller a call is for.

use axum::extract::FromRequestParts;
use http::request::Parts;
use kernel::SellerId;
use serde_json::json;
use web::{Describe, Problem, Spec};

pub(crate) const NAME: &str = "drrip-seller-id";

/// The header, when it was sent. A seller's own client may leave it out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SellerHeader(pub Option<SellerId>);

impl<S: Send + Sync> FromRequestParts<S> for SellerHeader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(NAME) else { return Ok(SellerHeader(None)) };
        let seller = value.to_str().ok().and_then(|text| text.trim().parse().ok());
        seller
            .map(|seller| SellerHeader(Some(seller)))
            .ok_or_else(|| Problem::invalid("Drrip-Seller-Id", "a seller id"))
    }
}

impl Describe for SellerHeader {
    fn describe(spec: &mut Spec) {
        spec.headers.push(json!({
            "name": "Drrip-Seller-Id", "in": "header", "required": false,
            "description": "The seller this call is for; a seller's own client may leave it out.",
            "schema": { "type": "string", "format": "uuid" },
        }));
    }
}

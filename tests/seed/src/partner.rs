//! A partner's system that works for the first stores.

use crate::plant::Plant;
use crate::rows::{Table, bytes};
use crate::stores::Store;
use aws_lc_rs::digest::{SHA256, digest};
use kernel::{PartnerClientId, PartnerGrantId};
use serde_json::json;

/// The client's id, as it is printed.
pub const CLIENT_ID: &str = "drc_demo_erp";

/// Its secret: the same at every run.
pub fn secret() -> String {
    format!("drs_{}", hex::encode(digest(&SHA256, b"drrip demo partner").as_ref()))
}

/// Registers the client and its grants.
pub fn connect(plant: &mut Plant<'_>, stores: &[&Store]) -> anyhow::Result<()> {
    let id = PartnerClientId::new();
    let scopes: Vec<&str> = partners::Scope::ALL.iter().map(|scope| scope.as_str()).collect();
    let hash = plant.boot.vault.hash("partner_secret", &secret())?;
    plant.rows.add(
        Table::PartnerClients,
        json!({
            "id": id, "client_id": CLIENT_ID, "name": "데모 ERP", "owner_type": "partner", "environment": "live", "contact_email": "erp@partner.example",
            "auth_method": "client_credentials", "secret_hash": bytes(&hash), "token_epoch": 0, "scopes": scopes, "rate_per_second": 50,
            "state": "active", "created_at": plant.now.0, "version": 0,
        }),
    );
    for store in stores {
        plant.rows.add(
            Table::PartnerGrants,
            json!({
                "id": PartnerGrantId::new(), "partner_client_id": id, "seller_id": store.seller_id, "scopes": scopes, "writes_stock": false,
                "granted_by": store.owner_id, "granted_at": plant.now.0,
            }),
        );
    }
    Ok(())
}

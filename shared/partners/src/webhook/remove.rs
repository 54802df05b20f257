//! Removing an endpoint: what waits for it is canceled, its log stays readable for thirty days.

use crate::webhook::cancel;
use crate::webhook::endpoint::{self, EndpointAction, EndpointError, EndpointState};
use audit::Target;
use authz::Partner;
use db::Tx;
use kernel::*;

db::statements! {
    static REMOVE: (WebhookEndpointId, Now, EndpointState) => () =
        "update webhook_endpoints set state = $3, deleted_at = $2, version = version + 1 where id = $1";
}

/// Removes one of the caller's endpoints.
pub async fn remove(tx: &Tx, by: &Partner, id: WebhookEndpointId, now: Now) -> Result<(), Failure<EndpointError>> {
    let old = endpoint::lock(tx, by, id).await?;
    let state = old.state.next(EndpointAction::Remove).unwrap_or(EndpointState::Disabled);
    REMOVE.run(tx, (id, now, state)).await?;
    cancel::of_endpoint(tx, id).await?;
    let target = Target::of("webhook_endpoints", id);
    audit::record(tx, by, "webhook_endpoint.removed", target, None, None, now).await?;
    Ok(())
}

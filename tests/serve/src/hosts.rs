//! The four hosts behind one port, told apart by the Host header as the API gateways do in the cloud.

use authz::Audience;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use boot::Boot;
use http::{StatusCode, header};
use kernel::Fault;
use std::sync::Arc;
use tower::ServiceExt;

/// One router for all hosts: `service.anything`, `seller.…`, `admin.…`, `external.…`.
pub async fn router(boot: &Boot) -> Result<Router, Fault> {
    let mut hosts = Vec::new();
    for host in Audience::ALL {
        hosts.push((host, web::start(boot.clone(), crate::apis(host, boot).await?)));
    }
    Ok(Router::new().fallback(dispatch).with_state(Arc::new(hosts)))
}

async fn dispatch(State(hosts): State<Arc<Vec<(Audience, Router)>>>, request: Request) -> Response {
    let name = request.headers().get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match hosts.iter().find(|(host, _)| named(name, *host)) {
        Some((_, router)) => router.clone().oneshot(request).await.into_response(),
        None => {
            let known: Vec<&str> = hosts.iter().map(|(host, _)| host.as_str()).collect();
            (StatusCode::NOT_FOUND, format!("No such host. Known: {}.\n", known.join(".…, "))).into_response()
        }
    }
}

/// Whether a Host header means this host: its first label decides.
fn named(header: &str, host: Audience) -> bool {
    header.split(['.', ':']).next().is_some_and(|label| label.eq_ignore_ascii_case(host.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_label_names_the_host() {
        assert!(named("service.drrip.localhost:14500", Audience::Service));
        assert!(named("Admin.example.com", Audience::Admin));
        assert!(!named("services.example.com", Audience::Service));
        assert!(!named("", Audience::Service));
    }
}

//! The first argument of every handler: its permit, who calls, and when.

use crate::problem::{self, Problem};
use authz::{Access, Actor, Audience, Denied, Device, Permit, Who};
use axum::extract::{FromRef, FromRequestParts};
use axum::response::{IntoResponse, Response};
use boot::Boot;
use http::request::Parts;
use kernel::Now;
use std::marker::PhantomData;

/// What every router's state can be turned into.
#[derive(Clone)]
pub struct Core {
    pub boot: Boot,
}

impl FromRef<Core> for () {
    fn from_ref(_: &Core) {}
}

/// Facts of the request that handlers may need.
#[derive(Debug, Clone)]
pub struct Request {
    /// Travels in the answer (`x-request-id`), the logs, and everything that follows.
    pub trace_id: String,
    /// The caller's address as the gateway saw it.
    pub ip: Option<std::net::IpAddr>,
    pub user_agent: Option<String>,
    /// `en` when asked for first, else `ko`: the language of what is mailed to the caller.
    pub language: &'static str,
    /// Method and path, for idempotency and audit.
    pub operation: String,
}

/// A permit that was granted: the caller holds the capability `P`, is `who`, and calls at `now`.
pub struct Ctx<P: Permit> {
    pub who: P::Who,
    pub now: Now,
    pub request: Request,
    permit: PhantomData<P>,
}

fn refused(denied: Denied) -> Response {
    let code = match denied {
        Denied::Unauthenticated => &problem::UNAUTHENTICATED,
        Denied::Expired => &problem::TOKEN_EXPIRED,
        Denied::Forbidden => &problem::FORBIDDEN,
        Denied::SellerNotActive => &problem::SELLER_NOT_ACTIVE,
        Denied::StepUp => &problem::STEP_UP_REQUIRED,
    };
    Problem::of(code).into_response()
}

impl<P: Permit, S: Send + Sync> FromRequestParts<S> for Ctx<P>
where
    Core: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let core = Core::from_ref(state);
        let now = core
            .boot
            .now()
            .await
            .map_err(|fault| kernel::Failure::<kernel::refusal::Never>::Fault(fault).into_response())?;
        let actor = actor(parts, &core, P::AUDIENCE, P::ACCESS, now).map_err(refused)?;
        P::ACCESS.admit(&actor).map_err(refused)?;
        if P::STEP_UP && !actor.elevated() {
            return Err(refused(Denied::StepUp));
        }
        let who = P::Who::admit(actor).ok_or_else(|| refused(Denied::Unauthenticated))?;
        Ok(Ctx { who, now, request: Request::of(parts), permit: PhantomData })
    }
}

/// The caller: proven by a signature middleware before us, or by the bearer token.
fn actor(parts: &Parts, core: &Core, audience: Audience, access: Access, now: Now) -> Result<Actor, Denied> {
    if matches!(access, Access::Public | Access::Signature(_)) {
        return Ok(Actor::Nobody);
    }
    if let Some(proven) = parts.extensions.get::<Actor>() {
        return Ok(proven.clone());
    }
    let Some(header) = parts.headers.get(http::header::AUTHORIZATION) else {
        return if access == Access::Optional { Ok(Actor::Nobody) } else { Err(Denied::Unauthenticated) };
    };
    let token = header.to_str().ok().and_then(|text| text.strip_prefix("Bearer ")).ok_or(Denied::Unauthenticated)?;
    core.boot.keys.verify(audience, token, now).map_err(Denied::from)
}

/// The address of `203.0.113.7:46532`, `2001:db8::7:46532` or `[2001:db8::7]:46532`.
fn viewer(text: &str) -> Option<&str> {
    text.rsplit_once(':').map(|(ip, _)| ip.trim_matches(['[', ']']))
}

impl Request {
    /// Where it comes from.
    pub fn device(&self) -> Device {
        Device { ip: self.ip, user_agent: self.user_agent.clone() }
    }

    /// Reads them; for middleware that stands before the handlers.
    pub fn of(parts: &Parts) -> Request {
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let gateway = parts.extensions.get::<lambda_http::request::RequestContext>();
        // CloudFront says who called it, and what comes without its key does not pass the gateway.
        let edge = text("x-drrip-edge").and_then(|_| text("cloudfront-viewer-address")).and_then(viewer);
        let ip = edge.or(match gateway {
            Some(lambda_http::request::RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
            // A container behind a load balancer: the last hop it added is the one we can believe.
            _ => text("x-forwarded-for").and_then(|hops| hops.rsplit(',').next()),
        });
        Request {
            trace_id: boot::trace::current(),
            ip: ip.and_then(|ip| ip.trim().parse().ok()),
            user_agent: text("user-agent").map(|agent| agent.chars().take(300).collect()),
            language: if crate::middleware::korean(&parts.headers) { "ko" } else { "en" },
            operation: format!("{} {}", parts.method, parts.uri.path()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip_of(headers: &[(&str, &str)]) -> Option<String> {
        let request = headers.iter().fold(http::Request::builder(), |r, (name, value)| r.header(*name, *value));
        Request::of(&request.body(()).unwrap().into_parts().0).ip.map(|ip| ip.to_string())
    }

    #[test]
    fn the_address_is_the_viewers_where_cloudfront_brought_the_request() {
        let hops = ("x-forwarded-for", "198.51.100.1, 192.0.2.9");
        assert_eq!(ip_of(&[hops]).as_deref(), Some("192.0.2.9"));
        let (key, four) = (("x-drrip-edge", "k"), ("cloudfront-viewer-address", "203.0.113.7:46532"));
        assert_eq!(ip_of(&[hops, key, four]).as_deref(), Some("203.0.113.7"));
        assert_eq!(ip_of(&[hops, four]).as_deref(), Some("192.0.2.9"), "without the key anybody may say so");
        let six = ("cloudfront-viewer-address", "2001:db8::7:46532");
        assert_eq!(ip_of(&[key, six]).as_deref(), Some("2001:db8::7"));
        assert_eq!(ip_of(&[key, ("cloudfront-viewer-address", "[2001:db8::7]:46532")]).as_deref(), Some("2001:db8::7"));
    }
}

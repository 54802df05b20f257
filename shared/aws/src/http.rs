//! The SDK's calls over the process's one HTTP client.
//!
//! # Decision: not the SDK's own client
//! **Context.** Each of the SDK's clients makes an HTTP client of its own, with a pool and certificates of its own, and
//! speaks HTTP/2, which none of the services we call needs. In a function that is 0.6 MB to load and a handshake per service.
//! **Decision.** A connector of a few lines over the client that everything else goes out by.
//! **Rejected.** The SDK's client shared among its services: still HTTP/2, still a second pool and a second set of
//! certificates.
//! **Consequences.** A URL passes through [`url`](https://url.spec.whatwg.org): a key in S3 must not hold `.` or `..` as a
//! part of its path. Timeouts of a connection are the client's, those of a call the SDK's.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;

#[derive(Debug, Clone)]
struct Carrier(reqwest::Client);

/// What the SDK's clients are to send with.
pub(crate) fn carrier(http: &reqwest::Client) -> SharedHttpClient {
    SharedHttpClient::new(Carrier(http.clone()))
}

impl HttpClient for Carrier {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Carrier {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let http = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let request = request.map(reqwest::Body::wrap).try_into().map_err(classified)?;
            let response = http::Response::from(http.execute(request).await.map_err(classified)?);
            HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// What the SDK may try again: everything but a request that could not be made.
fn classified(error: reqwest::Error) -> ConnectorError {
    if error.is_builder() {
        ConnectorError::user(error.into())
    } else if error.is_timeout() {
        ConnectorError::timeout(error.into())
    } else if error.is_connect() {
        ConnectorError::io(error.into()).never_connected()
    } else {
        ConnectorError::other(error.into(), Some(ErrorKind::TransientError))
    }
}

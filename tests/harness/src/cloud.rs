//! A cloud that can be made to refuse: what stands between a shop and the AWS emulator, for stories of bad days.

use crate::services::Services;
use crate::shop::Shop;
use aws::Aws;
use aws_sdk_sqs::config::retry::RetryConfig;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use db::Statements;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// How an operation goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// 503, and nothing was done.
    Unavailable,
    /// Too many calls; nothing was done.
    Throttled,
    /// It was done, and the answer is lost.
    AnswerLost,
    /// The first message of a batch is not taken, the others are.
    FirstNotTaken,
}

/// What is troubled, and how often it was.
#[derive(Debug, Default)]
struct Weather {
    troubles: Vec<(&'static str, Trouble)>,
    met: usize,
}

/// The cloud of one shop ([`Shop::open_in_a_cloud`]).
#[derive(Clone)]
pub struct Cloud {
    url: String,
    emulator: String,
    weather: Arc<Mutex<Weather>>,
}

impl Cloud {
    pub(crate) async fn start(services: &Services) -> Cloud {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let cloud = Cloud { url, emulator: services.aws_endpoint.clone(), weather: Arc::default() };
        let router = Router::new().fallback(pass).with_state(cloud.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        cloud
    }

    /// Its clients try once: what is refused here is meant to be.
    pub(crate) async fn aws(&self, prefix: &str) -> Aws {
        let aws = Aws::at(&self.url, prefix);
        Aws { config: aws.config.into_builder().retry_config(RetryConfig::disabled()).build(), ..aws }
    }

    /// From now on operations whose target begins like this fail: `DynamoDB`, `AmazonSQS.SendMessageBatch`, `AWSEvents`.
    pub fn trouble(&self, target: &'static str, trouble: Trouble) {
        self.weather().troubles.push((target, trouble));
    }

    /// Everything works again; answers how many calls had met trouble.
    pub fn clear(&self) -> usize {
        std::mem::take(&mut *self.weather()).met
    }

    fn weather(&self) -> std::sync::MutexGuard<'_, Weather> {
        self.weather.lock().expect("nobody panics with it")
    }

    fn meets(&self, target: &str) -> Option<Trouble> {
        let mut weather = self.weather();
        let met = weather.troubles.iter().find(|(begin, _)| target.starts_with(begin)).map(|(_, trouble)| *trouble);
        weather.met += usize::from(met.is_some());
        met
    }
}

impl Shop {
    /// A shop whose cloud can be made to refuse.
    pub async fn open_in_a_cloud(statements: Statements) -> (Shop, Cloud) {
        let cloud = Cloud::start(&Services::find()).await;
        (Shop::open_with(&cloud, statements).await, cloud)
    }
}

async fn pass(State(cloud): State<Cloud>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a whole request");
    let target = parts.headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let send = |body: Bytes| forward(format!("{}{path}", cloud.emulator), &parts.method, &parts.headers, body);
    match cloud.meets(target) {
        None => send(body).await,
        Some(Trouble::Unavailable) => error(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable"),
        Some(Trouble::Throttled) => error(StatusCode::BAD_REQUEST, "ThrottlingException"),
        Some(Trouble::AnswerLost) => {
            send(body).await;
            error(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError")
        }
        Some(Trouble::FirstNotTaken) => {
            let mut batch: Value = serde_json::from_slice(&body).expect("a batch");
            let first = batch["Entries"].as_array_mut().expect("entries").remove(0);
            let failed = json!([{ "Id": first["Id"], "SenderFault": false, "Code": "InternalError" }]);
            if batch["Entries"] == json!([]) {
                return axum::Json(json!({ "Successful": [], "Failed": failed })).into_response();
            }
            let answer = send(batch.to_string().into()).await;
            let bytes = answer.into_body().collect().await.expect("an answer").to_bytes();
            let mut answer: Value = serde_json::from_slice(&bytes).expect("of a batch");
            answer["Failed"] = failed;
            axum::Json(answer).into_response()
        }
    }
}

fn error(status: StatusCode, kind: &str) -> Response {
    (status, axum::Json(json!({ "__type": kind, "message": "refused by the test" }))).into_response()
}

async fn forward(url: String, method: &Method, headers: &HeaderMap, body: Bytes) -> Response {
    let mut headers = headers.clone();
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::TRANSFER_ENCODING);
    let request = reqwest::Client::new().request(method.clone(), url).headers(headers).body(body);
    let answer = request.send().await.expect("the emulator answers");
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove(header::TRANSFER_ENCODING);
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    (status, headers, Body::from(answer.bytes().await.expect("a whole answer"))).into_response()
}

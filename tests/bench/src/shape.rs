//! What each function is as a Lambda function: the size of its binary, the time from the start of its process to its first
//! answer, the memory it then has. A stand-in of the runtime interface hands it one event and takes the answer.

use crate::server::{environment, stand_in};
use crate::stage::{Stage, report};
use crate::{cpu, server};
use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use harness::json;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// What no function may grow past.
const MEGABYTES: f64 = 10.0;
const START_MS: f64 = 50.0;
const RESIDENT_MB: f64 = 40.0;

/// Starts each function several times and writes the table; fails when one is past a limit. Functions that are not built
/// are left out. `packages` is where cargo-lambda put them (`NAME/bootstrap`); otherwise they lie beside this process.
pub async fn measure(stage: &Stage, packages: Option<&Path>, rounds: usize) -> anyhow::Result<()> {
    let mut table = String::from(
        "| function | binary MB | start to first answer, ms | resident MB | answers |\n|---|--:|--:|--:|---|\n",
    );
    let mut past = Vec::new();
    let folder = std::env::current_exe()?.parent().context("a folder of binaries")?.to_owned();
    let database: String = stage.shop.value("select current_database()::text", &[]).await;
    let aws = stand_in(server::secrets(stage.shop.boot(), &stage.url(&database))).await?;
    for name in functions()? {
        let binary = packages.map_or_else(|| folder.join(&name), |packages| packages.join(&name).join("bootstrap"));
        let Ok(file) = std::fs::metadata(&binary) else { continue };
        let mut runs = Vec::new();
        for _ in 0..rounds.max(5) {
            runs.push(start(stage, &binary, &aws, &name).await.with_context(|| name.clone())?);
        }
        runs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (millis, resident) = runs.get(runs.len() / 2).copied().context("no run")?;
        let megabytes = file.len() as f64 / 1e6;
        if megabytes > MEGABYTES || millis > START_MS || resident > RESIDENT_MB {
            past.push(name.clone());
        }
        let answers = if api(&name) { "the database's health" } else { "an empty batch" };
        writeln!(table, "| {name} | {megabytes:.1} | {millis:.0} | {resident:.0} | {answers} |")?;
    }
    report("shape", &table)?;
    anyhow::ensure!(past.is_empty(), "past a limit: {}", past.join(", "));
    Ok(())
}

/// The functions of the house by the names of their binaries.
fn functions() -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for host in std::fs::read_dir("functions")?.flatten() {
        for function in std::fs::read_dir(host.path())?.flatten() {
            names.push(format!("{}-{}", host.file_name().to_string_lossy(), function.file_name().to_string_lossy()));
        }
    }
    names.sort();
    Ok(names)
}

fn api(name: &str) -> bool {
    ["service-", "seller-", "admin-", "external-"].iter().any(|host| name.starts_with(host))
}

fn event(name: &str) -> String {
    if !api(name) {
        return json!({ "Records": [], "schedule": "" }).to_string();
    }
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": "/healthz", "rawQueryString": "", "headers": { "host": "bench" }, "isBase64Encoded": false,
        "requestContext": {
            "accountId": "0", "apiId": "bench", "domainName": "bench", "domainPrefix": "bench", "requestId": "bench", "routeKey": "$default", "stage": "$default",
            "time": "02/Mar/2026:00:00:00 +0000", "timeEpoch": 1_772_409_600_000_i64,
            "http": { "method": "GET", "path": "/healthz", "protocol": "HTTP/1.1", "sourceIp": "10.0.0.1", "userAgent": "bench" },
        },
    })
    .to_string()
}

struct Runtime {
    event: String,
    given: AtomicBool,
    answered: Notify,
}

/// Milliseconds to the first answer, megabytes resident after it.
async fn start(stage: &Stage, binary: &Path, aws: &str, name: &str) -> anyhow::Result<(f64, f64)> {
    let runtime = Arc::new(Runtime { event: event(name), given: AtomicBool::new(false), answered: Notify::new() });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let router = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(answer))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(answer))
        .with_state(runtime.clone());
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let begun = Instant::now();
    let mut child = Command::new(binary)
        .env_clear()
        .envs(environment(stage.shop.boot(), aws, 2))
        .envs([("AWS_LAMBDA_RUNTIME_API", address.as_str()), ("AWS_LAMBDA_FUNCTION_NAME", name)])
        .envs([("AWS_LAMBDA_FUNCTION_VERSION", "1"), ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")])
        .envs([("AWS_LAMBDA_LOG_GROUP_NAME", "bench"), ("AWS_LAMBDA_LOG_STREAM_NAME", "bench")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let answered = tokio::time::timeout(Duration::from_secs(10), runtime.answered.notified()).await;
    let millis = begun.elapsed().as_secs_f64() * 1000.0;
    let resident = cpu::resident_kb(child.id()) as f64 / 1000.0;
    child.kill()?;
    child.wait()?;
    serving.abort();
    answered.context("no answer")?;
    Ok((millis, resident))
}

async fn next(State(runtime): State<Arc<Runtime>>) -> Response {
    if runtime.given.swap(true, Ordering::Relaxed) {
        // Nothing more to do: the process is ended while it asks.
        return std::future::pending().await;
    }
    let headers = [
        ("lambda-runtime-aws-request-id", "bench"),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:local:000000000000:function:bench"),
        ("content-type", "application/json"),
    ];
    (headers, runtime.event.clone()).into_response()
}

async fn answer(State(runtime): State<Arc<Runtime>>) -> impl IntoResponse {
    runtime.answered.notify_one();
    axum::http::StatusCode::ACCEPTED
}

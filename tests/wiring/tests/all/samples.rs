//! `events/<function>.json`: what triggers each function, one sample each, and every function answers its own.

use aws_lambda_events::event::sqs::SqsEvent;
use axum::body::Body;
use futures::future::BoxFuture;
use harness::Shop;
use http_body_util::BodyExt;
use serde_json::Value;
use std::collections::BTreeSet;
use tower::ServiceExt;
use wiring::{Made, all, root};

fn sample(package: &str) -> String {
    let path = root().join("events").join(format!("{package}.json"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn one_sample_per_function() {
    let files: BTreeSet<String> = std::fs::read_dir(root().join("events"))
        .unwrap()
        .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    let wanted: BTreeSet<String> = all().iter().map(|function| format!("{}.json", function.package())).collect();
    assert_eq!(files, wanted);
}

/// The gateway's event as the function's router gets it; answers status and body.
async fn call(api: web::Api, boot: boot::Boot, event: &str) -> (u16, Value) {
    let request = lambda_http::request::from_str(event).unwrap();
    let request = request.map(|body| Body::from(body.as_ref().to_vec()));
    let response = web::start(boot, vec![api]).oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

#[tokio::test]
async fn every_function_answers_its_sample() {
    let shop = Shop::open().await;
    for function in all() {
        let (event, boot, shop) = (sample(&function.package()), shop.boot().clone(), &shop);
        let what = function.package();
        let answered: BoxFuture<'_, ()> = match (function.make)(boot.clone()).await.unwrap() {
            Made::Api(api) => Box::pin(async move {
                let (status, body) = call(*api, boot, &event).await;
                // Nobody is signed in and the shop is empty: an answer, or a refusal that says why.
                let refused = body.get("code").and_then(Value::as_str);
                let known = [200, 401].contains(&status) && refused != Some("not_found");
                assert!(known, "{what} answers {status} {body}");
            }),
            Made::Worker(worker) => Box::pin(async move {
                let event: SqsEvent = serde_json::from_str(&event).unwrap();
                let queue = event.records[0].event_source_arn.clone().unwrap();
                assert!(worker.of_queue(queue.rsplit(':').next().unwrap()).is_some(), "{what} has no task for {queue}");
                // The things it speaks of are not there; that is an answer too, and never an unreadable message.
                let envelope: events::Envelope =
                    serde_json::from_str(event.records[0].body.as_deref().unwrap()).unwrap();
                assert!(
                    events::NAMES.contains(&envelope.event.as_str()),
                    "{what}: there is no event {}",
                    envelope.event
                );
                worker.handle(event, boot.now().await.unwrap()).await;
            }),
            Made::Schedules(schedules) => Box::pin(async move {
                let event: Value = serde_json::from_str(&event).unwrap();
                let name = event["schedule"].as_str().unwrap();
                schedules.run(name, boot.now().await.unwrap()).await.unwrap_or_else(|fault| panic!("{what}: {fault}"));
            }),
            Made::Other => Box::pin(async move {
                let event: Value = serde_json::from_str(&event).unwrap();
                match what.as_str() {
                    "worker-relay" => {
                        let nudges: SqsEvent = serde_json::from_value(event).unwrap();
                        let relay = jobs::Relay::new(&boot.db, &boot.aws);
                        let answer = worker_relay::run(&boot, &relay, &nudges).await.unwrap();
                        assert_eq!(answer["batchItemFailures"], serde_json::json!([]));
                    }
                    "platform-dead-letters" => {
                        shop.make_queues().await;
                        let ask = serde_json::from_value(event).unwrap();
                        assert_eq!(platform_dead_letters::run(&boot, ask).await.unwrap(), serde_json::json!({}));
                    }
                    "platform-migrate" => assert_eq!(event, serde_json::json!({})),
                    other => panic!("{other} has no way to be called here"),
                }
            }),
        };
        answered.await;
        // What a sample causes is delivered before the next one.
        shop.run_tasks().await;
    }
    shop.close().await;
}

#[tokio::test]
async fn migrations_run_twice() {
    let shop = Shop::open().await;
    let mut secrets = shop.boot().secrets.as_ref().clone();
    let database: String = shop.value("select current_database()", &[]).await;
    secrets.database_direct = Some(harness::Services::find().direct_url(&database));
    // A shop's database is a copy of a migrated one: whatever that left to do is done, then nothing.
    platform_migrate::run(&secrets).await.unwrap();
    let again = platform_migrate::run(&secrets).await.unwrap();
    assert_eq!(again, serde_json::json!({ "applied": [] }));
    shop.close().await;
}

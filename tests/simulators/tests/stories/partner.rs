use serde_json::json;
use simulators::hooks::Proof;
use simulators::{Hooks, HooksSim};
use standardwebhooks::Webhook;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// What the product would send.
async fn send(hooks: &HooksSim, id: &str, secret: &str, body: &serde_json::Value) -> reqwest::Response {
    let at = hooks.clock().now().timestamp();
    let body = body.to_string();
    let signature = Webhook::new(secret).unwrap().sign(id, at, body.as_bytes()).unwrap();
    reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .post(hooks.endpoint("erp"))
        .header("webhook-id", id)
        .header("webhook-timestamp", at)
        .header("webhook-signature", signature)
        .body(body)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn signatures_are_checked_also_when_the_secret_is_learnt_later() {
    let hooks = Hooks::start().await;
    send(&hooks, "msg_1", SECRET, &json!({"type": "order.paid"})).await;
    assert_eq!(hooks.received("erp")[0].proof, Proof::Unchecked);
    hooks.set_secret("erp", SECRET);
    send(&hooks, "msg_2", OTHER, &json!({"type": "order.paid"})).await;
    hooks.add_secret("erp", OTHER);
    send(&hooks, "msg_3", OTHER, &json!({"type": "order.paid"})).await;
    let received = hooks.received("erp");
    assert_eq!(received[0].proof, Proof::Valid);
    assert!(matches!(received[1].proof, Proof::Invalid(_)));
    assert_eq!(received[2].proof, Proof::Valid);
    assert_eq!((received[2].id(), received[2].json()["type"].as_str()), (Some("msg_3"), Some("order.paid")));
}

#[tokio::test]
async fn a_moved_clock_is_no_excuse_and_no_obstacle() {
    let hooks = Hooks::start().await;
    hooks.set_secret("erp", SECRET);
    hooks.clock().advance(30 * 86_400);
    send(&hooks, "msg_1", SECRET, &json!({"type": "order.paid"})).await;
    assert_eq!(hooks.received("erp")[0].proof, Proof::Valid);
    send(&hooks, "msg_2", OTHER, &json!({"type": "order.paid"})).await;
    assert!(matches!(hooks.received("erp")[1].proof, Proof::Invalid(_)));
}

#[tokio::test]
async fn an_endpoint_fails_as_told_and_answers_its_verification() {
    let hooks = Hooks::start().await;
    hooks.fail("erp", 1, 500);
    let challenge = json!({"type": "webhook_endpoint.verification", "data": {"challenge": "c-1"}});
    let verified = send(&hooks, "msg_0", SECRET, &challenge).await;
    assert_eq!(verified.json::<serde_json::Value>().await.unwrap(), json!({"challenge": "c-1"}));
    assert_eq!(send(&hooks, "msg_1", SECRET, &json!({})).await.status(), 500);
    assert_eq!(send(&hooks, "msg_1", SECRET, &json!({})).await.status(), 200);
    hooks.refuse_verification("erp");
    assert_eq!(send(&hooks, "msg_2", SECRET, &challenge).await.status(), 403);
    let statuses: Vec<u16> = hooks.received("erp").iter().map(|request| request.status).collect();
    assert_eq!(statuses, [200, 500, 200, 403]);
}

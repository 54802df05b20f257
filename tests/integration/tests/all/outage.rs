//! PostgreSQL goes away and comes back: callers are told to come again, and the same process serves them when they do.

use axum::Router;
use axum::body::Body;
use db::{Db, DbConfig};
use harness::{Host, Shop, serve, web};
use http::{HeaderMap, StatusCode};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;

/// A way to the database that can be cut.
struct Wire {
    url: String,
    whole: watch::Sender<bool>,
}

impl Wire {
    /// To the database behind a `postgres://who:secret@host:port/name` URL.
    async fn to(url: &str) -> Wire {
        let (who, rest) = url.split_once('@').unwrap();
        let (address, name) = rest.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("{who}@{}/{name}", listener.local_addr().unwrap());
        let (whole, watched) = watch::channel(true);
        tokio::spawn(carry(listener, address.to_owned(), watched));
        Wire { url, whole }
    }

    fn cut(&self) {
        self.whole.send_replace(false);
    }

    fn mend(&self) {
        self.whole.send_replace(true);
    }
}

async fn carry(listener: TcpListener, address: String, watched: watch::Receiver<bool>) {
    while let Ok((mut near, _)) = listener.accept().await {
        let (address, mut watched) = (address.clone(), watched.clone());
        tokio::spawn(async move {
            if !*watched.borrow() {
                return;
            }
            let mut far = TcpStream::connect(address).await.unwrap();
            tokio::select! {
                _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                _ = watched.wait_for(|whole| !whole) => {}
            }
        });
    }
}

async fn get(router: &Router, path: &str) -> (StatusCode, HeaderMap, harness::Value) {
    let response = router.clone().oneshot(http::Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 1_000_000).await.unwrap();
    (parts.status, parts.headers, serde_json::from_slice(&bytes).unwrap())
}

async fn come_again(router: &Router, path: &str) {
    let (status, headers, problem) = get(router, path).await;
    assert_eq!((status.as_u16(), &problem["code"]), (503, &"service_unavailable".into()), "{path}: {problem}");
    assert_eq!(
        (headers["retry-after"].as_bytes(), headers["content-type"].as_bytes()),
        (&b"2"[..], &b"application/problem+json"[..])
    );
    assert!(!problem.to_string().contains("postgres"), "nothing of our inside: {problem}");
}

#[tokio::test]
async fn callers_come_again_and_find_the_same_process() {
    let shop = Shop::open().await;
    let mut boot = shop.boot().clone();
    let wire = Wire::to(&boot.secrets.database_writer).await;
    boot.db = Db::new(&DbConfig { writer: wire.url.clone(), reader: wire.url.clone(), connections: 2 }).unwrap();
    let router = web::start(boot.clone(), serve::apis(Host::Service, &boot).await.unwrap());
    let paths = ["/healthz", "/v1/categories", "/v1/terms"];
    for path in paths {
        assert_eq!(get(&router, path).await.0, 200, "{path}");
    }
    for _ in 0..2 {
        wire.cut();
        for path in paths {
            come_again(&router, path).await;
        }
        // What needs no database goes on.
        assert_eq!(get(&router, "/openapi.json").await.0, 200);
        wire.mend();
        for path in paths {
            assert_eq!(get(&router, path).await.0, 200, "{path}, without a new process");
        }
    }
    boot.db.close();
    shop.close().await;
}

#[tokio::test]
async fn nobody_listens() {
    let boot = harness::offline().await;
    for host in Host::ALL {
        let router = web::start(boot.clone(), serve::apis(host, &boot).await.unwrap());
        come_again(&router, "/healthz").await;
    }
}

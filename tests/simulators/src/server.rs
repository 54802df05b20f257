//! Runs a router on a port of this machine, and stops it when the handle is dropped.

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A running simulator's address and task.
#[derive(Debug)]
pub struct Served {
    /// `http://127.0.0.1:{port}`
    pub url: String,
    task: JoinHandle<()>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Binds 127.0.0.1; port 0 asks the system for a free one.
///
/// # Panics
/// When the port cannot be bound: a test machine without a free loopback port has nothing to test.
pub async fn bind(port: u16) -> TcpListener {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Ok(listener) => listener,
        Err(error) => panic!("simulators: cannot bind 127.0.0.1:{port}: {error}"),
    }
}

/// The address a listener will be reached under.
pub fn url_of(listener: &TcpListener) -> String {
    match listener.local_addr() {
        Ok(addr) => format!("http://{addr}"),
        Err(error) => panic!("simulators: the listener has no address: {error}"),
    }
}

/// Serves until the handle is dropped.
pub fn serve(listener: TcpListener, router: Router) -> Served {
    let url = url_of(&listener);
    let task = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "simulator stopped");
        }
    });
    Served { url, task }
}

/// A client for what a simulator sends by itself.
///
/// # Panics
/// When no TLS setup can be built at all.
pub fn http_client(timeout: std::time::Duration) -> reqwest::Client {
    let client = reqwest::Client::builder()
        .timeout(timeout)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .dns_resolver(std::sync::Arc::new(Names))
        .user_agent("drrip-simulators")
        .build();
    match client {
        Ok(client) => client,
        Err(error) => panic!("simulators: no HTTP client: {error}"),
    }
}

/// Names under `.localhost` are this machine (RFC 6761), which most systems do not know by themselves: the hosts of a
/// local stack are reached by them.
struct Names;

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            if name.as_str().ends_with(".localhost") {
                let here: Addrs = Box::new(std::iter::once(SocketAddr::from(([127, 0, 0, 1], 0))));
                return Ok(here);
            }
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let found: Addrs = Box::new(found.into_iter());
            Ok(found)
        })
    }
}

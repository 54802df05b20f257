//! Closed-loop clients over HTTP: each sends its next request when it has read the last answer, on one connection kept
//! open. The client speaks the little HTTP it needs, because it shares the machine with what it measures.

use anyhow::Context as _;
use futures::future::try_join_all;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back.
pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as JSON, if the answer has this status.
    pub fn expect_json(&self, status: u16) -> anyhow::Result<serde_json::Value> {
        anyhow::ensure!(
            self.status == status,
            "{} instead of {status}: {}",
            self.status,
            String::from_utf8_lossy(&self.body)
        );
        Ok(serde_json::from_slice(&self.body)?)
    }
}

/// A request as it goes over the wire.
pub fn request(method: &str, path: &str, token: Option<&str>, body: Option<&serde_json::Value>) -> Vec<u8> {
    let body = body.map(ToString::to_string);
    let mut text = format!(
        "{method} {path} HTTP/1.1\r\nhost: service.bench\r\nx-forwarded-for: 10.0.0.1\r\nuser-agent: bench\r\n"
    );
    if let Some(token) = token {
        text += &format!("authorization: Bearer {token}\r\n");
    }
    if method == "POST" {
        text += &format!("idempotency-key: {}\r\n", uuid::Uuid::now_v7());
    }
    match body {
        Some(body) => {
            text += &format!("content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
        }
        None => text += "\r\n",
    }
    text.into_bytes()
}

impl Client {
    pub async fn connect(port: u16) -> anyhow::Result<Client> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Client { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends one request and reads its whole answer.
    pub async fn send(&mut self, request: &[u8]) -> anyhow::Result<Reply> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            anyhow::ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the server hung up");
            if let Some(at) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
        };
        let text = std::str::from_utf8(self.buffer.get(..head).unwrap_or_default())?;
        let status = text.get(9..12).and_then(|code| code.parse().ok()).context("no status")?;
        let length = text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        let end = head + length.unwrap_or(0);
        while self.buffer.len() < end {
            anyhow::ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the server hung up");
        }
        Ok(Reply { status, body: self.buffer.get(head..end).unwrap_or_default().to_vec() })
    }
}

/// How a run went.
#[derive(Debug, Clone, Copy)]
pub struct Ran {
    pub per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub count: usize,
}

impl Ran {
    /// Of latencies in microseconds.
    pub fn of(mut micros: Vec<u64>, took: Duration) -> Ran {
        micros.sort_unstable();
        let at = |share: usize| {
            let index = (micros.len() * share / 100).min(micros.len().saturating_sub(1));
            micros.get(index).copied().unwrap_or(0) as f64 / 1000.0
        };
        Ran {
            per_second: micros.len() as f64 / took.as_secs_f64(),
            p50_ms: at(50),
            p99_ms: at(99),
            count: micros.len(),
        }
    }

    /// The run in the middle, by its rate.
    pub fn median(mut runs: Vec<Ran>) -> anyhow::Result<Ran> {
        runs.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
        runs.get(runs.len() / 2).copied().context("no run")
    }
}

/// Lets each client send its own requests, over and over, for so long.
pub async fn repeat(port: u16, requests: &[Vec<Vec<u8>>], lasts: Duration) -> anyhow::Result<Ran> {
    let started = Instant::now();
    let clients = requests.iter().map(|mine| async move {
        let mut client = Client::connect(port).await?;
        let mut micros = Vec::new();
        for request in mine.iter().cycle() {
            let sent = Instant::now();
            if sent.duration_since(started) > lasts {
                break;
            }
            let reply = client.send(request).await?;
            anyhow::ensure!(reply.status == 200, "{}: {}", reply.status, String::from_utf8_lossy(&reply.body));
            micros.push(u64::try_from(sent.elapsed().as_micros())?);
        }
        anyhow::Ok(micros)
    });
    let micros = try_join_all(clients).await?.concat();
    Ok(Ran::of(micros, started.elapsed()))
}

/// Lets each client send each of its requests once; answers the replies in order, client by client.
pub async fn once(port: u16, requests: Vec<Vec<Vec<u8>>>) -> anyhow::Result<(Vec<Vec<Reply>>, Ran)> {
    let started = Instant::now();
    let clients = requests.into_iter().map(|mine| async move {
        let mut client = Client::connect(port).await?;
        let (mut replies, mut micros) = (Vec::with_capacity(mine.len()), Vec::with_capacity(mine.len()));
        for request in mine {
            let sent = Instant::now();
            replies.push(client.send(&request).await?);
            micros.push(u64::try_from(sent.elapsed().as_micros())?);
        }
        anyhow::Ok((replies, micros))
    });
    let (replies, micros): (Vec<_>, Vec<_>) = try_join_all(clients).await?.into_iter().unzip();
    Ok((replies, Ran::of(micros.concat(), started.elapsed())))
}

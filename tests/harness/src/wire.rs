//! The way from the functions to their database, which can be cut: at any time, or at the worst one, around a COMMIT.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What gets lost, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The COMMIT never arrives, nor what was sent with it: the database rolls back.
    Commit,
    /// The COMMIT is done, its answer never arrives.
    Answer,
    /// Any round trip never arrives: the connection ends instead.
    Trip,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Wire {
    pub(crate) url: String,
    state: watch::Sender<State>,
    planned: Arc<Mutex<Option<(Loss, usize)>>>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    whole: bool,
    cuts: u64,
}

impl Wire {
    /// To the database behind a `postgres://who:secret@host:port/name` URL.
    pub(crate) async fn to(url: &str) -> Wire {
        let (who, rest) = url.split_once('@').expect("a URL with a user");
        let (address, name) = rest.split_once('/').expect("a URL with a database");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("{who}@{}/{name}", listener.local_addr().expect("an address"));
        let (state, _) = watch::channel(State { whole: true, cuts: 0 });
        let wire = Wire { url, state, planned: Arc::default() };
        tokio::spawn(wire.clone().carry(listener, address.to_owned()));
        wire
    }

    /// Ends every connection and refuses new ones.
    pub fn cut(&self) {
        self.state.send_modify(|state| *state = State { whole: false, cuts: state.cuts + 1 });
    }

    /// Takes connections again.
    pub fn mend(&self) {
        self.state.send_modify(|state| state.whole = true);
    }

    /// Ends every connection; new ones are taken at once, as when a server restarts quickly.
    pub fn shake(&self) {
        self.state.send_modify(|state| state.cuts += 1);
    }

    /// Loses the `nth` COMMIT from now, counted from 0, or its answer, or the `nth` round trip of any kind.
    pub fn lose(&self, loss: Loss, nth: usize) {
        *self.planned.lock().expect("no panic before") = Some((loss, nth));
    }

    /// Whether a planned loss is still to come. It is forgotten.
    pub fn forget(&self) -> bool {
        self.planned.lock().expect("no panic before").take().is_some()
    }

    /// What is lost now that these bytes pass on their way to the database.
    fn passes(&self, bytes: &[u8]) -> Option<Loss> {
        let mut planned = self.planned.lock().expect("no panic before");
        match planned.as_mut()? {
            (Loss::Trip, _) if !asks(bytes) => None,
            (Loss::Commit | Loss::Answer, _) if !commits(bytes) => None,
            (loss, 0) => {
                let loss = *loss;
                *planned = None;
                Some(loss)
            }
            (_, left) => {
                *left -= 1;
                None
            }
        }
    }

    async fn carry(self, listener: TcpListener, address: String) {
        while let Ok((near, _)) = listener.accept().await {
            let (wire, address) = (self.clone(), address.clone());
            tokio::spawn(async move {
                let whole = wire.state.borrow().whole;
                if whole && let Ok(far) = TcpStream::connect(address).await {
                    wire.between(near, far).await;
                }
            });
        }
    }

    /// Until either side hangs up or the wire is cut.
    async fn between(&self, mut near: TcpStream, mut far: TcpStream) {
        let mut state = self.state.subscribe();
        let begun = state.borrow().cuts;
        let (mut out, mut back) = (vec![0; 1 << 16], vec![0; 1 << 16]);
        let mut loses_answer = false;
        loop {
            tokio::select! {
                read = near.read(&mut out) => {
                    let Some(bytes) = read.ok().filter(|n| *n > 0).and_then(|n| out.get(..n)) else { return };
                    let loss = self.passes(bytes);
                    if matches!(loss, Some(Loss::Commit | Loss::Trip)) {
                        return;
                    }
                    loses_answer |= loss == Some(Loss::Answer);
                    if far.write_all(bytes).await.is_err() {
                        return;
                    }
                }
                read = far.read(&mut back) => {
                    let Some(bytes) = read.ok().filter(|n| *n > 0).and_then(|n| back.get(..n)) else { return };
                    if loses_answer && commits(bytes) {
                        return;
                    }
                    if near.write_all(bytes).await.is_err() {
                        return;
                    }
                }
                () = is_cut(&mut state, begun) => return,
            }
        }
    }
}

async fn is_cut(state: &mut watch::Receiver<State>, begun: u64) {
    drop(state.wait_for(|state| !state.whole || state.cuts > begun).await);
}

/// Whether somebody waits for the answer. Nobody does for a ROLLBACK, a good-bye, or the end of a cancelled statement.
fn asks(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(b'P' | b'Q' | b'B')) && !bytes.ends_with(b"ROLLBACK\0")
}

/// The question and the answer of a COMMIT look the same, but for what is asked behind it.
fn commits(bytes: &[u8]) -> bool {
    bytes.windows(7).any(|part| part == b"COMMIT\0" || part == b"COMMIT;")
}

//! Clients of good will and hostile ones, each again and again until told to stop.

use std::io::{Error, Result};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::h2;
use crate::http::{self, Client};
use crate::server::CHUNKS;

/// How long a hostile client waits for the server to close: longer than any limit of it.
const HOLD: Duration = Duration::from_secs(4);

/// What the clients have seen so far.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Requests of good will that were answered as they must be.
    pub(crate) answered: AtomicU64,
    /// Those that were not.
    pub(crate) failed: AtomicU64,
    /// The first of them.
    pub(crate) failure: Mutex<Option<String>>,
    /// Hostile connections.
    pub(crate) hostile: AtomicU64,
}

/// Who comes.
#[derive(Debug, Clone, Copy)]
enum Who {
    Json,
    Hello,
    Chunks,
    Upload,
    Slow,
    Http2,
    Silent,
    HalfHead,
    HalfBody,
    Idle,
    NonReader,
    Windowless,
    Abort,
    AbortWhileRead,
    Junk,
    LargeHead,
    LargeBody,
    Panics,
    Hangs,
    Pings,
    Resets,
    Crowd,
}

const GOOD: [Who; 9] = [
    Who::Json,
    Who::Json,
    Who::Json,
    Who::Hello,
    Who::Hello,
    Who::Chunks,
    Who::Upload,
    Who::Slow,
    Who::Http2,
];

/// With how many of them come at once, and the pause after them in milliseconds.
const HOSTILE: [(Who, usize, u64); 16] = [
    (Who::Silent, 20, 100),
    (Who::HalfHead, 20, 100),
    (Who::HalfBody, 20, 100),
    (Who::Idle, 20, 100),
    (Who::NonReader, 2, 500),
    (Who::Windowless, 2, 500),
    (Who::Abort, 20, 50),
    (Who::AbortWhileRead, 2, 200),
    (Who::Junk, 20, 50),
    (Who::LargeHead, 5, 200),
    (Who::LargeBody, 5, 200),
    (Who::Panics, 5, 200),
    (Who::Hangs, 10, 200),
    (Who::Pings, 1, 1000),
    (Who::Resets, 1, 1000),
    (Who::Crowd, 200, 5000),
];

/// All clients at once.
#[derive(Debug)]
pub(crate) struct Traffic {
    pub(crate) tally: Arc<Tally>,
    is_over: Arc<AtomicBool>,
    tasks: JoinSet<()>,
}

impl Traffic {
    pub(crate) fn start(address: SocketAddr) -> Self {
        let (tally, is_over) = (Arc::<Tally>::default(), Arc::<AtomicBool>::default());
        let mut tasks = JoinSet::new();
        for who in GOOD {
            let (tally, is_over) = (Arc::clone(&tally), Arc::clone(&is_over));
            tasks.spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    if let Err(error) = good(address, who, &tally).await {
                        tally.failed.fetch_add(1, Ordering::Relaxed);
                        let mut failure = tally.failure.lock().unwrap_or_else(PoisonError::into_inner);
                        failure.get_or_insert_with(|| format!("{who:?}: {error}"));
                    }
                    sleep(Duration::from_millis(5)).await;
                }
            });
        }
        for (who, count, pause) in HOSTILE {
            let (tally, is_over) = (Arc::clone(&tally), Arc::clone(&is_over));
            tasks.spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    let mut clients = JoinSet::new();
                    for n in 0..count {
                        clients.spawn(timeout(2 * HOLD, hostile(address, who, n)));
                    }
                    // What becomes of them is nobody's concern.
                    while clients.join_next().await.is_some() {
                        tally.hostile.fetch_add(1, Ordering::Relaxed);
                    }
                    sleep(Duration::from_millis(pause)).await;
                }
            });
        }
        Traffic { tally, is_over, tasks }
    }

    /// Ready when the last client is gone.
    pub(crate) async fn end(mut self) -> Arc<Tally> {
        self.is_over.store(true, Ordering::Relaxed);
        while self.tasks.join_next().await.is_some() {}
        self.tally
    }
}

/// One client of good will: some requests, each with the answer that it must have.
async fn good(address: SocketAddr, who: Who, tally: &Tally) -> Result<()> {
    let mut client = Client::connect(address).await?;
    let requests = if matches!(who, Who::Json | Who::Slow) { 50 } else { 1 };
    for n in 0..requests {
        let (path, wanted) = match who {
            Who::Json => {
                let body = format!("{{\"n\":{n},\"text\":\"{}\"}}", "x".repeat(500)).into_bytes();
                client.post("/json", "application/json", &body).await?;
                ("/json", body)
            }
            Who::Upload => {
                let body = vec![b'x'; 256 * 1024];
                client.post("/body", "application/octet-stream", &body).await?;
                ("/body", body.len().to_string().into_bytes())
            }
            Who::Chunks => {
                client.get("/chunks").await?;
                ("/chunks", vec![b'x'; CHUNKS])
            }
            Who::Slow => {
                client.get("/slow/200").await?;
                ("/slow/200", b"slow".to_vec())
            }
            Who::Http2 => {
                let answered = h2::hellos(address, 50).await?;
                tally.answered.fetch_add(answered.into(), Ordering::Relaxed);
                return if answered == 50 { Ok(()) } else { Err(Error::other(format!("{answered} of 50"))) };
            }
            _ => {
                client.get("/hello").await?;
                ("/hello", b"hello".to_vec())
            }
        };
        let answer = client.receive().await?;
        if answer.status != 200 || answer.body != wanted {
            return Err(Error::other(format!("{path}: {} and {} bytes", answer.status, answer.body.len())));
        }
        tally.answered.fetch_add(1, Ordering::Relaxed);
        sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// One hostile client.
async fn hostile(address: SocketAddr, who: Who, n: usize) -> Result<()> {
    if matches!(who, Who::Windowless | Who::Pings | Who::Resets) {
        return hostile_http2(address, who).await;
    }
    let mut client = match who {
        Who::NonReader => Client::connect_with_room(address, 16 * 1024).await?,
        _ => Client::connect(address).await?,
    };
    match who {
        Who::HalfHead | Who::Crowd => client.write("GET /hello HTTP/1.1\r\nhost: localhost\r\n").await?,
        Who::HalfBody => {
            client.write("POST /body HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n123").await?;
        }
        Who::NonReader => {
            client.get("/large/4").await?;
            sleep(HOLD).await;
        }
        Who::Abort => {
            client.get("/slow/500").await?;
            sleep(Duration::from_millis(10)).await;
            return Ok(());
        }
        Who::AbortWhileRead => {
            client.get("/chunks").await?;
            // What has come and is not read makes the end of it a reset.
            return client.0.get_ref().readable().await;
        }
        Who::Junk => client.write(junk(n)).await?,
        Who::LargeHead => {
            client.write("GET /hello HTTP/1.1\r\nhost: localhost\r\n").await?;
            client.write(format!("x: {}\r\n\r\n", "y".repeat(100 * 1024))).await?;
        }
        Who::LargeBody => {
            let head = "POST /body HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10000000000\r\n\r\n";
            client.write(head).await?;
        }
        Who::Panics => client.get("/panics").await?,
        Who::Hangs => client.get("/hangs").await?,
        Who::Idle => client.get("/hello").await?,
        _ => {}
    }
    let hold = if matches!(who, Who::Crowd) { HOLD / 8 } else { HOLD };
    let _ = timeout(hold, client.until_closed(&mut Vec::new())).await;
    Ok(())
}

async fn hostile_http2(address: SocketAddr, who: Who) -> Result<()> {
    let (mut reader, mut writer) = h2::connect(address).await?;
    let reads = async {
        while h2::read(&mut reader).await.is_ok() {}
        Ok(())
    };
    let writes = async {
        match who {
            Who::Pings => {
                for _ in 0..1000 {
                    writer.write_all(&h2::ping()).await?;
                }
            }
            Who::Resets => {
                for stream in (1..400).step_by(2) {
                    writer.write_all(&[h2::get(stream, "/stuck"), h2::reset(stream)].concat()).await?;
                }
            }
            _ => {
                writer.write_all(&h2::get(1, "/large/4")).await?;
                sleep(HOLD).await;
            }
        }
        writer.shutdown().await
    };
    http::in_time(async { tokio::try_join!(reads, writes).map(drop) }).await
}

/// Bytes that are no request; other ones for each client.
fn junk(n: usize) -> Vec<u8> {
    match n % 4 {
        // As TLS begins.
        0 => vec![0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03],
        1 => vec![0; 1000],
        2 => b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff".to_vec(),
        _ => b"GET /hello HTTP/9.9\r\n\r\n\r\n\r\n".repeat(10),
    }
}

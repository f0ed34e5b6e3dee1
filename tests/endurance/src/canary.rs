//! A client of good will beside the others.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::http;

/// Asks for `/hello` on a new connection every tenth of a second.
#[derive(Debug)]
pub(crate) struct Canary {
    is_over: Arc<AtomicBool>,
    task: JoinHandle<Song>,
}

/// What it saw.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Song {
    pub(crate) asked: usize,
    pub(crate) failed: usize,
    pub(crate) slowest: Duration,
}

impl Canary {
    pub(crate) fn start(address: SocketAddr) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn(sing(address, Arc::clone(&is_over)));
        Canary { is_over, task }
    }

    pub(crate) async fn end(self) -> std::io::Result<Song> {
        self.is_over.store(true, Ordering::Relaxed);
        self.task.await.map_err(std::io::Error::other)
    }
}

async fn sing(address: SocketAddr, is_over: Arc<AtomicBool>) -> Song {
    let mut song = Song::default();
    while !is_over.load(Ordering::Relaxed) {
        let start = Instant::now();
        song.failed += usize::from(!http::is_alive(address).await);
        song.asked += 1;
        song.slowest = song.slowest.max(start.elapsed());
        sleep(Duration::from_millis(100)).await;
    }
    song
}

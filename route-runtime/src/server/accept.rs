//! The loop that accepts connections, and the order in which it ends.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::connection::{self, Shared};
use super::options::ServerOptions;
use super::signals::Stop;
use crate::log;

/// How long accepting pauses where the system has nothing to give: no file, no memory.
const PAUSE: Duration = Duration::from_millis(100);

/// How long the queue of the system is emptied before the listener closes.
const BACKLOG: Duration = Duration::from_millis(50);

/// Serves until a signal, then ends in the order that loses no request: readiness first, then the listener, then connections
/// without a request, and a deadline over all.
pub(super) async fn serve(listener: TcpListener, shared: Shared, mut stop: Stop) {
    let (goodbye, _) = watch::channel(false);
    let permits = shared.options.max_connections.clamp(1, Semaphore::MAX_PERMITS);
    let mut accepting = Accepting {
        listener,
        permits: Arc::new(Semaphore::new(permits)),
        shared: Arc::new(shared),
        connections: JoinSet::new(),
        goodbye,
    };
    tokio::select! {
        () = accepting.run() => {}
        () = stop.next() => {}
    }
    tokio::select! {
        () = accepting.end() => {}
        // Once more: now.
        () = stop.next() => {}
    }
}

struct Accepting {
    listener: TcpListener,
    permits: Arc<Semaphore>,
    shared: Arc<Shared>,
    connections: JoinSet<()>,
    goodbye: watch::Sender<bool>,
}

impl Accepting {
    /// Accepts for ever.
    async fn run(&mut self) {
        loop {
            tokio::select! {
                accepted = accept(&self.listener, &self.permits) => self.spawn(accepted),
                Some(_) = self.connections.join_next() => {}
            }
        }
    }

    fn spawn(&mut self, (tcp, client, permit): Accepted) {
        let (shared, goodbye) = (Arc::clone(&self.shared), self.goodbye.subscribe());
        self.connections.spawn(connection::serve(tcp, client, shared, permit, goodbye));
    }

    async fn end(mut self) {
        let ServerOptions { lame_duck, settle, drain, .. } = self.shared.options;
        self.shared.is_closing.store(true, Ordering::Relaxed);
        let _ = timeout(lame_duck, self.run()).await;
        // What connected before the listener closes would be reset.
        let _ = timeout(BACKLOG, async {
            while let Ok(accepted) =
                timeout(Duration::from_millis(5), accept(&self.listener, &self.permits)).await
            {
                self.spawn(accepted);
            }
        })
        .await;
        let Accepting { listener, mut connections, goodbye, .. } = self;
        // Nothing is accepted any more.
        drop(listener);
        let _ = timeout(settle, all_end(&mut connections)).await;
        let _ = goodbye.send(true);
        let _ = timeout(drain, all_end(&mut connections)).await;
        connections.shutdown().await;
    }
}

async fn all_end(connections: &mut JoinSet<()>) {
    while connections.join_next().await.is_some() {}
}

type Accepted = (TcpStream, SocketAddr, OwnedSemaphorePermit);

/// The next connection, once there is room for it.
async fn accept(listener: &TcpListener, permits: &Arc<Semaphore>) -> Accepted {
    loop {
        let Ok(permit) = Arc::clone(permits).acquire_owned().await else {
            // Nobody closes it.
            return std::future::pending().await;
        };
        match listener.accept().await {
            Ok((tcp, client)) => return (tcp, client, permit),
            Err(error) if is_of_one_client(&error) => {}
            Err(error) => {
                log::warn(format_args!("no connection can be accepted for now: {error}"));
                sleep(PAUSE).await;
            }
        }
    }
}

/// The client was gone before it was accepted, which says nothing of the next.
fn is_of_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

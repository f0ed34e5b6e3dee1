//! The loop that accepts connections, and the order in which it ends.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use socket2::SockRef;
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
        is_starved: false,
        connections: Connections { shared: Arc::new(shared), tasks: JoinSet::new(), goodbye },
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
    /// The system has no file for another connection, which is told once.
    is_starved: bool,
    connections: Connections,
}

impl Accepting {
    /// Accepts for ever.
    async fn run(&mut self) {
        loop {
            let accepted = self.accept().await;
            self.connections.spawn(accepted);
        }
    }

    /// The next connection, once there is room for it.
    async fn accept(&mut self) -> Accepted {
        loop {
            tokio::select! {
                accepted = next(&self.listener, &self.permits, &mut self.is_starved) => return accepted,
                // Forgotten as they end.
                Some(_) = self.connections.tasks.join_next() => {}
            }
        }
    }

    async fn end(mut self) {
        let ServerOptions { lame_duck, settle, drain, .. } = self.connections.shared.options;
        self.connections.shared.is_closing.store(true, Ordering::Relaxed);
        let _ = timeout(lame_duck, self.run()).await;
        // What connected before the listener closes would be reset. So nobody connects any more: the system lets those who
        // come now try again, and refuses them once nothing listens.
        let _ = SockRef::from(&self.listener).listen(0);
        let _ = timeout(BACKLOG, async {
            while let Ok(accepted) = timeout(Duration::from_millis(5), self.accept()).await {
                self.connections.spawn(accepted);
            }
        })
        .await;
        let Accepting { listener, permits, mut connections, .. } = self;
        // The last of them, without a wait in which more could come.
        if let Ok(listener) = listener.into_std() {
            while let Some(accepted) = queued(&listener, &permits) {
                connections.spawn(accepted);
            }
        }
        let _ = timeout(settle, connections.all_end()).await;
        let _ = connections.goodbye.send(true);
        let _ = timeout(drain, connections.all_end()).await;
        connections.tasks.shutdown().await;
    }
}

struct Connections {
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
    goodbye: watch::Sender<bool>,
}

impl Connections {
    fn spawn(&mut self, (tcp, client, permit): Accepted) {
        let (shared, goodbye) = (Arc::clone(&self.shared), self.goodbye.subscribe());
        self.tasks.spawn(connection::serve(tcp, client, shared, permit, goodbye));
    }

    async fn all_end(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

type Accepted = (TcpStream, SocketAddr, OwnedSemaphorePermit);

async fn next(listener: &TcpListener, permits: &Arc<Semaphore>, is_starved: &mut bool) -> Accepted {
    loop {
        let Ok(permit) = Arc::clone(permits).acquire_owned().await else {
            // Nobody closes it.
            return std::future::pending().await;
        };
        match listener.accept().await {
            Ok((tcp, client)) => {
                *is_starved = false;
                return (tcp, client, permit);
            }
            Err(error) if is_of_one_client(&error) => {}
            Err(error) => {
                if !std::mem::replace(is_starved, true) {
                    log::warn(format_args!("no connection can be accepted for now: {error}"));
                }
                sleep(PAUSE).await;
            }
        }
    }
}

/// A connection that the system has made already, where there is room for it.
fn queued(listener: &std::net::TcpListener, permits: &Arc<Semaphore>) -> Option<Accepted> {
    let permit = Arc::clone(permits).try_acquire_owned().ok()?;
    let (tcp, client) = listener.accept().ok()?;
    tcp.set_nonblocking(true).ok()?;
    Some((TcpStream::from_std(tcp).ok()?, client, permit))
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

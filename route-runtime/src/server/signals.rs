//! What ends a server.

use std::future::Future;
use std::pin::Pin;

use crate::error::Error;

/// What ends a server.
pub(super) enum Stop {
    Signals(Signals),
    /// What the user said; once is enough.
    Given(Option<Pin<Box<dyn Future<Output = ()> + Send>>>),
}

impl Stop {
    /// Ready at the next reason to end.
    pub(super) async fn next(&mut self) {
        match self {
            Stop::Signals(signals) => signals.next().await,
            Stop::Given(given) => match given {
                Some(signal) => {
                    signal.await;
                    *given = None;
                }
                None => std::future::pending().await,
            },
        }
    }
}

/// Ctrl-C, and SIGTERM where there is one.
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    pub(super) fn listen() -> Result<Self, Error> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let listen = |kind| signal(kind).map_err(|error| Error::listen("signals", error));
            Ok(Signals {
                interrupt: listen(SignalKind::interrupt())?,
                terminate: listen(SignalKind::terminate())?,
            })
        }
        #[cfg(not(unix))]
        Ok(Signals {})
    }

    pub(super) async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            // Without a console there is nothing to wait for.
            std::future::pending::<()>().await;
        }
    }
}

//! By which way a request comes: what a server of this library says of it, and does for its answer.

use axum::extract::Request;
use axum::http::Extensions;

#[cfg(feature = "server")]
#[derive(Debug, Clone)]
pub(crate) struct Hop {
    /// Of the connection, so that a request has to carry no more than this.
    pub(crate) client: std::sync::Arc<std::net::SocketAddr>,
    /// It writes the `Content-Length` of an answer whose length is known.
    pub(crate) writes_length: bool,
}

/// Without the server there is none.
#[cfg(not(feature = "server"))]
#[derive(Debug, Clone)]
pub(crate) enum Hop {}

impl Hop {
    #[cfg(feature = "server")]
    pub(crate) fn writes_length(&self) -> bool {
        self.writes_length
    }

    #[cfg(not(feature = "server"))]
    pub(crate) fn writes_length(&self) -> bool {
        match *self {}
    }

    #[cfg(feature = "server")]
    pub(crate) fn tell(&self, extensions: &mut Extensions) {
        extensions.insert(axum::extract::ConnectInfo(*self.client));
    }

    #[cfg(not(feature = "server"))]
    pub(crate) fn tell(&self, _: &mut Extensions) {
        match *self {}
    }
}

/// A request that knows its client, for where somebody may ask.
pub(crate) fn told(mut request: Request, hop: Option<Hop>) -> Request {
    if let Some(hop) = hop {
        hop.tell(request.extensions_mut());
    }
    request
}

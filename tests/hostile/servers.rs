//! The servers that are attacked: with the routes of `app` and `faults`, each in its own way.

use std::net::SocketAddr;
use std::time::Duration;

use route_runtime::{Mounts, RouteInfo, Routes, ServerOptions, TrailingSlash};
use tests::http;

/// What every server is asked for after each case.
pub(crate) const GOOD: (&str, &str) = ("/good", "good");

/// Those below `/slash` redirect a path with a `/` at its end.
pub(crate) fn routes() -> Mounts {
    let redirects = |info: &RouteInfo| info.pattern().starts_with("/slash/");
    let most = Routes::collect().filter(move |info| !redirects(info)).trace().with_docs("/docs");
    let slash = Routes::collect().filter(redirects).trailing_slash(TrailingSlash::Redirect);
    Mounts::new().mount(most).mount(slash)
}

/// A server of this library. Its times are short where a case waits for their end.
pub(crate) fn serve() -> SocketAddr {
    let options = ServerOptions::new().head(Duration::from_secs(3)).body(Duration::from_secs(3));
    http::serve(routes().into_server().expect("the routes fit").options(options))
}

/// The same routes in a plain axum server.
pub(crate) fn serve_axum() -> SocketAddr {
    let router = routes().into_router().expect("the routes fit");
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
            tell.send(listener.local_addr().expect("an address")).expect("the test waits");
            axum::serve(listener, router).await.expect("it serves");
        });
    });
    told.recv_timeout(Duration::from_secs(10)).expect("it listens")
}

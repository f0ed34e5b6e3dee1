//! Whole connections as bytes: what comes back is HTTP, soon, and no 5xx.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
use tower::ServiceExt as _;
use tower::util::BoxCloneService;

use super::{router, run, service, tokens};

type Service = BoxCloneService<Request<Body>, Response, Infallible>;

/// The first line of the input says in which chunks the rest is sent: each byte is a length, and none is all at once. Where the
/// last is `!`, the client sends the end of its stream without a wait, as one that is gone does.
pub fn check(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (chunks, bytes) = (&data[..end], data.get(end + 1..).unwrap_or_default());
    // HTTP/2 has frames, which its own reader would have to judge.
    let is_judged = !bytes.starts_with(b"PRI * HTTP/2.0");
    run(async {
        let mut received = Vec::new();
        // A router leaves it to others what nobody has.
        let router = router().fallback_service(service());
        for service in [BoxCloneService::new(router), BoxCloneService::new(service())] {
            let (bytes_back, methods) = exchange(service.clone(), chunks, bytes).await;
            if is_judged {
                responses(&bytes_back, &methods, bytes);
            }
            received.push(without_allow_of_404(&bytes_back));
            // Nothing is left of it for others.
            let request = b"GET /ping HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
            let (pong, _) = exchange(service, &[], request).await;
            assert!(pong.starts_with(b"HTTP/1.1 200 OK\r\n") && pong.ends_with(b"\r\n\r\npong"));
        }
        // To a client that is gone the one may have said more than the other.
        if is_judged && !is_gone(chunks) {
            let [by_router, by_service] = &received[..] else { unreachable!("two ways") };
            assert!(by_router == by_service, "{by_router}\n{by_service}");
        }
    });
}

/// The text of responses. axum's router adds an `Allow` to all that comes of a path without a function for the method.
fn without_allow_of_404(bytes: &[u8]) -> String {
    const NOT_FOUND: &str = " 404 Not Found";
    let text = bytes.escape_ascii().to_string();
    let mut pieces = text.split(NOT_FOUND);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (head, rest) = piece.split_once("\\r\\n\\r\\n").unwrap_or((piece, ""));
        let lines = head.split("\\r\\n").filter(|line| !line.starts_with("allow: "));
        out.extend([NOT_FOUND, &lines.collect::<Vec<_>>().join("\\r\\n"), "\\r\\n\\r\\n", rest]);
    }
    out
}

fn is_gone(chunks: &[u8]) -> bool {
    chunks.last() == Some(&b'!')
}

/// Sends bytes over a connection of its own; what comes back, and the methods of the requests that reached the service.
async fn exchange(served: Service, chunks: &[u8], bytes: &[u8]) -> (Vec<u8>, Vec<Method>) {
    let methods = Arc::new(Mutex::new(Vec::new()));
    let service = {
        let methods = Arc::clone(&methods);
        service_fn(move |request: Request<Incoming>| {
            methods.lock().expect("no panic meanwhile").push(request.method().clone());
            served.clone().oneshot(request.map(Body::new))
        })
    };
    // All that is answered fits: hyper ends a connection that it gives up without a wait for what is not written yet.
    let (server, client) = duplex(1 << 20);
    let connection = async {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        // As `Server` does, but for what tells the time.
        builder
            .http1()
            .timer(TokioTimer::new())
            .max_buf_size(64 * 1024)
            .max_headers(100)
            .auto_date_header(false);
        builder.http2().timer(TokioTimer::new()).max_concurrent_streams(200).max_header_list_size(64 * 1024);
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(server), service);
        // An error is the client's, who speaks no HTTP or is gone.
        let _ = connection.await;
    };
    let (mut reader, mut writer) = tokio::io::split(client);
    let is_gone = is_gone(chunks);
    let send = async {
        let mut rest = bytes;
        let mut chunks = chunks.iter().cycle();
        while !rest.is_empty() {
            let length = chunks.next().map_or(rest.len(), |length| usize::from(*length).clamp(1, rest.len()));
            let (chunk, behind) = rest.split_at(length);
            // Who closes a connection need not read it to its end.
            if writer.write_all(chunk).await.is_err() {
                return;
            }
            tokio::task::yield_now().await;
            rest = behind;
        }
        if !is_gone {
            // The clock is ahead when the server has nothing more to do.
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let _ = writer.shutdown().await;
    };
    let mut received = Vec::new();
    let receive = async { reader.read_to_end(&mut received).await.expect("an end") };
    tokio::join!(connection, send, receive);
    let methods = methods.lock().expect("no panic meanwhile").clone();
    (received, methods)
}

/// Checks that bytes are responses to requests with these methods, and at the end perhaps one to what was no request.
fn responses(mut bytes: &[u8], methods: &[Method], sent: &[u8]) {
    let mut methods = methods.iter();
    while !bytes.is_empty() {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut response = httparse::Response::new(&mut headers);
        let head = match response.parse(bytes) {
            Ok(httparse::Status::Complete(length)) => length,
            other => panic!("{other:?}: {}", bytes.escape_ascii()),
        };
        let status = response.code.expect("a status");
        let header = |name: &str| {
            let of_name = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
            of_name.map(|header| std::str::from_utf8(header.value).expect("text"))
        };
        bytes = &bytes[head..];
        assert!((100..500).contains(&status), "{status}");
        if (100..200).contains(&status) {
            continue;
        }
        let method = methods.next();
        let is_tunnel = method == Some(&Method::CONNECT) && (200..300).contains(&status);
        let body = if method == Some(&Method::HEAD) || is_tunnel || matches!(status, 204 | 304) {
            Vec::new()
        } else if header("transfer-encoding").is_some_and(|coding| coding == "chunked") {
            chunked(&mut bytes)
        } else {
            let length = header("content-length").map(|length| length.parse().expect("a length"));
            let (body, behind) = bytes.split_at(length.unwrap_or(bytes.len()));
            bytes = behind;
            body.to_vec()
        };
        if header("content-type") == Some("application/problem+json") && !body.is_empty() {
            let problem: serde_json::Value = serde_json::from_slice(&body).expect("a problem");
            assert_eq!(problem["status"], status);
            let text = problem.to_string();
            assert!(tokens(sent).iter().all(|token| !text.contains(token)), "{text}");
        }
        if method.is_none() {
            assert_eq!((methods.len(), bytes), (0, &b""[..]), "something follows a refusal");
        }
    }
}

/// A chunked body (RFC 9112, 7.1), without trailers.
fn chunked(bytes: &mut &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let Ok(httparse::Status::Complete((head, size))) = httparse::parse_chunk_size(bytes) else {
            panic!("no chunk: {}", bytes.escape_ascii());
        };
        let (chunk, behind) = bytes[head..].split_at(usize::try_from(size).expect("a length"));
        body.extend_from_slice(chunk);
        *bytes = behind.strip_prefix(b"\r\n").expect("an end of a chunk");
        if size == 0 {
            return body;
        }
    }
}

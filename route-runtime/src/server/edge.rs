//! What is refused before any route, because two readers of a message could disagree on it.

use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, Version, header, uri::Authority};
use axum::response::Response;

use crate::error::{Renderer, outside};

/// The answer to a request whose head does not say one thing.
pub(super) fn refusal<B>(request: &Request<B>, renderer: Option<&Renderer>) -> Option<Response> {
    let by_http_1 = request.version() < Version::HTTP_2;
    let (status, detail) = if !host_is_sound(request, by_http_1) {
        (StatusCode::BAD_REQUEST, "a request must have one `Host`, which names a host and no more")
    } else if by_http_1 && !coding_is_sound(request.headers()) {
        (StatusCode::NOT_IMPLEMENTED, "`Transfer-Encoding` must be `chunked` alone")
    } else {
        return None;
    };
    let mut response = outside(status, Some(detail), renderer);
    if by_http_1 {
        // What follows on the connection may be a part of this request.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Some(response)
}

/// RFC 9112, 3.2: exactly one, valid; HTTP/1.0 had none, and HTTP/2 has `:authority` beside it.
fn host_is_sound<B>(request: &Request<B>, by_http_1: bool) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => is_authority(host.as_bytes()),
        (Some(_), Some(_)) => false,
        (None, _) => match request.version() {
            Version::HTTP_09 | Version::HTTP_10 => true,
            _ => !by_http_1 && request.uri().authority().is_some(),
        },
    }
}

/// A host, and a port where there is one (RFC 9110, 7.2). An empty one is what a client sends that has none.
fn is_authority(host: &[u8]) -> bool {
    if host.is_empty() {
        return true;
    }
    // Of the characters that an authority may have, these mean more than a host.
    let more =
        |byte: &u8| matches!(byte, b'@' | b',' | b'/' | b'?' | b'#' | b'\\') || !byte.is_ascii_graphic();
    !host.iter().any(more) && Authority::try_from(host).is_ok()
}

/// RFC 9112, 6.1: a coding that is not understood must not be guessed at; twice chunked is none that may be sent.
fn coding_is_sound(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => true,
        (Some(coding), None) => coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked"),
        (Some(_), Some(_)) => false,
    }
}

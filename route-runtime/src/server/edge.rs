//! What is refused before any route, because two readers of a message could disagree on it.

use std::net::Ipv6Addr;

use axum::body::HttpBody;
use axum::http::{HeaderValue, Request, StatusCode, Version, header, uri::Authority};
use axum::response::Response;

use crate::error::{Renderer, outside};

/// The answer to a request whose head does not say one thing.
pub(super) fn refusal<B: HttpBody>(
    request: &Request<B>,
    max_headers: usize,
    renderer: Option<&Renderer>,
) -> Option<Response> {
    let by_http_1 = request.version() < Version::HTTP_2;
    let (status, detail) = if !host_is_sound(request) {
        (StatusCode::BAD_REQUEST, "a request must have one `Host`, which names a host and no more")
    } else if by_http_1 && !coding_is_sound(request) {
        (StatusCode::NOT_IMPLEMENTED, "`Transfer-Encoding` must be `chunked` alone")
    } else if request.headers().len() > max_headers {
        // Of HTTP/2, whose parser counts only bytes.
        (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "the request has too many headers")
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

/// RFC 9112, 3.2: exactly one, valid; HTTP/1.0 had none. Where the target names a host too, as `:authority` does, it is the
/// same (RFC 9113, 8.3.1): who reads either reads one host.
fn host_is_sound<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter().map(HeaderValue::as_bytes);
    let of_target = request.uri().authority().map(|authority| authority.as_str().as_bytes());
    match (hosts.next(), hosts.next(), of_target) {
        (Some(host), None, None) => is_authority(host),
        (Some(host), None, Some(target)) => is_authority(host) && host.eq_ignore_ascii_case(target),
        (Some(_), Some(_), _) => false,
        (None, _, Some(target)) => request.version() != Version::HTTP_11 && is_authority(target),
        (None, _, None) => request.version() < Version::HTTP_11,
    }
}

/// A host, and a port where there is one (RFC 9110, 7.2). An empty one is what a client sends that has none.
fn is_authority(host: &[u8]) -> bool {
    host.is_empty() || is_plain(host) || is_any_authority(host)
}

/// Whether it is one as nearly all are: a name or an IPv4 address, and a port.
fn is_plain(host: &[u8]) -> bool {
    let end = host.iter().position(|byte| !IS_OF_NAME[usize::from(*byte)]).unwrap_or(host.len());
    let port = host.get(end..).and_then(|rest| rest.split_first());
    end > 0 && port.is_none_or(|(colon, port)| *colon == b':' && port.iter().all(u8::is_ascii_digit))
}

/// Of each byte whether a name or an address is made of it: one look instead of some comparisons.
static IS_OF_NAME: [bool; 256] = {
    let mut is_of_name = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        is_of_name[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'-' | b'.');
        byte += 1;
    }
    is_of_name
};

fn is_any_authority(host: &[u8]) -> bool {
    // Of the characters that an authority may have, these mean more than a host.
    let more =
        |byte: &u8| matches!(byte, b'@' | b',' | b'/' | b'?' | b'#' | b'\\') || !byte.is_ascii_graphic();
    let Ok(text) = str::from_utf8(host) else { return false };
    // The type takes any text for a port, and in brackets.
    let (is_host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((inside, behind)) => (inside.parse::<Ipv6Addr>().is_ok(), behind),
        None => {
            let (name, port) = text.split_at(text.find(':').unwrap_or(text.len()));
            (!name.is_empty() && !name.contains(['[', ']']), port)
        }
    };
    let is_port = port.is_empty()
        || port.strip_prefix(':').is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()));
    is_host && is_port && !host.iter().any(more) && Authority::try_from(host).is_ok()
}

/// RFC 9112, 6.1: a coding that is not understood must not be guessed at; twice chunked is none that may be sent.
fn coding_is_sound<B: HttpBody>(request: &Request<B>) -> bool {
    // hyper knows the length of a body only where there is none of these.
    if request.body().size_hint().exact().is_some() {
        return true;
    }
    let mut codings = request.headers().get_all(header::TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => true,
        (Some(coding), None) => coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked"),
        (Some(_), Some(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_any_authority, is_authority, is_plain};

    #[test]
    fn what_is_plainly_a_host_is_one_in_full_too() {
        for host in ["a", "a.example", "A-1.example", "127.0.0.1", "localhost:3000", "a:", "a:65535"] {
            assert!(is_plain(host.as_bytes()) && is_any_authority(host.as_bytes()), "{host}");
        }
        for host in ["[::1]", "[::1]:80", "a_b", "a_b:80", "%61", "a:b", ""] {
            assert!(!is_plain(host.as_bytes()), "{host}");
        }
    }

    #[test]
    fn hosts_in_full() {
        for host in ["", "[::1]", "[::1]:80", "a_b", "a_b:80"] {
            assert!(is_authority(host.as_bytes()), "{host}");
        }
        for host in
            ["a b", "a@b", "a,b", "a/b", "a:b", "a:1:2", ":", ":80", "[::1", "::1", "a?", "a#", "a\\b"]
        {
            assert!(!is_authority(host.as_bytes()), "{host}");
        }
    }
}

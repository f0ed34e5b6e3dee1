//! Where a redirect may lead, and how its target is written.

use std::fmt::Write as _;

use axum::http::{HeaderValue, StatusCode};

use super::Mistake;

/// The statuses that a redirect can have (RFC 9110, 15.4), and 307 by default: it keeps the method, as in Next.js.
pub(super) fn status(chosen: Option<StatusCode>) -> Result<StatusCode, Mistake> {
    match chosen.map_or(307, |status| status.as_u16()) {
        code @ (301 | 302 | 303 | 307 | 308) => StatusCode::from_u16(code).map_err(|_| Mistake::status()),
        _ => Err(Mistake::server(
            "a status that is no redirect beside a target: 301, 302, 303, 307 and 308 are".to_owned(),
        )),
    }
}

/// A path of this server. What a browser could take for another host, `//host` or `/\host`, is none.
pub(super) fn local(target: &str) -> Result<HeaderValue, Mistake> {
    let local = target.starts_with('/') && !target[1..].starts_with(['/', '\\']);
    if !local || target.chars().any(char::is_control) {
        return Err(Mistake::client(
            "a redirect target that is no local path; `redirect_external` leads to other servers".to_owned(),
        ));
    }
    encoded(target)
}

/// An absolute URL of the schemes that a browser follows without running anything.
pub(super) fn external(target: &str) -> Result<HeaderValue, Mistake> {
    // Of a backslash browsers make a slash, and we a part of the host.
    let sound = !target.contains('\\') && !target.chars().any(char::is_control);
    let scheme = target
        .split_once("://")
        .filter(|(_, rest)| sound && !rest.is_empty() && !rest.starts_with(['/', '?', '#']));
    let http = scheme
        .is_some_and(|(scheme, _)| ["http", "https"].iter().any(|http| scheme.eq_ignore_ascii_case(http)));
    if !http {
        return Err(Mistake::server(
            "an external redirect target that is no `http://` or `https://` URL".to_owned(),
        ));
    }
    encoded(target)
}

/// The target as a URI reference: what can't stand in one is percent-encoded, and what is encoded already stays.
fn encoded(target: &str) -> Result<HeaderValue, Mistake> {
    let mut uri = String::with_capacity(target.len());
    for (i, byte) in target.bytes().enumerate() {
        let digit = |i: usize| target.as_bytes().get(i).is_some_and(u8::is_ascii_hexdigit);
        let escape = byte == b'%' && digit(i + 1) && digit(i + 2);
        // RFC 3986, 2.1 to 2.3
        if escape || byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing into a String can't fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    HeaderValue::try_from(uri)
        .map_err(|_| Mistake::server("a redirect target that no header can have".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        let written = |target: Result<HeaderValue, Mistake>| {
            target
                .map(|value| value.to_str().expect("text").to_owned())
                .map_err(|mistake| mistake.status.as_u16())
        };
        for (target, wanted) in [
            ("/a/b?c=d#e", Ok("/a/b?c=d#e")),
            ("/", Ok("/")),
            ("/a b", Ok("/a%20b")),
            ("/a%20b", Ok("/a%20b")),
            ("/100%", Ok("/100%25")),
            ("/%é", Ok("/%25%C3%A9")),
            ("/café", Ok("/caf%C3%A9")),
            ("/é12", Ok("/%C3%A912")),
            ("/?<script>", Ok("/?%3Cscript%3E")),
            ("/a\\b", Ok("/a%5Cb")),
            ("/x//y", Ok("/x//y")),
            ("", Err(400)),
            ("x", Err(400)),
            ("//evil.example", Err(400)),
            ("/\\evil.example", Err(400)),
            ("\\/evil.example", Err(400)),
            ("https://evil.example/", Err(400)),
            ("javascript:alert(1)", Err(400)),
            ("/\t/evil.example", Err(400)),
            ("/a\r\nX-Evil: 1", Err(400)),
        ] {
            assert_eq!(written(local(target)), wanted.map(str::to_owned), "{target}");
        }
        for (target, wanted) in [
            ("https://example.com/x?y=1", Ok("https://example.com/x?y=1")),
            ("HTTP://example.com", Ok("HTTP://example.com")),
            ("//example.com", Err(500)),
            ("https:///example.com", Err(500)),
            ("javascript://example.com/%0Aalert(1)", Err(500)),
            ("https://good.example\\@evil.example/", Err(500)),
            ("https://?x", Err(500)),
            ("https://#x", Err(500)),
            ("https://a.example/\r\n", Err(500)),
            ("/local", Err(500)),
        ] {
            assert_eq!(written(external(target)), wanted.map(str::to_owned), "{target}");
        }
    }
}

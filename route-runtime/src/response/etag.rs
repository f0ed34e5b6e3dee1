//! `ETag` and `If-None-Match` (RFC 9110, 8.8.3 and 13.1.2).

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use twox_hash::XxHash3_64;

use crate::limits::without_content;

/// A weak tag: XXH3 of the content, 64 bits. Weak, because a layer may compress what it names, and because this is no
/// cryptographic hash.
pub(super) fn tag(content: &[u8]) -> Option<HeaderValue> {
    // `W/"` and 16 hexadecimal digits, by hand: each answer pays for it.
    let mut tag = *b"W/\"0000000000000000\"";
    let mut hash = XxHash3_64::oneshot(content);
    for digit in tag.iter_mut().skip(3).take(16).rev() {
        *digit = *b"0123456789abcdef".get((hash % 16) as usize)?;
        hash /= 16;
    }
    HeaderValue::from_bytes(&tag).ok()
}

/// Marks a response that may become a 304: content of an [`ApiResponse`](crate::ApiResponse) to GET or HEAD.
#[derive(Clone, Copy)]
pub(super) struct Revalidates;

/// What a client has of an answer: its `If-None-Match`.
pub(crate) struct Condition(Vec<HeaderValue>);

impl Condition {
    /// The condition of a request. None when its `Cache-Control` says `no-cache`: then it wants the content, as in Next.js.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let no_cache = headers.get_all(header::CACHE_CONTROL).iter().any(|value| {
            value
                .as_bytes()
                .split(|byte| *byte == b',')
                .any(|one| one.trim_ascii().eq_ignore_ascii_case(b"no-cache"))
        });
        let tags = headers.get_all(header::IF_NONE_MATCH).iter();
        Condition(if no_cache { Vec::new() } else { tags.cloned().collect() })
    }

    /// 304 in the place of a successful answer that the client has.
    pub(crate) fn apply(&self, response: &mut Response) {
        if response.extensions_mut().remove::<Revalidates>().is_none() || !response.status().is_success() {
            return;
        }
        let Some(tag) = response.headers().get(header::ETAG) else { return };
        if self.0.iter().any(|list| matches(list.as_bytes(), tag.as_bytes())) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            without_content(response);
        }
    }
}

/// The weak comparison of a list of tags, or `*`, with a tag.
fn matches(list: &[u8], tag: &[u8]) -> bool {
    if list.trim_ascii() == b"*" {
        return true;
    }
    let opaque = tag.strip_prefix(b"W/").unwrap_or(tag);
    let mut rest = list;
    // A comma may stand inside a tag.
    while let Some(start) = rest.iter().position(|byte| *byte == b'"') {
        let Some(length) = rest.get(start + 1..).and_then(|rest| rest.iter().position(|byte| *byte == b'"'))
        else {
            return false;
        };
        let end = start + length + 2;
        if rest.get(start..end) == Some(opaque) {
            return true;
        }
        rest = rest.get(end..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparison() {
        for (list, tag, wanted) in [
            ("*", "W/\"a\"", true),
            (" * ", "\"a\"", true),
            ("\"a\"", "W/\"a\"", true),
            ("W/\"a\"", "\"a\"", true),
            ("\"x\", W/\"a\",\"y\"", "\"a\"", true),
            ("\"x,\", \"a\"", "\"a\"", true),
            ("\"b\"", "\"a\"", false),
            ("a", "\"a\"", false),
            ("\"a", "\"a\"", false),
            ("\"a, \"", "\"a\"", false),
            ("", "\"a\"", false),
        ] {
            assert_eq!(matches(list.as_bytes(), tag.as_bytes()), wanted, "{list} {tag}");
        }
    }

    #[test]
    fn tags_tell_contents_apart() {
        let tag = |content: &str| tag(content.as_bytes()).expect("a tag");
        assert_eq!(tag("a"), tag("a"));
        assert_ne!(tag("a"), tag("b"));
        assert_eq!(tag(""), "W/\"2d06800538d394c2\"");
    }
}

//! What a body is, by its headers: which media type, in UTF-8, without a coding.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::arguments::Refusal;
use crate::error::problem;

/// The media types that a typed body is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    Json,
    Form,
    Text,
}

/// The media type of a typed body, or the answer 415. `takes_text` says whether text alone could fill it: a text that is
/// read as JSON would let other sites send it from a form (CSRF).
pub(super) fn media(headers: &HeaderMap, takes_text: bool) -> Result<Media, Refusal> {
    uncoded(headers)?;
    let mut declared = headers.get_all(header::CONTENT_TYPE).iter();
    // Of two, another reader may take the other.
    let declared = match (declared.next(), declared.next()) {
        // As nearly all say it.
        (Some(one), None) if one == "application/json" => return Ok(Media::Json),
        (Some(one), None) => one.to_str().ok(),
        _ => None,
    };
    let found = declared.and_then(parse).and_then(|(essence, charset)| {
        let utf8 =
            charset.is_none_or(|name| ["utf-8", "utf8"].iter().any(|utf8| name.eq_ignore_ascii_case(utf8)));
        known(essence).filter(|_| utf8)
    });
    match found {
        Some(media) if media != Media::Text || takes_text => Ok(media),
        _ if takes_text => Err(unsupported(
            "the body must be JSON, a URL-encoded form or plain text, in UTF-8, and its `content-type` must say so",
            header::ACCEPT,
            "application/json, application/x-www-form-urlencoded, text/plain",
        )),
        _ => Err(unsupported(
            "the body must be JSON or a URL-encoded form, in UTF-8, and its `content-type` must say so",
            header::ACCEPT,
            "application/json, application/x-www-form-urlencoded",
        )),
    }
}

/// 415 where a body has a coding, in which nothing can be read. A layer that decodes it takes the header away.
pub(crate) fn uncoded(headers: &HeaderMap) -> Result<(), Refusal> {
    // Each body is asked that, mostly twice, and to look through none costs more than to see that there is none.
    if !headers.contains_key(header::CONTENT_ENCODING) {
        return Ok(());
    }
    let mut codings = headers.get_all(header::CONTENT_ENCODING).iter().map(HeaderValue::as_bytes);
    if codings.all(|coding| coding.trim_ascii().eq_ignore_ascii_case(b"identity")) {
        return Ok(());
    }
    Err(unsupported("the body must come without a content coding", header::ACCEPT_ENCODING, "identity"))
}

/// 415 with what would do, which RFC 9110, 15.5.16 puts into a header.
fn unsupported(detail: &str, name: header::HeaderName, value: &'static str) -> Refusal {
    let mut response = problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, Some(detail));
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    Box::new(response)
}

fn known(essence: &str) -> Option<Media> {
    let is = |other: &str| essence.eq_ignore_ascii_case(other);
    let (_, subtype) = essence.split_once('/')?;
    let suffix = subtype.len().checked_sub("+json".len()).and_then(|start| subtype.get(start..));
    if is("application/json") || suffix.is_some_and(|suffix| suffix.eq_ignore_ascii_case("+json")) {
        Some(Media::Json)
    } else if is("application/x-www-form-urlencoded") {
        Some(Media::Form)
    } else {
        is("text/plain").then_some(Media::Text)
    }
}

/// Essence and charset of a `Content-Type` (RFC 9110, 8.3.1 and 5.6.6); `None` when it is none.
fn parse(value: &str) -> Option<(&str, Option<&str>)> {
    let mut parts = split_parameters(value);
    let essence = parts.next()?.trim_ascii();
    let (kind, subtype) = essence.split_once('/')?;
    if !is_token(kind) || !is_token(subtype) {
        return None;
    }
    let mut charset = None;
    for part in parts {
        let part = part.trim_ascii();
        // A `;` at the end is allowed.
        if part.is_empty() {
            continue;
        }
        let (name, value) = part.split_once('=')?;
        let quoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        if !is_token(name) || quoted.is_none() && !is_token(value) {
            return None;
        }
        if name.eq_ignore_ascii_case("charset") {
            charset.get_or_insert(quoted.unwrap_or(value));
        }
    }
    Some((essence, charset))
}

/// The text between `;` that stand in no quotes.
fn split_parameters(value: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    value.split(move |c| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        c == ';' && !quoted
    })
}

fn is_token(text: &str) -> bool {
    let tchar = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(tchar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(headers: &[(&str, &str)], takes_text: bool, wanted: Option<Media>) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name = header::HeaderName::try_from(*name).expect("a name");
            map.append(name, HeaderValue::try_from(*value).expect("a value"));
        }
        let media = media(&map, takes_text).map_err(|refusal| refusal.status().as_u16());
        assert_eq!(media, wanted.ok_or(415), "{headers:?}");
    }

    #[test]
    fn media_types() {
        for (value, wanted) in [
            ("application/json", Some(Media::Json)),
            ("APPLICATION/JSON;charset=UTF-8", Some(Media::Json)),
            ("application/json; charset=\"utf-8\"", Some(Media::Json)),
            ("application/json ; charset=utf8 ; x=\";\"", Some(Media::Json)),
            ("application/json;", Some(Media::Json)),
            ("application/vnd.api+JSON", Some(Media::Json)),
            ("application/x-www-form-urlencoded", Some(Media::Form)),
            ("text/plain", Some(Media::Text)),
            ("text/plain; charset=latin1", None),
            ("application/json; charset=utf-7", None),
            ("application/json; charset=", None),
            ("application/json; foo", None),
            ("application/json, text/plain", None),
            ("application/jsonx", None),
            ("+json", None),
            ("json", None),
            ("/", None),
            ("*/*", None),
            ("text/html", None),
            ("multipart/form-data; boundary=x", None),
            (r#"text/plain; a=";"; charset=utf-8"#, Some(Media::Text)),
            (r#"text/plain; a=";charset=latin1"; charset=utf-8"#, Some(Media::Text)),
            (r#"text/plain; a="\";charset=latin1"; charset=utf-8"#, Some(Media::Text)),
            (r#"text/plain; a="\\"; charset=latin1"#, None),
            (r"text/plain; a=\; charset=latin1", None),
            ("te xt/plain", None),
            ("a b/c+json", None),
            ("a/b c+json", None),
            ("/c+json", None),
            ("application/json; a b=c", None),
            ("application/json; a=b c", None),
            ("application/json; =c", None),
            ("application/json; a b=\"c\"", None),
            ("", None),
        ] {
            check(&[("content-type", value)], true, wanted);
        }
        check(&[], true, None);
        check(&[("content-type", "text/plain")], false, None);
        check(&[("content-type", "application/json")], false, Some(Media::Json));
    }

    #[test]
    fn a_415_says_what_would_do() {
        for (takes_text, wanted) in [
            (true, "application/json, application/x-www-form-urlencoded, text/plain"),
            (false, "application/json, application/x-www-form-urlencoded"),
        ] {
            let refusal = media(&HeaderMap::new(), takes_text).expect_err("no type");
            assert_eq!(
                refusal.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()),
                Some(wanted)
            );
        }
    }

    #[test]
    fn content_codings() {
        let json = ("content-type", "application/json");
        check(&[json, ("content-encoding", "Identity")], false, Some(Media::Json));
        check(&[json, ("content-encoding", "gzip")], false, None);
        check(&[json, ("content-encoding", "gzip, identity")], false, None);
        check(&[json, ("content-encoding", "identity"), ("content-encoding", "gzip")], false, None);
    }
}

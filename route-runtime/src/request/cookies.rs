//! `Cookie` headers -> cookies.

use std::borrow::Cow;

use axum::http::{HeaderMap, header};
use cookie::Cookie;

use crate::text;

/// The cookies of a request in order, of all `Cookie` headers.
///
/// As in Next.js: pairs stand between `;`, blanks around names and values are no part of them, a pair without `=` is
/// skipped, an empty name is one, and values are percent-decoded where that gives UTF-8, else kept as they are. Quotes
/// around a value are no part of it; a single quote is, where Next.js loses the value. A pair that is no UTF-8 is skipped,
/// and the others are kept.
pub(super) fn parse(headers: &HeaderMap) -> Vec<Cookie<'static>> {
    let mut cookies = Vec::new();
    for header in headers.get_all(header::COOKIE) {
        for pair in header.as_bytes().split(|byte| *byte == b';') {
            let Some((name, value)) = std::str::from_utf8(pair).ok().and_then(|pair| pair.split_once('='))
            else {
                continue;
            };
            let value = value.trim_ascii();
            let value = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
            let value = text::decode(value, false).unwrap_or(Cow::Borrowed(value));
            cookies.push(Cookie::new(name.trim_ascii().to_owned(), value.into_owned()));
        }
    }
    cookies
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(lines: &[&[u8]], wanted: &[(&str, &str)]) {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, HeaderValue::from_bytes(line).expect("a header"));
        }
        let cookies = parse(&headers);
        let pairs: Vec<_> = cookies.iter().map(Cookie::name_value).collect();
        assert_eq!(pairs, wanted);
    }

    #[test]
    fn pairs() {
        check(&[b"a=1; b=2;c=3"], &[("a", "1"), ("b", "2"), ("c", "3")]);
        check(&[b"a=1", b"b=2; a=3"], &[("a", "1"), ("b", "2"), ("a", "3")]);
        check(&[b"  a = 1 ;; b; =x; a=b=c"], &[("a", "1"), ("", "x"), ("a", "b=c")]);
        check(&[b"__proto__=1; constructor=2"], &[("__proto__", "1"), ("constructor", "2")]);
    }

    #[test]
    fn values() {
        check(
            &[b"a=%20%41+; b=%ZZ; c=%E9; d=%C3%A9"],
            &[("a", " A+"), ("b", "%ZZ"), ("c", "%E9"), ("d", "é")],
        );
        check(
            &[b"a=\"x y\"; b=x\"y\"; c=\"x; d=\"; e=\"\""],
            &[("a", "x y"), ("b", "x\"y\""), ("c", "\"x"), ("d", "\""), ("e", "")],
        );
        check(&[b"a=\xE9; b=\xC3\xA9"], &[("b", "é")]);
    }
}

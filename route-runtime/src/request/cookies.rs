//! `Cookie` headers -> cookies.

use std::borrow::Cow;
use std::sync::OnceLock;

use axum::http::{HeaderMap, header};
use cookie::Cookie;

use crate::decode::decode;

/// The cookies of a request, each made when it is asked for.
#[derive(Default)]
pub(super) struct Cookies(OnceLock<Box<[Slot]>>);

/// Boxed, because most are never asked for, and a cookie is large.
type Slot = OnceLock<Box<Cookie<'static>>>;

impl Cookies {
    /// All of them in order, of the headers that they are always asked with.
    pub(super) fn all<'c>(&'c self, headers: &'c HeaderMap) -> impl Iterator<Item = &'c Cookie<'static>> {
        pairs(headers).zip(self.slots(headers)).filter_map(|(pair, slot)| cookie(pair, slot))
    }

    /// The first with this name.
    pub(super) fn named(&self, headers: &HeaderMap, name: &str) -> Option<&Cookie<'static>> {
        let mut places = pairs(headers).enumerate().filter(|(_, (own, _))| *own == name.as_bytes());
        places.find_map(|(place, pair)| cookie(pair, self.slots(headers).get(place)?))
    }

    /// One for each pair at the least.
    fn slots(&self, headers: &HeaderMap) -> &[Slot] {
        self.0.get_or_init(|| {
            let lines = headers.get_all(header::COOKIE).into_iter();
            let count =
                lines.map(|line| 1 + line.as_bytes().iter().filter(|byte| **byte == b';').count()).sum();
            std::iter::repeat_with(Slot::new).take(count).collect()
        })
    }
}

/// Names and values of all `Cookie` headers.
///
/// As in Next.js: pairs stand between `;`, blanks around names and values are no part of them, a pair without `=` is
/// skipped, an empty name is one.
fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&[u8], &[u8])> {
    let headers = headers.get_all(header::COOKIE).into_iter();
    headers.flat_map(|header| header.as_bytes().split(|byte| *byte == b';')).filter_map(|pair| {
        let equals = pair.iter().position(|byte| *byte == b'=')?;
        Some((pair.get(..equals)?.trim_ascii(), pair.get(equals + 1..)?.trim_ascii()))
    })
}

/// A cookie of a pair.
///
/// As in Next.js: the value is percent-decoded where that gives UTF-8, else kept as it is. Quotes around it are no part of it;
/// a single quote is, where Next.js loses the value. A pair that is no UTF-8 is none, and the others are kept.
fn cookie<'c>((name, value): (&[u8], &[u8]), slot: &'c Slot) -> Option<&'c Cookie<'static>> {
    if let Some(cookie) = slot.get() {
        return Some(cookie);
    }
    let (name, value) = (std::str::from_utf8(name).ok()?, std::str::from_utf8(value).ok()?);
    let value = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
    let value = decode(value, false).unwrap_or(Cow::Borrowed(value));
    Some(slot.get_or_init(|| Box::new(Cookie::new(name.to_owned(), value.into_owned()))))
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
        let pairs = |cookies: &Cookies| -> Vec<_> {
            cookies
                .all(&headers)
                .map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned()))
                .collect()
        };
        let (fresh, asked) = (Cookies::default(), Cookies::default());
        for (name, _) in wanted {
            let first = wanted.iter().find(|(own, _)| own == name);
            assert_eq!(asked.named(&headers, name).map(Cookie::name_value).as_ref(), first);
        }
        let wanted: Vec<_> =
            wanted.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert_eq!((pairs(&fresh), pairs(&asked)), (wanted.clone(), wanted));
        assert!(asked.named(&headers, "nobody").is_none());
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
        check(&[b"a=\xE9; b=\xC3\xA9; a=1"], &[("b", "é"), ("a", "1")]);
    }
}

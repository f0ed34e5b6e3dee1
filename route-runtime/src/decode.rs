//! Raw text of a path, a query or a form -> decoded texts.

use std::borrow::Cow;

use crate::text::TextError;

/// Percent-decodes once (RFC 3986, 2.1), as UTF-8; strict where `percent-encoding` is lenient.
/// In a query (`form`) a `+` is a blank, as in `application/x-www-form-urlencoded` of the URL standard.
pub(crate) fn decode(raw: &str, form: bool) -> Result<Cow<'_, str>, TextError> {
    let special = |byte: u8| byte == b'%' || (form && byte == b'+');
    let Some(start) = raw.bytes().position(special) else {
        return Ok(Cow::Borrowed(raw));
    };
    let mut decoded = Vec::with_capacity(raw.len());
    decoded.extend_from_slice(&raw.as_bytes()[..start]);
    let mut bytes = raw.bytes().skip(start);
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let mut digit = || bytes.next().and_then(|byte| char::from(byte).to_digit(16));
                match (digit(), digit()) {
                    (Some(high), Some(low)) => {
                        u8::try_from(high * 16 + low).map_err(|_| TextError::Escape)?
                    }
                    _ => return Err(TextError::Escape),
                }
            }
            b'+' if form => b' ',
            byte => byte,
        });
    }
    String::from_utf8(decoded).map(Cow::Owned).map_err(|_| TextError::Utf8)
}

/// What may stand in a path segment as it is: `pchar` without escapes (RFC 3986, 3.3).
pub(crate) fn is_pchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte)
}

/// Percent-encodes a path segment as patterns do: a `pchar` stays, the rest becomes `%XX` in upper case.
pub(crate) fn encode_segment(text: &str) -> Cow<'_, str> {
    use std::fmt::Write as _;
    if text.bytes().all(is_pchar) {
        return Cow::Borrowed(text);
    }
    let mut encoded = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        if is_pchar(byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing into a String can't fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    Cow::Owned(encoded)
}

/// A decoded name and its decoded value.
pub(crate) type Pair<'q> = (Cow<'q, str>, Cow<'q, str>);

/// The decoded pairs of a query string or a form, in order (URL standard, `application/x-www-form-urlencoded`).
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = Result<Pair<'_>, TextError>> {
    raw_pairs(query).map(|RawPair { key, value, is_encoded }| {
        if is_encoded {
            return Ok((decode(key, true)?, decode(value, true)?));
        }
        Ok((key.into(), value.into()))
    })
}

/// A name and its value as they were sent.
struct RawPair<'q> {
    key: &'q str,
    value: &'q str,
    /// Whether there is anything to decode in one of them.
    is_encoded: bool,
}

/// In one pass with a table: a query is read once for each parameter.
fn raw_pairs(query: &str) -> impl Iterator<Item = RawPair<'_>> {
    let mut rest = Some(query);
    std::iter::from_fn(move || {
        loop {
            let text = rest?;
            let (mut equals, mut end, mut is_encoded) = (None, text.len(), false);
            for (place, byte) in text.bytes().enumerate() {
                match LOOKS[usize::from(byte)] {
                    0 => {}
                    EQUALS => equals = equals.or(Some(place)),
                    ENCODED => is_encoded = true,
                    _ => {
                        end = place;
                        break;
                    }
                }
            }
            rest = text.get(end + 1..);
            let key = text.get(..equals.unwrap_or(end)).unwrap_or_default();
            let value = equals.and_then(|equals| text.get(equals + 1..end)).unwrap_or_default();
            if end > 0 {
                return Some(RawPair { key, value, is_encoded });
            }
        }
    })
}

const AMPERSAND: u8 = 1;
const EQUALS: u8 = 2;
const ENCODED: u8 = 3;

/// Which of these a byte is; most are none.
static LOOKS: [u8; 256] = {
    let mut looks = [0; 256];
    looks[b'&' as usize] = AMPERSAND;
    looks[b'=' as usize] = EQUALS;
    looks[b'%' as usize] = ENCODED;
    looks[b'+' as usize] = ENCODED;
    looks
};

/// What is before an ASCII character, and what is behind it, where it is there. By hand: the searches of `str` prepare for long
/// texts.
pub(crate) fn split(text: &str, at: u8) -> (&str, Option<&str>) {
    let place = text.bytes().position(|byte| byte == at);
    match place.and_then(|place| Some((text.get(..place)?, text.get(place + 1..)?))) {
        Some((before, behind)) => (before, Some(behind)),
        None => (text, None),
    }
}

/// The decoded values of `name` in a query string, in order.
pub(crate) fn query_values<'q>(query: Option<&'q str>, name: &str) -> Result<Texts<'q>, TextError> {
    let mut values = Texts::default();
    for pair in pairs(query.unwrap_or_default()) {
        // Strict for the whole query: text that one reader decodes and another does not is no agreement.
        let (key, value) = pair?;
        if key == name {
            values.push(value);
        }
    }
    Ok(values)
}

/// Texts that one name stands for; most are one, which takes no memory of its own.
#[derive(Default)]
pub(crate) struct Texts<'t> {
    one: Option<Cow<'t, str>>,
    /// All of them, where they are more.
    several: Vec<Cow<'t, str>>,
}

impl<'t> From<Option<Cow<'t, str>>> for Texts<'t> {
    fn from(one: Option<Cow<'t, str>>) -> Self {
        Texts { one, several: Vec::new() }
    }
}

impl<'t> Texts<'t> {
    pub(crate) fn push(&mut self, text: Cow<'t, str>) {
        match self.one.take() {
            Some(first) => self.several.extend([first, text]),
            None if self.several.is_empty() => self.one = Some(text),
            None => self.several.push(text),
        }
    }

    pub(crate) fn as_slice(&self) -> &[Cow<'t, str>] {
        if self.several.is_empty() { self.one.as_slice() } else { &self.several }
    }

    /// With `/` between; none where there is none.
    pub(crate) fn joined(self) -> Option<Cow<'t, str>> {
        if self.several.is_empty() { self.one } else { Some(self.several.join("/").into()) }
    }
}

/// Whether a value of `name` in a query string can't be decoded.
pub(crate) fn is_broken(query: Option<&str>, name: &str) -> bool {
    raw_pairs(query.unwrap_or_default())
        .any(|pair| decode(pair.key, true).is_ok_and(|key| key == name) && decode(pair.value, true).is_err())
}

/// What [`pairs`] would find wrong with a query string.
pub(crate) fn check_query(query: Option<&str>) -> Result<(), TextError> {
    match query {
        Some(query) if query.bytes().any(|byte| byte == b'%') => {
            pairs(query).try_for_each(|pair| pair.map(drop))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_is_strict_and_happens_once() {
        assert_eq!(decode("a%20b%2Fc+d", false), Ok("a b/c+d".into()));
        assert_eq!(decode("a+b%2B", true), Ok("a b+".into()));
        assert_eq!(decode("%2525", false), Ok("%25".into()));
        assert!(matches!(decode("plain", false), Ok(Cow::Borrowed("plain"))));
        for bad in ["%", "%2", "%zz", "%+1", "a%2gb"] {
            assert_eq!(decode(bad, false), Err(TextError::Escape), "{bad}");
        }
        assert_eq!(decode("%FF", false), Err(TextError::Utf8));
        assert_eq!(decode("%C0%AF", false), Err(TextError::Utf8));
    }

    #[test]
    fn pairs_are_split_at_their_first_equals_sign() {
        let pairs = |query| {
            pairs(query)
                .map(|pair| pair.map(|(key, value)| format!("{key}:{value}")))
                .collect::<Result<Vec<_>, _>>()
        };
        assert_eq!(pairs(""), Ok(vec![]));
        assert_eq!(pairs("&&"), Ok(vec![]));
        assert_eq!(pairs("a&=b&=&c="), Ok(vec!["a:".into(), ":b".into(), ":".into(), "c:".into()]));
        assert_eq!(pairs("a=b=c&&ü==&d"), Ok(vec!["a:b=c".into(), "ü:=".into(), "d:".into()]));
        assert_eq!(pairs("a%3D=%26+b&c+=d"), Ok(vec!["a=:& b".into(), "c :d".into()]));
        assert_eq!(pairs("a=1&b=%4"), Err(TextError::Escape));
    }

    #[test]
    fn query_values_are_found_by_decoded_name() {
        let texts = |texts: Texts<'_>| texts.as_slice().iter().map(ToString::to_string).collect::<Vec<_>>();
        let values = |query| query_values(Some(query), "a b").map(texts).map_err(|error| error.to_string());
        assert_eq!(values("a%20b=1"), Ok(vec!["1".to_owned()]));
        assert_eq!(values("a+b=1&c=2&a%20b=3&a+b"), Ok(vec!["1".to_owned(), "3".to_owned(), String::new()]));
        assert!(values("c=%zz").is_err());
        assert!(values("%zz=1").is_err());
        assert_eq!(values("a+b=%zz"), Err("has a `%` that no two hexadecimal digits follow".into()));
        assert!(query_values(None, "a").is_ok_and(|texts| texts.as_slice().is_empty()));
    }
}

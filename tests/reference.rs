//! Which route answers a path, by the rules as they are written: slow, plain, and of no code of the library.

use route_runtime::__private::Segment;

use crate::segments;

/// What a set of patterns makes of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'p> {
    /// This pattern answers it.
    Pattern(&'p str),
    /// It is nobody's.
    Nobody,
    /// It is a pattern's, and no text that may stand there.
    Refused,
}

/// What the patterns, of which no two are in conflict, make of a path.
///
/// # Panics
///
/// When the macro would refuse a pattern.
#[must_use]
pub fn find<'p>(patterns: &[&'p str], path: &str) -> Found<'p> {
    let raw: Vec<String> = match path {
        "/" => Vec::new(),
        _ => path.split('/').skip(1).map(str::to_owned).collect(),
    };
    if raw.iter().any(String::is_empty) {
        return Found::Nobody;
    }
    let Some(found) = best(patterns, &raw) else { return Found::Nobody };
    // Another spelling of what another route answers is nobody's.
    match usual(segments(found), &raw) {
        Some(usual) if best(patterns, &usual) == Some(found) => Found::Pattern(found),
        Some(_) => Found::Nobody,
        None => Found::Refused,
    }
}

fn best<'p>(patterns: &[&'p str], path: &[String]) -> Option<&'p str> {
    let matching = patterns.iter().filter(|pattern| matches(segments(pattern), path));
    matching.min_by_key(|pattern| rank(segments(pattern))).copied()
}

fn matches(pattern: &[Segment], path: &[String]) -> bool {
    match (pattern, path) {
        ([], []) | ([Segment::OptionalCatchAll(_)], _) => true,
        ([Segment::CatchAll(_)], path) => !path.is_empty(),
        ([Segment::Static(text), pattern @ ..], [first, path @ ..]) => {
            text == first && matches(pattern, path)
        }
        ([Segment::Param(_), pattern @ ..], [_, path @ ..]) => matches(pattern, path),
        _ => false,
    }
}

/// Static, `[x]`, `[...x]`, `[[...x]]`: the first segment that differs in kind decides.
fn rank(pattern: &[Segment]) -> Vec<u8> {
    let kind = |segment: &Segment| match segment {
        Segment::Static(_) => 0,
        Segment::Param(_) => 1,
        Segment::CatchAll(_) => 2,
        _ => 3,
    };
    pattern.iter().map(kind).collect()
}

/// The path as it is usually spelt where the pattern is dynamic; `None` where a text may not stand there.
fn usual(pattern: &[Segment], path: &[String]) -> Option<Vec<String>> {
    let spell = |(position, raw): (usize, &String)| {
        let kind = pattern.get(position).or(pattern.last());
        if let Some(Segment::Static(_)) = kind {
            return Some(raw.clone());
        }
        let text = decoded(raw, false)?;
        let is_file = matches!(kind, Some(Segment::CatchAll(_) | Segment::OptionalCatchAll(_)));
        let climbs = text.contains('\\')
            || text.starts_with('/')
            || text.split('/').any(|part| part == "." || part == "..");
        if text.contains('\0') || is_file && climbs {
            return None;
        }
        Some(encoded(&text))
    };
    path.iter().enumerate().map(spell).collect()
}

/// Percent-decoded text (RFC 3986, 2.1; with `form`, a `+` is a blank); `None` where an escape is broken or it is no UTF-8.
#[must_use]
pub fn decoded(raw: &str, form: bool) -> Option<String> {
    let mut bytes = Vec::new();
    let mut parts = raw.split('%');
    let blanks = |text: &str| if form { text.replace('+', " ") } else { text.to_owned() };
    bytes.extend(blanks(parts.next()?).into_bytes());
    for part in parts {
        let digits = part.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend(blanks(part.get(2..)?).into_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// A text as a segment of a path: what RFC 3986, 3.3 lets stand there stays.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(byte).collect()
}

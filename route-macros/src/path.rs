//! The path grammar: text -> segments and query names, or every mistake in it.
//!
//! Pure: `&str` in, data out, no syn. Tests and fuzz targets include this file by `#[path]`, because a proc-macro
//! crate can't be linked into them.
#![allow(unreachable_pub, reason = "public to those that include the file")]

use std::fmt::Write as _;

/// The matcher below axum names parameters `a` to `z` internally, and panics once it has named the last. It does not name a
/// catch-all.
pub const MAX_PARAMS: usize = 25;

/// A path that keeps every rule of the grammar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// What stands between the slashes, in order.
    pub segments: Vec<Segment>,
    /// The names after `?`, in order.
    pub query: Vec<String>,
}

/// What stands between two slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Matched as it is, with what can't stand in a URL percent-encoded in upper case (RFC 3986, 2.1).
    Static(String),
    /// `[name]`
    Param(String),
    /// `[...name]`
    CatchAll(String),
    /// `[[...name]]`
    OptionalCatchAll(String),
}

impl Segment {
    /// The name between the brackets.
    pub fn name(&self) -> Option<&str> {
        match self {
            Segment::Static(_) => None,
            Segment::Param(name) | Segment::CatchAll(name) | Segment::OptionalCatchAll(name) => Some(name),
        }
    }
}

/// Parses a whole path; on mistakes one sentence for each: what is wrong and what to write instead.
pub fn parse(text: &str) -> Result<Pattern, Vec<String>> {
    let mut mistakes = Vec::new();
    let (path, query) = match text.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (text, None),
    };
    let segments = segments(path, &mut mistakes);
    let query = query.map_or_else(Vec::new, |query| query_names(query, &mut mistakes));

    let mut seen: Vec<&str> = Vec::new();
    for name in segments.iter().filter_map(Segment::name).chain(query.iter().map(String::as_str)) {
        if seen.contains(&name) {
            mistakes.push(format!(
                "the name `{name}` stands twice in the path: every segment and query name needs its own"
            ));
        }
        seen.push(name);
    }
    let params = segments.iter().filter(|segment| matches!(segment, Segment::Param(_))).count();
    if params > MAX_PARAMS {
        mistakes.push(format!(
            "{params} parameters in one path: at most {MAX_PARAMS} can be matched; take the rest from the query string"
        ));
    }
    if mistakes.is_empty() { Ok(Pattern { segments, query }) } else { Err(mistakes) }
}

fn segments(path: &str, mistakes: &mut Vec<String>) -> Vec<Segment> {
    let Some(rest) = path.strip_prefix('/') else {
        mistakes.push(if path.is_empty() {
            "the path is empty: write at least `/`".to_owned()
        } else {
            format!("a path starts with `/`: write `/{path}`")
        });
        return Vec::new();
    };
    if rest.is_empty() {
        return Vec::new();
    }
    let parts: Vec<&str> = rest.split('/').collect();
    let last = parts.len() - 1;
    let mut segments = Vec::with_capacity(parts.len());
    for (i, part) in parts.into_iter().enumerate() {
        match segment(part, i == last) {
            Ok(segment) => {
                if i != last && matches!(segment, Segment::CatchAll(_) | Segment::OptionalCatchAll(_)) {
                    mistakes.push(format!("the catch-all `{part}` must be the last segment of the path"));
                }
                segments.push(segment);
            }
            Err(mistake) => mistakes.push(mistake),
        }
    }
    segments
}

fn segment(part: &str, last: bool) -> Result<Segment, String> {
    if part.is_empty() {
        return Err(if last {
            "a path has no trailing `/`: leave it out; `Routes::trailing_slash` decides what `/…/` answers"
                .to_owned()
        } else {
            "the path has an empty segment (`//`): leave one `/` out".to_owned()
        });
    }
    if part == "." || part == ".." {
        return Err(format!("`{part}` is no segment: clients resolve it before they send the request"));
    }
    if let Some(mend) = foreign_syntax(part) {
        return Err(mend);
    }
    if part.contains(['[', ']']) { dynamic(part) } else { fixed(part).map(Segment::Static) }
}

/// axum's `{id}`, Express' `:id`, and `*rest`: a sentence with what to write here.
fn foreign_syntax(part: &str) -> Option<String> {
    let says = |mine: String| Some(format!("`{part}` is another framework's syntax: write `{mine}`"));
    if let Some(inner) = part.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) {
        return match inner.strip_prefix('*') {
            Some(name) => says(format!("[...{name}]")),
            None => says(format!("[{inner}]")),
        };
    }
    if let Some(name) = part.strip_prefix(':') {
        let name = name.trim_end_matches(['?', '*', '+']);
        return says(format!("[{name}]"));
    }
    if let Some(name) = part.strip_prefix('*') {
        return says(format!("[...{}]", if name.is_empty() { "rest" } else { name }));
    }
    if let Some(inner) = part.strip_prefix('<').and_then(|inner| inner.strip_suffix('>')) {
        return match inner.strip_suffix("..") {
            Some(name) => says(format!("[...{name}]")),
            None => says(format!("[{inner}]")),
        };
    }
    None
}

fn dynamic(part: &str) -> Result<Segment, String> {
    let opened = part.matches('[').count();
    let closed = part.matches(']').count();
    if opened != closed {
        return Err(format!("`{part}` has {opened} `[` and {closed} `]`: write `[name]`"));
    }
    if !part.starts_with('[') || !part.ends_with(']') {
        return Err(format!(
            "`{part}` mixes text and a parameter: a whole segment is dynamic or none of it; \
             take the whole segment as `[name]` and split it in the function"
        ));
    }
    let (inner, double) = match part.strip_prefix("[[").and_then(|inner| inner.strip_suffix("]]")) {
        Some(inner) => (inner, true),
        None => (&part[1..part.len() - 1], false),
    };
    if inner.contains(['[', ']']) {
        return Err(if inner.contains("][") || inner.contains("]-[") {
            format!("`{part}` holds two parameters: a segment is one parameter, put a `/` between them")
        } else {
            format!("`{part}` has brackets inside brackets: write `[name]`, `[...name]` or `[[...name]]`")
        });
    }
    if let Some(rest) = inner.strip_prefix('…') {
        return Err(format!("`{part}` holds the single character `…`: write three dots, `[...{rest}]`"));
    }
    let dots = inner.len() - inner.trim_start_matches('.').len();
    let rest = &inner[dots..];
    let name = |shown: &dyn Fn(&str) -> String| name(rest, &format!("`{part}`"), shown);
    match (dots, double) {
        (0, false) => name(&|good| format!("[{good}]")).map(Segment::Param),
        (3, false) => name(&|good| format!("[...{good}]")).map(Segment::CatchAll),
        (3, true) => name(&|good| format!("[[...{good}]]")).map(Segment::OptionalCatchAll),
        (0, true) => Err(format!(
            "`{part}`: a single segment can't be optional; write `[[...{rest}]]`, or a second route without it"
        )),
        _ => Err(format!("`{part}` has {dots} dots: a catch-all has three, write `[...{rest}]`")),
    }
}

/// A name that a Rust argument can have.
fn name(name: &str, shown: &str, mend: &dyn Fn(&str) -> String) -> Result<String, String> {
    if name.is_empty() {
        return Err(format!("{shown} has no name: write `{}`", mend("name")));
    }
    if matches!(name, "self" | "Self" | "super" | "crate") {
        return Err(format!("{shown}: no argument can be called `{name}`; write `{}`", mend("name")));
    }
    let start = |c: char| c == '_' || c.is_alphabetic();
    let is_identifier =
        name.starts_with(start) && name != "_" && name.chars().all(|c| start(c) || c.is_alphanumeric());
    if is_identifier {
        return Ok(name.to_owned());
    }
    let mut good: String =
        name.chars().map(|c| if start(c) || c.is_alphanumeric() { c } else { '_' }).collect();
    if !good.starts_with(start) {
        good.insert(0, '_');
    }
    if good.chars().all(|c| c == '_') {
        good = "name".to_owned();
    }
    Err(format!("{shown}: `{name}` is no identifier; write `{}`", mend(&good)))
}

/// Static text: RFC 3986 `pchar` stays, other characters beyond ASCII are percent-encoded in upper case.
fn fixed(part: &str) -> Result<String, String> {
    let mut encoded = String::with_capacity(part.len());
    for c in part.chars() {
        match c {
            // RFC 3986, 3.3: unreserved, sub-delims, `:` and `@`.
            'a'..='z' | 'A'..='Z' | '0'..='9' => encoded.push(c),
            c if "-._~!$&'()*+,;=:@".contains(c) => encoded.push(c),
            '%' => {
                return Err(format!(
                    "`{part}` holds a percent-escape: write the character itself, it is encoded for you"
                ));
            }
            c if c.is_ascii() || c.is_control() || c.is_whitespace() => {
                return Err(format!("{c:?} in `{part}` can't stand in a path: leave it out"));
            }
            c => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    // Writing into a String can't fail.
                    let _ = write!(encoded, "%{byte:02X}");
                }
            }
        }
    }
    Ok(encoded)
}

fn query_names(query: &str, mistakes: &mut Vec<String>) -> Vec<String> {
    let mut names = Vec::new();
    for part in query.split('&') {
        let result = if let Some((key, _)) = part.split_once('=') {
            Err(format!("`{part}` has a value: after `?` only names stand, write `{key}`"))
        } else if let Some(inner) = part.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
            Err(format!("`{part}`: a query name has no brackets, write `{inner}`"))
        } else if part.is_empty() {
            Err("an empty query name after `?`: write `?name` or `?first&second`".to_owned())
        } else {
            name(part, &format!("query name `{part}`"), &ToOwned::to_owned)
        };
        match result {
            Ok(name) => names.push(name),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    names
}

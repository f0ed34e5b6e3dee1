//! Whether a path that axum has matched may reach the route: what axum lets pass, and must not.

use std::borrow::Cow;

use axum::extract::{OriginalUri, Request};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};

use crate::arguments::{Refusal, bad_segment};
use crate::decode::{decode, encode_segment};
use crate::error::bare;
use crate::mounted::Mounted;
use crate::pattern::Segment;
use crate::segments::Segments;
use crate::text::TextError;

/// What a path with a `/` at its end answers.
///
/// ```standalone_crate
/// use route_runtime::{get, testing::TestClient, Routes, TrailingSlash};
///
/// #[get("/hello")]
/// async fn hello() -> &'static str {
///     "hello"
/// }
///
/// let routes = Routes::collect().trailing_slash(TrailingSlash::Redirect);
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let answer = TestClient::new(routes.into_router().unwrap()).get("/hello/").await;
/// assert_eq!((answer.status().as_u16(), answer.header("location")), (308, Some("/hello")));
/// # });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TrailingSlash {
    /// 404: `/a/` is another path than `/a`.
    #[default]
    Strict,
    /// 308 to the path without it, with the query, where a route answers that. Next.js redirects unknown paths too.
    Redirect,
    /// What the path without it answers.
    Ignore,
}

/// Refuses paths whose text could mean something else to whoever stands in front:
///
/// - an empty segment (`//`) is never a parameter: 404;
/// - a `/` at the end is judged by [`TrailingSlash`];
/// - a broken percent-escape, no UTF-8, a NUL: 400;
/// - `.`, `..` and `\` in a catch-all: 400, unless the route says `dot_segments = true`;
/// - another spelling of a path that another route of the same router answers, `/users/%6De` beside `/users/me`: 404,
///   because what guards that route would be passed by.
pub(crate) fn admit(route: &Mounted, request: &Request) -> Result<(), Refusal> {
    let path = request.uri().path();
    // In the whole path: axum's `nest` loses the empty segment of `/prefix//x`. Of what is not nested, only a parameter
    // can be one.
    let whole = whole(request).path();
    let has = if route.has_parameters { looks(path) } else { 0 };
    if has & TWO_SLASHES != 0 || whole.len() != path.len() && looks(whole) & TWO_SLASHES != 0 {
        return Err(not_found());
    }
    let has_slash = path.len() > 1 && path.ends_with('/');
    // Only a catch-all gets here with one.
    if has_slash && route.trailing_slash == TrailingSlash::Strict {
        return Err(not_found());
    }
    let of_catch_all =
        if route.catch_all.is_some() && !route.dot_segments { SLASH_AND_DOT | BACKSLASH } else { 0 };
    if has & (ENCODED | of_catch_all) != 0 {
        unusual(route, path)?;
    }
    if has_slash && route.trailing_slash == TrailingSlash::Redirect {
        return Err(Box::new(without_slash(request)));
    }
    Ok(())
}

const SLASH: u8 = 1;
const DOT: u8 = 2;
const BACKSLASH: u8 = 4;
/// `%`, or a character that should have been one.
const ENCODED: u8 = 8;
const TWO_SLASHES: u8 = 16;
const SLASH_AND_DOT: u8 = 32;

/// Which of these a byte is; most are none.
static LOOKS: [u8; 256] = {
    let mut looks = [0; 256];
    let mut byte = 128;
    while byte < 256 {
        looks[byte] = ENCODED;
        byte += 1;
    }
    looks[b'/' as usize] = SLASH;
    looks[b'.' as usize] = DOT;
    looks[b'\\' as usize] = BACKSLASH;
    looks[b'%' as usize] = ENCODED;
    looks
};

/// All of these that a path has. In one pass with a table: each request with a parameter pays for it.
fn looks(path: &str) -> u8 {
    let (mut all, mut before) = (0, 0);
    for byte in path.bytes() {
        let now = LOOKS[usize::from(byte)];
        if now != 0 {
            all |= now;
            if before == SLASH {
                all |= match now {
                    SLASH => TWO_SLASHES,
                    DOT => SLASH_AND_DOT,
                    _ => 0,
                };
            }
        }
        before = now;
    }
    all
}

/// [`admit`] for the rare path that could be refused.
fn unusual(route: &Mounted, path: &str) -> Result<(), Refusal> {
    let segments = Segments::of(path).skip(route.offset).enumerate();
    let canonical: Vec<Cow<'_, str>> =
        segments.map(|(i, raw)| canonical(route, i, raw)).collect::<Result<_, _>>()?;
    match route.tree.find(Segments::joined(&canonical.join("/"))).and_then(|numbers| numbers.first()) {
        Some(pattern) if *pattern == route.pattern => Ok(()),
        _ => Err(not_found()),
    }
}

/// A segment as a pattern would spell it.
fn canonical<'p>(route: &Mounted, i: usize, raw: &'p str) -> Result<Cow<'p, str>, Refusal> {
    // What stands behind a catch-all is its own.
    let index = route.catch_all.map_or(i, |catch_all| i.min(catch_all));
    if let Some(Segment::Static(_)) = route.info().segments().get(index) {
        return Ok(Cow::Borrowed(raw));
    }
    let text = decode(raw, false).map_err(|error| bad_segment(route, index, &error))?;
    if text.contains('\0') {
        return Err(bad_segment(route, index, &TextError::Nul));
    }
    if Some(index) == route.catch_all && !route.dot_segments && climbs(&text) {
        return Err(bad_segment(route, index, &TextError::Dots));
    }
    Ok(Cow::Owned(encode_segment(&text).into_owned()))
}

/// Whether a segment of a catch-all, joined with its neighbours as a path of files, could leave its folder. An encoded
/// slash counts as one.
fn climbs(text: &str) -> bool {
    text.contains('\\') || text.starts_with('/') || text.split('/').any(|part| part == "." || part == "..")
}

fn not_found() -> Refusal {
    Box::new(bare(StatusCode::NOT_FOUND))
}

/// The URI as the client sent it.
fn whole(request: &Request) -> &Uri {
    request.extensions().get::<OriginalUri>().map_or(request.uri(), |OriginalUri(uri)| uri)
}

/// 308 to the path as the client sent it, less its last `/`.
fn without_slash(request: &Request) -> Response {
    let uri = whole(request);
    let Some(path) = uri.path().strip_suffix('/') else { return *not_found() };
    let target = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    // `//host` would be another host, and browsers take a backslash for a slash.
    let local = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    match HeaderValue::try_from(target) {
        Ok(target) if local => (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, target)]).into_response(),
        _ => *not_found(),
    }
}

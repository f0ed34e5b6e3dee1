//! The cookies of a client (RFC 6265).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::Cookie;
use cookie::time::{Duration, OffsetDateTime};

/// Cookies that clones share. There is one host, so a domain says nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Jar(Arc<Mutex<Vec<Cookie<'static>>>>);

impl Jar {
    fn lock(&self) -> MutexGuard<'_, Vec<Cookie<'static>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn cookies(&self) -> Vec<Cookie<'static>> {
        self.lock().clone()
    }

    /// Adds what belongs to a path to a request.
    pub(super) fn send(&self, headers: &mut HeaderMap, path: &str) {
        let now = OffsetDateTime::now_utc();
        let mut cookies = self.lock();
        cookies.retain(|cookie| cookie.expires_datetime().is_none_or(|expires| expires > now));
        let path_of = |cookie: &Cookie<'_>| cookie.path().unwrap_or("/").to_owned();
        let mut sent: Vec<&Cookie<'_>> =
            cookies.iter().filter(|cookie| belongs(path, &path_of(cookie))).collect();
        // The most special first (5.4).
        sent.sort_by_key(|cookie| std::cmp::Reverse(path_of(cookie).len()));
        let pairs: Vec<String> = sent.into_iter().map(|cookie| cookie.stripped().to_string()).collect();
        if let Ok(value) = HeaderValue::try_from(pairs.join("; "))
            && !pairs.is_empty()
        {
            headers.append(header::COOKIE, value);
        }
    }

    /// Takes over what an answer sets and removes.
    pub(super) fn keep(&self, headers: &HeaderMap, path: &str) {
        let mut cookies = self.lock();
        for mut cookie in set_cookies(headers) {
            if cookie.path().is_none_or(|path| !path.starts_with('/')) {
                cookie.set_path(default_path(path).to_owned());
            }
            if let Some(age) = cookie.max_age() {
                // It wins over `Expires`, and counts from now (5.3).
                cookie.set_expires(OffsetDateTime::now_utc().checked_add(age.max(Duration::ZERO)));
            }
            cookies.retain(|kept| (kept.name(), kept.path()) != (cookie.name(), cookie.path()));
            cookies.push(cookie);
        }
        let now = OffsetDateTime::now_utc();
        cookies.retain(|cookie| cookie.expires_datetime().is_none_or(|expires| expires > now));
    }
}

/// The cookies that an answer sets.
pub(super) fn set_cookies(headers: &HeaderMap) -> impl Iterator<Item = Cookie<'static>> {
    let values = headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    values.filter_map(|text| Cookie::parse(text.to_owned()).ok())
}

/// RFC 6265, 5.1.4: up to the last `/` of the path of the request.
fn default_path(path: &str) -> &str {
    match path.rfind('/') {
        Some(end) if end > 0 => path.get(..end).unwrap_or("/"),
        _ => "/",
    }
}

/// RFC 6265, 5.1.4: whether a cookie of a path is sent to another.
fn belongs(path: &str, of_cookie: &str) -> bool {
    let rest = path.strip_prefix(of_cookie);
    rest.is_some_and(|rest| rest.is_empty() || of_cookie.ends_with('/') || rest.starts_with('/'))
}

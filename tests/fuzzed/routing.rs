//! Patterns, a set of routes, a router, and the paths that it answers, beside the naive reference.
//!
//! An input has lines: `GET,POST /a/[id]` is a route, `* /b` one for every method, `>GET /a/7` a request, `base /v1` puts a path
//! before all routes, `slash redirect` and `slash ignore` say what a `/` at the end is.

use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Uri, header};
use route_runtime::__private::Entry;
use route_runtime::{Methods, Routes, TrailingSlash};
use tests::reference::{self, Found};
use tests::{path, random};

const MOST_ROUTES: usize = 16;
const MOST_REQUESTS: usize = 32;

pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut set = Set::default();
    for line in text.lines() {
        set.read(line);
    }
    set.check();
}

/// What an input says.
#[derive(Default)]
struct Set<'i> {
    routes: Vec<(Methods, &'i str)>,
    requests: Vec<(Method, Uri)>,
    base: Option<&'i str>,
    slash: TrailingSlash,
}

impl<'i> Set<'i> {
    fn read(&mut self, line: &'i str) {
        let (word, rest) = line.split_once(' ').unwrap_or(("*", line));
        if let Some(method) = word.strip_prefix('>') {
            let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::GET);
            // Only what a client can send.
            if let (true, Ok(uri)) = (rest.starts_with('/'), Uri::try_from(rest)) {
                self.requests.push((method, uri));
            }
        } else if word == "base" {
            self.base = Some(rest);
        } else if word == "slash" {
            self.slash = match rest {
                "redirect" => TrailingSlash::Redirect,
                "ignore" => TrailingSlash::Ignore,
                _ => TrailingSlash::Strict,
            };
        } else {
            self.route(methods(word), rest);
        }
    }

    /// Keeps a pattern that the macro would take. What it refuses has a reason in words.
    fn route(&mut self, methods: Methods, pattern: &'i str) {
        let is_param = |segment: &&path::Segment| matches!(segment, path::Segment::Param(_));
        match path::parse(pattern) {
            // TODO: the macro takes 26 parameters, of which axum's matcher panics. Leave this out when it does not.
            Ok(parsed) if parsed.segments.iter().filter(is_param).count() > 25 => {}
            // A pattern with a query matches as the one without.
            Ok(parsed) if parsed.query.is_empty() => self.routes.push((methods, pattern)),
            Ok(parsed) => assert!(parsed.query.iter().all(|name| !name.is_empty())),
            Err(mistakes) => assert!(!mistakes.is_empty() && mistakes.iter().all(|text| !text.is_empty())),
        }
    }

    fn check(mut self) {
        self.routes.truncate(MOST_ROUTES);
        self.requests.truncate(MOST_REQUESTS);
        let forwards = self.router(&self.routes);
        let backwards: Vec<_> = self.routes.iter().rev().copied().collect();
        let backwards = self.router(&backwards);
        match (forwards, backwards) {
            (Ok(forwards), Ok(backwards)) => {
                for (method, uri) in &self.requests {
                    self.request(&forwards, method, uri);
                    self.request(&backwards, method, uri);
                }
            }
            (Err(forwards), Err(backwards)) => assert_eq!(forwards, backwards),
            (forwards, backwards) => panic!("the order matters: {forwards:?} {backwards:?}"),
        }
    }

    /// The router, or the report why there is none.
    fn router(&self, routes: &[(Methods, &str)]) -> Result<Router, String> {
        let entries = routes.iter().map(|(methods, pattern)| entry(*methods, pattern));
        let mut routes = Routes::from_entries(entries).trailing_slash(self.slash);
        if let Some(base) = self.base {
            routes = routes.base(base);
        }
        routes.into_router().map_err(|error| error.to_string())
    }

    fn request(&self, router: &Router, method: &Method, uri: &Uri) {
        let request = Request::builder().method(method).uri(uri).body(Body::empty()).expect("a request");
        let answer = super::run(super::ask(router.clone(), request));
        let context = || format!("{method} {uri} of {:?} is {answer:?}", self.routes);
        assert!(!answer.status.is_server_error(), "{}", context());
        if self.base.is_some() {
            return;
        }
        let (status, pattern) = self.wanted(method, uri.path());
        // Of a path that is refused for two reasons, either may be told.
        if status == 404 && uri.path().ends_with('/') && answer.status == 400 {
            return;
        }
        assert_eq!(answer.status, status, "{}", context());
        if let (Some(pattern), true) = (pattern, *method != Method::HEAD) {
            assert_eq!(answer.body, pattern, "{}", context());
        }
        if status == 308 {
            let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
            let target = format!("{}{query}", uri.path().trim_end_matches('/'));
            assert_eq!(answer.headers.get(header::LOCATION).expect("a target"), &target, "{}", context());
        }
    }

    /// The status, and the pattern that answers.
    fn wanted(&self, method: &Method, path: &str) -> (u16, Option<&str>) {
        if path.contains("//") {
            return (404, None);
        }
        let patterns: Vec<&str> = self.routes.iter().map(|(_, pattern)| *pattern).collect();
        let short =
            path.strip_suffix('/').filter(|short| !short.is_empty() && self.slash != TrailingSlash::Strict);
        let pattern = match reference::find(&patterns, short.unwrap_or(path)) {
            Found::Pattern(pattern) => pattern,
            Found::Nobody => return (404, None),
            Found::Refused => return (400, None),
        };
        if short.is_some() && self.slash == TrailingSlash::Redirect {
            // A browser takes a backslash for a slash, and `/\\host` for another host.
            return if path.contains('\\') { (404, None) } else { (308, None) };
        }
        let own = self.routes.iter().filter(|(_, own)| *own == pattern);
        let own: Vec<Methods> = own.map(|(methods, _)| *methods).collect();
        // axum answers HEAD by what answers GET.
        let by_get = *method == Method::HEAD && own.iter().any(|own| own.contains(&Method::GET));
        match own.iter().any(|own| own.contains(method)) || by_get {
            true => (200, Some(pattern)),
            false if *method == Method::OPTIONS => (204, None),
            false => (405, None),
        }
    }
}

fn methods(names: &str) -> Methods {
    let mut methods = Methods::NONE;
    for name in names.split(',') {
        methods = methods.or(match name {
            "GET" => Methods::GET,
            "HEAD" => Methods::HEAD,
            "POST" => Methods::POST,
            "PUT" => Methods::PUT,
            "PATCH" => Methods::PATCH,
            "DELETE" => Methods::DELETE,
            "OPTIONS" => Methods::OPTIONS,
            "TRACE" => Methods::TRACE,
            "CONNECT" => Methods::CONNECT,
            _ => Methods::ALL,
        });
    }
    methods
}

/// An entry, once for each pattern: entries are for good.
fn entry(methods: Methods, pattern: &str) -> &'static Entry {
    static KEPT: Mutex<BTreeMap<(Methods, String), &'static Entry>> = Mutex::new(BTreeMap::new());
    let mut kept = KEPT.lock().expect("no panic meanwhile");
    kept.entry((methods, pattern.to_owned())).or_insert_with(|| random::entry(methods, pattern, 1))
}

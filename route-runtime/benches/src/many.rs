//! Applications of any number of routes: by turns `/api/s0` and `/api/d1/{number}`.

use axum::Router;
use axum::extract::{Path, Request};
use axum::routing::get;
use route_runtime::__private::{Entry, PathArg, RouteInfo, call0, call1, respond};
use route_runtime::{Methods, Routes, Segment};

use crate::{App, Way};

/// What is asked of many routes.
pub const ASKED: [&str; 4] = ["first", "middle", "last", "miss"];

/// A path of the first, the middle, or the last route, or of none.
pub fn request(asked: &str, count: usize) -> Request {
    let path = match asked {
        "first" => "/api/s0".to_owned(),
        "middle" => format!("/api/s{}", count / 4 * 2),
        "last" => format!("/api/d{}/42", (count / 2).max(1) * 2 - 1),
        _ => "/api/nothing".to_owned(),
    };
    Request::get(path).header("host", "localhost").body(axum::body::Body::empty()).unwrap()
}

/// What a program has before it makes an application of it.
pub enum Written {
    ByHand(Vec<String>),
    Routes(Way, Vec<&'static Entry>),
}

impl Written {
    pub fn new(way: Way, count: usize) -> Self {
        match way {
            Way::Axum | Way::Guarded => Written::ByHand(
                (0..count)
                    .map(|i| {
                        if i.is_multiple_of(2) {
                            format!("/api/s{i}")
                        } else {
                            format!("/api/d{i}/{{number}}")
                        }
                    })
                    .collect(),
            ),
            Way::Routes | Way::Service => Written::Routes(way, (0..count).map(entry).collect()),
        }
    }

    pub fn routes(self) -> Routes {
        match self {
            Written::ByHand(_) => Routes::from_entries([]),
            Written::Routes(_, entries) => Routes::from_entries(entries),
        }
    }

    /// What is measured: with all checks, where there are any.
    #[inline(never)]
    pub fn build(self) -> App {
        match self {
            Written::ByHand(paths) => {
                let add = |router: Router, (i, path): (usize, String)| {
                    if i.is_multiple_of(2) {
                        router.route(&path, get(|| async { "static" }))
                    } else {
                        router.route(
                            &path,
                            get(|Path(number): Path<i64>| async move { format!("{number} is a number") }),
                        )
                    }
                };
                App::Router(paths.into_iter().enumerate().fold(Router::new(), add))
            }
            Written::Routes(Way::Service, entries) => {
                App::Service(Routes::from_entries(entries).into_service().unwrap())
            }
            Written::Routes(_, entries) => App::Router(Routes::from_entries(entries).into_router().unwrap()),
        }
    }
}

/// As an expansion has it in a `static`.
fn entry(i: usize) -> &'static Entry {
    let line = u32::try_from(i).unwrap();
    let info = |pattern: String, segments: Vec<Segment>| {
        RouteInfo::new(
            pattern.leak(),
            segments.leak(),
            &[],
            Methods::GET,
            "many::function",
            "src/many.rs",
            line,
        )
    };
    let text = format!("{}{i}", if i.is_multiple_of(2) { "s" } else { "d" });
    let mut segments = vec![Segment::Static("api"), Segment::Static(text.clone().leak())];
    Box::leak(Box::new(if i.is_multiple_of(2) {
        Entry::new::<()>(info(format!("/api/{text}"), segments), |incoming| {
            call0::<(), _, _>(incoming, || async { "static" }, respond::<&str>)
        })
    } else {
        segments.push(Segment::Param("number"));
        Entry::new::<()>(info(format!("/api/{text}/[number]"), segments), |incoming| {
            call1::<(), PathArg<i64, 2>, _, _, _>(
                incoming,
                |number: i64| async move { format!("{number} is a number") },
                respond::<String>,
            )
        })
    }))
}

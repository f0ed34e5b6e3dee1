//! The same application three ways, and the requests that all of them answer.

pub mod by_hand;
pub mod many;
pub mod routes;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::Request;
use axum::http::{Method, Response, StatusCode, header};
use route_runtime::RouteService;
use serde::{Deserialize, Serialize};
use tower::Service;

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// axum by hand, without protections.
    Axum,
    /// axum by hand, each function in layers for the limits of bodies and answers, time and panics.
    Guarded,
    /// `Routes::into_router`, with all that is on by default and a `max_duration`.
    Routes,
    /// `Routes::into_service`, with the same.
    Service,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Case {
    /// axum's `Json`, 19 bytes.
    Hello,
    /// The same by `ApiResponse`, which has an `ETag`; by hand without one.
    HelloTagged,
    /// `/api/trivia/42`, an integer.
    Trivia,
    /// The same with a text: 400.
    TriviaRefused,
    /// Typed JSON, there and back.
    Post,
    /// Typed JSON, read and written by axum's `Json` in both.
    PostJson,
    Query,
    CatchAll,
    /// No such path: 404.
    Missing,
    /// No such method: 405.
    WrongMethod,
    /// 1 MiB, read whole.
    Mebibyte,
    /// A cookie of four.
    Cookies,
    /// A request with cookies and a query, for a function without arguments.
    Plain,
    /// For one that could ask for them, and does not.
    Unread,
    /// For one that asks for one of each.
    Read,
    /// Three pieces of a stream.
    Stream,
    Json1,
    Json10,
    Json100,
}

impl Case {
    pub const ALL: [Case; 19] = [
        Case::Hello,
        Case::HelloTagged,
        Case::Trivia,
        Case::TriviaRefused,
        Case::Post,
        Case::PostJson,
        Case::Query,
        Case::CatchAll,
        Case::Missing,
        Case::WrongMethod,
        Case::Mebibyte,
        Case::Cookies,
        Case::Plain,
        Case::Unread,
        Case::Read,
        Case::Stream,
        Case::Json1,
        Case::Json10,
        Case::Json100,
    ];

    /// The status that every way answers with.
    pub fn status(self) -> StatusCode {
        match self {
            Case::TriviaRefused => StatusCode::BAD_REQUEST,
            Case::Missing => StatusCode::NOT_FOUND,
            Case::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            _ => StatusCode::OK,
        }
    }

    pub fn request(self) -> Request {
        let (method, uri) = match self {
            Case::Hello => (Method::GET, "/api/hello"),
            Case::HelloTagged => (Method::GET, "/api/hello-tagged"),
            Case::Trivia => (Method::GET, "/api/trivia/42"),
            Case::TriviaRefused => (Method::GET, "/api/trivia/many"),
            Case::Post => (Method::POST, "/api/post"),
            Case::PostJson => (Method::POST, "/api/post-json"),
            Case::Query => (Method::GET, "/api/search?q=axum&limit=10"),
            Case::CatchAll => (Method::GET, "/api/files/a/b/c"),
            Case::Missing => (Method::GET, "/api/nothing"),
            Case::WrongMethod => (Method::DELETE, "/api/hello"),
            Case::Mebibyte => (Method::POST, "/api/upload"),
            Case::Cookies => (Method::GET, "/api/cookies"),
            Case::Plain => (Method::GET, "/api/plain?q=axum&limit=10"),
            Case::Unread => (Method::GET, "/api/unread?q=axum&limit=10"),
            Case::Read => (Method::GET, "/api/read?q=axum&limit=10"),
            Case::Stream => (Method::GET, "/api/stream"),
            Case::Json1 => (Method::GET, "/api/json/1"),
            Case::Json10 => (Method::GET, "/api/json/10"),
            Case::Json100 => (Method::GET, "/api/json/100"),
        };
        // As a browser sends them.
        let mut request = Request::builder()
            .method(method)
            .uri(uri)
            .header(header::HOST, "localhost:3000")
            .header(header::USER_AGENT, "benches/0")
            .header(header::ACCEPT, "*/*");
        if matches!(self, Case::Cookies | Case::Plain | Case::Unread | Case::Read) {
            request = request.header(header::COOKIE, "theme=dark; session=0123456789abcdef; lang=en; seen=1");
        }
        let body = match self {
            Case::Post | Case::PostJson => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Bytes::from_static(br#"{"title":"A title","body":"Some text of a post"}"#)
            }
            Case::Mebibyte => Bytes::from(vec![b'x'; 1 << 20]),
            _ => Bytes::new(),
        };
        if !body.is_empty() {
            request = request.header(header::CONTENT_LENGTH, body.len());
        }
        request.body(if body.is_empty() { Body::empty() } else { Body::from(body) }).unwrap()
    }
}

#[derive(Debug, Clone, Serialize)]
pub struct Hello {
    pub name: &'static str,
}

#[derive(Debug, Deserialize)]
pub struct Draft {
    pub title: String,
    pub body: String,
}

#[derive(Debug, Serialize)]
pub struct Post {
    pub id: u64,
    pub title: String,
    pub body: String,
}

impl From<Draft> for Post {
    fn from(Draft { title, body }: Draft) -> Self {
        Post { id: 1, title, body }
    }
}

#[derive(Debug, Clone, Serialize)]
pub struct Item {
    id: u64,
    name: &'static str,
    price: f64,
    tags: [&'static str; 2],
    available: bool,
}

/// About 1 kB of JSON for each ten.
pub fn items(tens: usize) -> Vec<Item> {
    let item = |i| Item {
        id: i,
        name: "A thing that is sold",
        price: 12.5,
        tags: ["first", "second"],
        available: true,
    };
    (0..10 * tens as u64).map(item).collect()
}

/// What no answer of JSON can be below: its value, and `serde_json` into memory of the right size.
#[derive(Debug, Clone, Copy)]
pub struct JsonAlone {
    tens: usize,
    length: usize,
}

impl JsonAlone {
    pub fn new(tens: usize) -> Self {
        let mut alone = JsonAlone { tens, length: 0 };
        alone.length = alone.json();
        alone
    }

    fn json(self) -> usize {
        let mut json = Vec::with_capacity(self.length);
        serde_json::to_writer(&mut json, &items(self.tens)).unwrap();
        std::hint::black_box(json).len()
    }

    /// As often as [`Prepared::run`] answers.
    pub fn run(self) -> usize {
        (0..REQUESTS).map(|_| self.json()).sum()
    }
}

/// An application that is ready to answer.
#[derive(Clone)]
pub enum App {
    Router(Router),
    Service(RouteService),
}

impl App {
    pub fn new(way: Way) -> Self {
        match way {
            Way::Axum => App::Router(by_hand::app()),
            Way::Guarded => App::Router(by_hand::guarded()),
            Way::Routes => App::Router(routes::all().into_router().unwrap()),
            Way::Service => App::Service(routes::all().into_service().unwrap()),
        }
    }

    /// One request, its answer read to the end; how long that was.
    pub fn answer(&mut self, request: Request) -> (StatusCode, usize) {
        match self {
            App::Router(router) => read(now(router.call(request))),
            App::Service(service) => read(now(service.call(request))),
        }
    }
}

/// The value of a future that has nothing to wait for.
fn now<T, E>(future: impl Future<Output = Result<T, E>>) -> T {
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(value)) => return value,
            Poll::Ready(Err(_)) => unreachable!("an error of a router"),
            Poll::Pending => {}
        }
    }
}

fn read(response: Response<Body>) -> (StatusCode, usize) {
    let status = response.status();
    let mut body = pin!(response.into_body());
    let mut length = 0;
    loop {
        match body.as_mut().poll_frame(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Some(Ok(frame))) => length += frame.data_ref().map_or(0, Bytes::len),
            Poll::Ready(_) => return (status, length),
            Poll::Pending => {}
        }
    }
}

/// How many requests one measurement is of.
pub const REQUESTS: usize = 50;

/// An application that has answered before, and requests for it.
pub struct Prepared {
    app: App,
    requests: Vec<Request>,
    runtime: tokio::runtime::Runtime,
}

impl Prepared {
    pub fn new(way: Way, case: Case) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let requests = (0..REQUESTS).map(|_| case.request()).collect();
        let mut prepared = Prepared { app: App::new(way), requests, runtime };
        {
            let _in_runtime = prepared.runtime.enter();
            for _ in 0..3 {
                let (status, _) = prepared.app.answer(case.request());
                assert_eq!(status, case.status(), "{way:?} {case:?}");
            }
        }
        prepared
    }

    /// What is measured. The drop of what was prepared is not.
    pub fn run(mut self) -> (Self, usize) {
        let mut length = 0;
        {
            let _in_runtime = self.runtime.enter();
            for request in self.requests.drain(..) {
                length += self.app.answer(request).1;
            }
        }
        (self, length)
    }
}

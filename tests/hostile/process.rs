//! Sends cases to the router in process, as a program that embeds it could.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, Request, Uri};
use futures_util::stream;
use tower::ServiceExt as _;

use crate::answer::{Answer, BREAKS_OFF};
use crate::cases::{Case, End, Want};
use crate::faults;
use crate::servers::{self, GOOD};

pub(crate) struct Process {
    router: Router,
    runtime: tokio::runtime::Runtime,
}

impl Process {
    pub(crate) fn new() -> Self {
        let router = servers::routes().into_router().expect("the routes fit");
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        Process { router, runtime }
    }

    pub(crate) fn ask(&self, case: &Case, want: &Want) -> Answer {
        let request = match request(case) {
            Ok(request) => request,
            Err(error) => return Answer::fault(format!("no request: {error}")),
        };
        self.runtime.block_on(async {
            let answered = self.answer(request);
            if case.end != End::Aborts {
                return answered.await;
            }
            let name = want.dropped.as_deref().unwrap_or_default();
            let before = faults::hanging(name).0;
            let runs = async {
                while faults::hanging(name).0 == before {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            };
            // Whoever embeds the router drops its future, as a server does.
            tokio::select! {
                answer = answered => answer,
                () = runs => Answer::default(),
            }
        })
    }

    async fn answer(&self, request: Request<Body>) -> Answer {
        let answered = self.router.clone().oneshot(request);
        let Ok(Ok(response)) = tokio::time::timeout(Duration::from_secs(20), answered).await else {
            return Answer::fault("nothing came in time");
        };
        let mut answer = Answer { status: response.status().as_u16(), ..Answer::default() };
        for (name, value) in response.headers() {
            let value = value.as_bytes().iter().map(|byte| char::from(*byte)).collect();
            answer.headers.push((name.to_string(), value));
        }
        match axum::body::to_bytes(response.into_body(), usize::MAX).await {
            Ok(body) => answer.body = body.to_vec(),
            Err(_) => answer.faults.push(BREAKS_OFF.to_owned()),
        }
        answer
    }

    pub(crate) fn is_alive(&self) -> Result<(), String> {
        let request = Request::get(GOOD.0).body(Body::empty()).expect("a request");
        let answer = self.runtime.block_on(self.answer(request));
        if answer.text() == GOOD.1 { Ok(()) } else { Err(format!("dead: {}", answer.told())) }
    }
}

fn request(case: &Case) -> Result<Request<Body>, String> {
    let told = |error: &dyn std::error::Error| error.to_string();
    let ask = case.ask.to_vec();
    let space = ask.iter().position(|byte| *byte == b' ').ok_or("no method")?;
    let uri = Uri::try_from(&ask[space + 1..]).map_err(|error| told(&error))?;
    let content = case.content.as_ref().or(case.json.as_ref()).map(crate::bytes::Bytes::to_vec);
    let body = match content {
        None => Body::empty(),
        Some(content) if case.chunked => {
            let pieces: Vec<_> = content
                .chunks(1000)
                .map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece)))
                .collect();
            Body::from_stream(stream::iter(pieces))
        }
        Some(content) => Body::from(content),
    };
    let method = &ask[..space];
    let mut request = Request::builder().method(method).uri(uri).body(body).map_err(|error| told(&error))?;
    if case.json.is_some() {
        request.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
    }
    for line in &case.headers {
        let line = line.to_vec();
        let colon = line.iter().position(|byte| *byte == b':').ok_or("no header")?;
        let name = HeaderName::try_from(&line[..colon]).map_err(|error| told(&error))?;
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).map_err(|error| told(&error))?;
        request.headers_mut().append(name, value);
    }
    Ok(request)
}

//! A request on its way to its handler, and the reply.

use std::fmt;
use std::future::{self, Future};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;

use crate::arguments::{Refusal, request_is_gone};
use crate::deadline::Timer;
use crate::endpoint;
use crate::error::bare;
use crate::mounted::Mounted;
use crate::needs::Needs;
use crate::response::Condition;

/// What a route is called with: a request on its way to the handler, or the question what the handler needs, which is asked
/// once, so that no request has to. By reference, because each route would have to know how to drop it.
pub struct Incoming {
    request: Option<Request>,
    route: Option<Arc<Mounted>>,
    refusal: Option<Reply>,
}

impl Incoming {
    pub(crate) fn request(request: Request, route: Arc<Mounted>) -> Self {
        Incoming { request: Some(request), route: Some(route), refusal: None }
    }

    pub(crate) fn question() -> Self {
        Incoming { request: None, route: None, refusal: None }
    }

    /// What the reply to a request has to know; none where there is no request, or one that is refused.
    pub(crate) fn begin(&mut self) -> Option<About> {
        let (request, route) = (self.request.as_mut()?, self.route.take()?);
        match endpoint::prepare(request, &route) {
            Ok(condition) => Some(About::new(route, condition)),
            Err(reply) => {
                self.refusal = Some(reply);
                None
            }
        }
    }

    /// The reply where there is nothing to begin.
    pub(crate) fn end(&mut self, needs: fn() -> Needs, answer: &str) -> Reply {
        self.refusal.take().unwrap_or_else(|| Reply::Needs(needs().and_answer(answer)))
    }

    /// The request, before anything takes it.
    pub(crate) fn as_request(&mut self) -> Result<&mut Request, Refusal> {
        self.request.as_mut().ok_or_else(request_is_gone)
    }

    /// The request itself, for who answers in the place of the handler.
    pub(crate) fn take_request(&mut self) -> Result<Request, Refusal> {
        self.request.take().ok_or_else(request_is_gone)
    }

    pub(crate) fn take(&mut self) -> Taken {
        let (parts, body) = self.request.take()?.into_parts();
        Some((Box::new(parts), body))
    }
}

/// The answer to come. A named type, because `impl Future` would make the compiler report one mistake twice.
pub enum Reply {
    /// To a request.
    Answer(BoxedAnswer),
    /// To the question.
    Needs(Needs),
}

pub(crate) type BoxedAnswer = Pin<Box<dyn Future<Output = Response> + Send>>;

impl Reply {
    /// An answer that is there.
    pub(crate) fn now(response: Response) -> Self {
        Reply::Answer(Box::pin(future::ready(response)))
    }

    /// The answer to a request.
    pub(crate) fn answer(self) -> BoxedAnswer {
        match self {
            Reply::Answer(answer) => answer,
            // What was asked is a request, so this is none of it.
            Reply::Needs(_) => Reply::now(bare(StatusCode::INTERNAL_SERVER_ERROR)).answer(),
        }
    }

    /// The answer to the question.
    pub(crate) fn needs(self) -> Needs {
        match self {
            Reply::Needs(needs) => needs,
            Reply::Answer(_) => Needs::default(),
        }
    }
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Incoming(..)")
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reply(..)")
    }
}

/// A request while arguments are made of it; nothing once one has taken it. Boxed, because futures nest, and each level
/// would hold it twice.
pub(crate) type Taken = Option<(Box<Parts>, Body)>;

/// What a reply knows of its route and its request.
pub(crate) struct About {
    route: Arc<Mounted>,
    condition: Option<Box<Condition>>,
    timer: Timer,
}

impl About {
    fn new(route: Arc<Mounted>, condition: Option<Box<Condition>>) -> Self {
        let timer = Timer::new(route.max_duration);
        About { route, condition, timer }
    }

    pub(crate) fn route(&self) -> Arc<Mounted> {
        Arc::clone(&self.route)
    }

    pub(crate) fn extracted<A>(
        &self,
        values: Pin<&mut (dyn Future<Output = Result<A, Refusal>> + Send + '_)>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<A, Refusal>> {
        values.poll(cx).map_err(|refusal| Box::new(self.route.rendered(*refusal)))
    }

    pub(crate) fn handled<T>(
        &mut self,
        output: Pin<&mut (dyn Future<Output = T> + Send + '_)>,
        respond: fn(T) -> Response,
        cx: &mut Context<'_>,
    ) -> Poll<Response> {
        let mut response = match ready!(self.timer.within(output, cx)) {
            Some(output) => {
                let mut response = respond(output);
                endpoint::finish(&self.route, self.condition.take(), &mut response);
                response
            }
            None => endpoint::timed_out(&self.route),
        };
        self.route.render(&mut response);
        Poll::Ready(response)
    }
}

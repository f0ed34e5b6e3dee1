//! The future of a route: its arguments, then its handler.
//!
//! Written by hand, because all of it that names the handler is compiled for each route: an `async` block would be some hundred
//! lines of the compiler's each time. What is behind a `dyn` here is compiled once for a type of value or of answer.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::response::Response;
use pin_project_lite::pin_project;

use crate::arguments::{Refusal, request_is_gone};
use crate::deadline::Timer;
use crate::endpoint::{self, Mounted};
use crate::response::Condition;

pin_project! {
    /// `V` of the arguments, `handler` of them, and a response of what that returns.
    pub(crate) struct Running<V, F, Fut, T> {
        #[pin]
        step: Step<V, Fut>,
        handler: Option<F>,
        respond: fn(T) -> Response,
        about: About,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<V, Fut> {
        Extracting { #[pin] values: V },
        Handling { #[pin] output: Fut },
        Done,
    }
}

impl<V, F, Fut, T> Running<V, F, Fut, T> {
    pub(crate) fn new(values: V, handler: F, respond: fn(T) -> Response, about: About) -> Self {
        Running { step: Step::Extracting { values }, handler: Some(handler), respond, about }
    }
}

impl<V, A, F, Fut, T> Future for Running<V, F, Fut, T>
where
    V: Future<Output = Result<A, Refusal>> + Send,
    F: FnOnce(A) -> Fut,
    Fut: Future<Output = T> + Send,
{
    type Output = Response;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Response> {
        let mut this = self.project();
        if let StepProjection::Extracting { values } = this.step.as_mut().project() {
            let values = match ready!(this.about.extracted(values, cx)) {
                Ok(values) => values,
                Err(refusal) => return Poll::Ready(*refusal),
            };
            let Some(handler) = this.handler.take() else { return Poll::Ready(*request_is_gone()) };
            this.step.set(Step::Handling { output: handler(values) });
        }
        let StepProjection::Handling { output } = this.step.as_mut().project() else { return Poll::Pending };
        let response = ready!(this.about.handled(output, *this.respond, cx));
        // Here, under the guards: what is left of a handler that was late may panic while it is dropped.
        this.step.set(Step::Done);
        Poll::Ready(response)
    }
}

/// What a reply knows of its route and its request.
pub(crate) struct About {
    route: Arc<Mounted>,
    condition: Option<Box<Condition>>,
    timer: Timer,
}

impl About {
    pub(crate) fn new(route: Arc<Mounted>, condition: Option<Box<Condition>>) -> Self {
        let timer = Timer::new(route.max_duration);
        About { route, condition, timer }
    }

    pub(crate) fn route(&self) -> Arc<Mounted> {
        Arc::clone(&self.route)
    }

    fn extracted<A>(
        &self,
        values: Pin<&mut (dyn Future<Output = Result<A, Refusal>> + Send + '_)>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<A, Refusal>> {
        values.poll(cx).map_err(|refusal| Box::new(self.route.rendered(*refusal)))
    }

    fn handled<T>(
        &mut self,
        output: Pin<&mut (dyn Future<Output = T> + Send + '_)>,
        respond: fn(T) -> Response,
        cx: &mut Context<'_>,
    ) -> Poll<Response> {
        let response = match ready!(self.timer.within(output, cx)) {
            Some(output) => endpoint::answer(&self.route, self.condition.take(), respond(output)),
            None => endpoint::timed_out(&self.route),
        };
        Poll::Ready(self.route.rendered(response))
    }
}

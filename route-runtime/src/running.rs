//! The future of a route: its arguments, then its handler.
//!
//! Written by hand, because all of it that names the handler is compiled for each route: an `async` block would be some hundred
//! lines of the compiler's each time. What is behind a `dyn` here is compiled once for a type of value or of answer.

use std::any::type_name;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::response::Response;
use pin_project_lite::pin_project;

use crate::arguments::Refusal;
use crate::incoming::{About, Incoming, Reply};
use crate::mounted::Mounted;
use crate::needs::Needs;

pin_project! {
    /// `V` of the arguments, `handler` of them, and a response of what that returns.
    pub(crate) struct Running<E, F, Fut, T> {
        #[pin]
        step: Step<E, Fut>,
        handler: F,
        respond: fn(T) -> Response,
        about: About,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<E, Fut> {
        Extracting { #[pin] values: E },
        Handling { #[pin] output: Fut },
        Done,
    }
}

impl<E, V, F, T> Future for Running<E, F, F::Future, T>
where
    E: Future<Output = Result<V, Refusal>> + Send,
    F: Handler<V>,
    F::Future: Future<Output = T>,
{
    type Output = Response;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Response> {
        F::poll(self, cx)
    }
}

/// The arguments of a handler, as a tuple of [`Argument`]s.
pub(crate) trait Arguments<S> {
    /// What the handler is called with.
    type Values: Send;
    /// What they are made of.
    type Taken: Send + 'static;

    /// What they need together.
    fn needs() -> Needs;

    /// What they need of a request.
    fn take(incoming: &mut Incoming) -> Self::Taken;

    /// All values, or the answer that refuses the request: what reads the body comes last.
    fn extract(
        taken: Self::Taken,
        route: Arc<Mounted>,
    ) -> impl Future<Output = Result<Self::Values, Refusal>> + Send + 'static;
}

/// A function with its arguments in a tuple.
///
/// What is compiled for each route is a method that is provided here: a compiler keeps it with the function that it is
/// compiled for. Anything else would be with all others of its kind, and compiled again whenever one function changes.
pub(crate) trait Handler<V>: Copy + Send + 'static {
    type Future: Future + Send + 'static;

    fn call(self, values: V) -> Self::Future;

    /// Extracts the arguments `A`, calls the function, and makes a response of what it returns.
    fn run<S, A>(
        self,
        incoming: &mut Incoming,
        respond: fn(<Self::Future as Future>::Output) -> Response,
    ) -> Reply
    where
        S: Send + Sync + 'static,
        A: Arguments<S, Values = V>,
    {
        let Some(about) = incoming.begin() else {
            return incoming.end(A::needs, type_name::<<Self::Future as Future>::Output>());
        };
        let step = Step::Extracting { values: A::extract(A::take(incoming), about.route()) };
        Reply::Answer(Box::pin(Running { step, handler: self, respond, about }))
    }

    fn poll<E, T>(
        running: Pin<&mut Running<E, Self, Self::Future, T>>,
        cx: &mut Context<'_>,
    ) -> Poll<Response>
    where
        E: Future<Output = Result<V, Refusal>> + Send,
        Self::Future: Future<Output = T>,
    {
        let mut this = running.project();
        if let StepProjection::Extracting { values } = this.step.as_mut().project() {
            let values = match ready!(this.about.extracted(values, cx)) {
                Ok(values) => values,
                Err(refusal) => return Poll::Ready(*refusal),
            };
            this.step.set(Step::Handling { output: this.handler.call(values) });
        }
        let StepProjection::Handling { output } = this.step.as_mut().project() else { return Poll::Pending };
        let response = ready!(this.about.handled(output, *this.respond, cx));
        // Here, under the guards: what is left of a handler that was late may panic while it is dropped.
        this.step.set(Step::Done);
        Poll::Ready(response)
    }
}

//! The one generic call of a route: arguments out of the request, the handler, its answer.
//!
//! Every generic line here is compiled once per route, so what does not need the types is a call to
//! [`endpoint`](crate::endpoint) or [`text`](crate::text).

use std::any::{Any, TypeId, type_name};
use std::future::{Future, ready};
use std::marker::PhantomData;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use crate::arguments::{self, Refusal};
use crate::incoming::{Incoming, Reply, Taken};
use crate::mounted::Mounted;
use crate::needs::Needs;
use crate::request::ApiRequest;
use crate::running::{Arguments, Handler};

/// The response that a handler's output is.
pub fn respond<T: Answer>(output: T) -> Response {
    output.answer()
}

/// What a handler can return: an axum response.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no answer of a handler",
    label = "this type must implement `IntoResponse`",
    note = "write `ApiResponse<…>` or `axum::Json<…>` for JSON, `String` for text, and `Result<…, ApiError>` where it may fail",
    note = "both types of a `Result` must be responses"
)]
pub trait Answer {
    /// The response.
    fn answer(self) -> Response;
}

#[diagnostic::do_not_recommend]
impl<T: IntoResponse> Answer for T {
    fn answer(self) -> Response {
        self.into_response()
    }
}

/// Of a handler without arguments, to which a request is nothing.
impl<S> Arguments<S> for () {
    type Values = ();
    type Taken = ();

    fn needs() -> Needs {
        Needs::default()
    }

    fn take(_: &mut Incoming) {}

    fn extract((): (), _: Arc<Mounted>) -> impl Future<Output = Result<(), Refusal>> + Send + 'static {
        ready(Ok(()))
    }
}

/// One argument of a handler: a marker of where its value comes from.
pub trait Argument<S>: 'static {
    /// What the handler gets.
    type Value: Send + 'static;
    /// What is known before the body is read.
    type Early: Send;
    /// What it needs: nothing but its text, where it says no more.
    fn needs() -> Needs {
        Needs::default()
    }

    /// How many arguments it is that want the request as it is, without the body.
    fn is_request() -> usize {
        0
    }

    /// The step before the body is read. `last`: nothing else needs the request, so that it can be moved in the late step
    /// rather than cloned here.
    fn early(
        parts: &mut Parts,
        route: &Mounted,
        state: &S,
        last: bool,
    ) -> impl Future<Output = Result<Self::Early, Refusal>> + Send;

    /// The step that may read the body.
    fn late(
        early: Self::Early,
        request: &mut Taken,
        route: &Mounted,
        state: &S,
    ) -> impl Future<Output = Result<Self::Value, Refusal>> + Send;
}

/// For each number of arguments the call that an expansion makes, over the tuple that [`Handler`] is generic over.
///
/// Every argument is a type parameter of its own, and so is its value: the compiler then blames the one argument that
/// does not fit, and the expansion has given that one the span of the user's type.
macro_rules! call {
    ($call:ident: $($argument:ident $type:ident $value:ident $index:tt)*) => {
        #[doc = concat!("The call of a handler with the arguments `(", $(stringify!($argument), ",",)* ")`.")]
        #[allow(clippy::too_many_arguments, reason = "one for each argument of the handler")]
        pub fn $call<S, $($argument, $type,)* F, Fut>(
            incoming: &mut Incoming,
            handler: F,
            respond: fn(Fut::Output) -> Response,
        ) -> Reply
        where
            S: Send + Sync + 'static,
            $($argument: Argument<S, Value = $type>,)*
            F: FnOnce($($type),*) -> Fut + Copy + Send + 'static,
            Fut: Future + Send + 'static,
        {
            Handler::run::<S, ($($argument,)*)>(handler, incoming, respond)
        }

        impl<$($type,)* F, Fut> Handler<($($type,)*)> for F
        where
            F: FnOnce($($type),*) -> Fut + Copy + Send + 'static,
            Fut: Future + Send + 'static,
        {
            type Future = Fut;

            fn call(self, ($($value,)*): ($($type,)*)) -> Fut {
                self($($value),*)
            }
        }
    };
}

/// The extraction for each number of arguments but none.
macro_rules! arguments {
    ($call:ident: $($argument:ident $type:ident $value:ident $index:tt)*) => {
        call!($call: $($argument $type $value $index)*);

        impl<S: Send + Sync + 'static, $($argument: Argument<S>),*> Arguments<S> for ($($argument,)*) {
            type Values = ($($argument::Value,)*);
            type Taken = Taken;

            fn take(incoming: &mut Incoming) -> Taken {
                incoming.take()
            }

            fn needs() -> Needs {
                Needs::default()$(.and($argument::needs()))*
            }

            async fn extract(mut taken: Taken, route: Arc<Mounted>) -> Result<Self::Values, Refusal> {
                let (request, route) = (&mut taken, &*route);
                let state = route.state::<S>()?;
                let last = route.needs.reader.is_none() && 0_usize $(+ $argument::is_request())* == 1;
                let Some((parts, _)) = request else { return Err(arguments::request_is_gone()) };
                $(let $value = $argument::early(parts, route, state, last).await?;)*
                $(let $value = $argument::late($value, request, route, state).await?;)*
                $(route.validate($index, &$value)?;)*
                Ok(($($value,)*))
            }
        }
    };
}

call!(call0:);
arguments!(call1: A AV a 0);
arguments!(call2: A AV a 0 B BV b 1);
arguments!(call3: A AV a 0 B BV b 1 C CV c 2);
arguments!(call4: A AV a 0 B BV b 1 C CV c 2 D DV d 3);
arguments!(call5: A AV a 0 B BV b 1 C CV c 2 D DV d 3 E EV e 4);
arguments!(call6: A AV a 0 B BV b 1 C CV c 2 D DV d 3 E EV e 4 G GV g 5);
arguments!(call7: A AV a 0 B BV b 1 C CV c 2 D DV d 3 E EV e 4 G GV g 5 H HV h 6);
arguments!(call8: A AV a 0 B BV b 1 C CV c 2 D DV d 3 E EV e 4 G GV g 5 H HV h 6 I IV i 7);
arguments!(call9: A AV a 0 B BV b 1 C CV c 2 D DV d 3 E EV e 4 G GV g 5 H HV h 6 I IV i 7 J JV j 8);
arguments!(call10: A AV a 0 B BV b 1 C CV c 2 D DV d 3 E EV e 4 G GV g 5 H HV h 6 I IV i 7 J JV j 8 K KV k 9);
arguments!(call11: A AV a 0 B BV b 1 C CV c 2 D DV d 3 E EV e 4 G GV g 5 H HV h 6 I IV i 7 J JV j 8 K KV k 9 L LV l 10);
arguments!(call12: A AV a 0 B BV b 1 C CV c 2 D DV d 3 E EV e 4 G GV g 5 H HV h 6 I IV i 7 J JV j 8 K KV k 9 L LV l 10 M MV m 11);
arguments!(call13: A AV a 0 B BV b 1 C CV c 2 D DV d 3 E EV e 4 G GV g 5 H HV h 6 I IV i 7 J JV j 8 K KV k 9 L LV l 10 M MV m 11 N NV n 12);
arguments!(call14: A AV a 0 B BV b 1 C CV c 2 D DV d 3 E EV e 4 G GV g 5 H HV h 6 I IV i 7 J JV j 8 K KV k 9 L LV l 10 M MV m 11 N NV n 12 O OV o 13);
arguments!(call15: A AV a 0 B BV b 1 C CV c 2 D DV d 3 E EV e 4 G GV g 5 H HV h 6 I IV i 7 J JV j 8 K KV k 9 L LV l 10 M MV m 11 N NV n 12 O OV o 13 P PV p 14);
arguments!(call16: A AV a 0 B BV b 1 C CV c 2 D DV d 3 E EV e 4 G GV g 5 H HV h 6 I IV i 7 J JV j 8 K KV k 9 L LV l 10 M MV m 11 N NV n 12 O OV o 13 P PV p 14 Q QV q 15);

/// The typed value of the path segment with index `I`.
#[derive(Debug)]
pub struct PathArg<T, const I: usize>(PhantomData<T>);

/// The typed value of the query parameter with index `I`.
#[derive(Debug)]
pub struct QueryArg<T, const I: usize>(PhantomData<T>);

/// An axum extractor; `BODY` tells which of the two traits it has.
#[derive(Debug)]
pub struct Extractor<T, const BODY: bool>(PhantomData<T>);

impl<S: Sync, T: TextValue, const I: usize> Argument<S> for PathArg<T, I> {
    type Value = T;
    type Early = T;

    async fn early(parts: &mut Parts, route: &Mounted, _: &S, _: bool) -> Result<T, Refusal> {
        arguments::segment(parts, route, I)
    }

    async fn late(early: T, _: &mut Taken, _: &Mounted, _: &S) -> Result<T, Refusal> {
        Ok(early)
    }
}

impl<S: Sync, T: TextValue, const I: usize> Argument<S> for QueryArg<T, I> {
    type Value = T;
    type Early = T;

    async fn early(parts: &mut Parts, route: &Mounted, _: &S, _: bool) -> Result<T, Refusal> {
        arguments::query(parts, route, I)
    }

    async fn late(early: T, _: &mut Taken, _: &Mounted, _: &S) -> Result<T, Refusal> {
        Ok(early)
    }
}

impl<S: Sync, T: PartsExtractor<S>> Argument<S> for Extractor<T, false> {
    type Value = T;
    /// Nothing yet for the request itself, where it can be moved.
    type Early = Option<T>;

    fn needs() -> Needs {
        Needs::of(type_name::<T>(), false)
    }

    fn is_request() -> usize {
        usize::from(TypeId::of::<T>() == TypeId::of::<ApiRequest>())
    }

    async fn early(parts: &mut Parts, _: &Mounted, state: &S, last: bool) -> Result<Option<T>, Refusal> {
        if last && Self::is_request() == 1 {
            return Ok(None);
        }
        T::from_parts(parts, state).await.map(Some)
    }

    async fn late(early: Option<T>, request: &mut Taken, _: &Mounted, _: &S) -> Result<T, Refusal> {
        match early {
            Some(value) => Ok(value),
            None => arguments::whole_request(request),
        }
    }
}

impl<S: Sync, T: ArgumentType<S>> Argument<S> for Extractor<T, true> {
    type Value = T;
    type Early = ();

    fn needs() -> Needs {
        Needs::of(type_name::<T>(), true)
    }

    async fn early(_: &mut Parts, _: &Mounted, _: &S, _: bool) -> Result<(), Refusal> {
        Ok(())
    }

    async fn late((): (), request: &mut Taken, _: &Mounted, state: &S) -> Result<T, Refusal> {
        // Only one argument reads the body; the macro sees to it while compiling.
        match request.take() {
            Some((parts, body)) => T::from_whole(parts, body, state).await,
            None => Err(arguments::request_is_gone()),
        }
    }
}

/// A type that path or query text can fill.
#[diagnostic::on_unimplemented(
    message = "no text of a path or a query can become a `{Self}`",
    label = "this type must implement `serde::Deserialize` and be `Send + 'static`",
    note = "derive it: `#[derive(serde::Deserialize)]`; or give the argument another name, if it is an extractor"
)]
pub trait TextValue: DeserializeOwned + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + Send + 'static> TextValue for T {}

/// An extractor that does not read the body.
pub trait PartsExtractor<S>: Send + Sized + 'static {
    /// The value, or the answer that refuses the request.
    fn from_parts(parts: &mut Parts, state: &S) -> impl Future<Output = Result<Self, Refusal>> + Send;
}

#[diagnostic::do_not_recommend]
impl<S: Send + Sync, T: FromRequestParts<S> + Send + 'static> PartsExtractor<S> for T {
    async fn from_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        T::from_request_parts(parts, state).await.map_err(arguments::refusal::<T, T::Rejection>)
    }
}

/// What an argument can be when nothing in the path has its name: an axum extractor.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no argument of a handler",
    label = "neither a `[segment]` or `?query` name of the path nor an axum extractor for the state `{S}`",
    note = "for a part of the path, call the argument as the `[segment]`; for a query parameter, add `?name` to the path",
    note = "for a body write `ApiRequest<…>` or `axum::Json<…>` of a type that implements `serde::Deserialize`; for an extractor of your own implement `FromRequestParts`, and `OptionalFromRequestParts` for an `Option` of it",
    note = "an extractor that needs a state is told which by `State<…>` among the arguments, or by `state = AppState`"
)]
pub trait ArgumentType<S>: Send + Sized + 'static {
    /// The value, or the answer that refuses the request.
    fn from_whole(
        parts: Box<Parts>,
        body: Body,
        state: &S,
    ) -> impl Future<Output = Result<Self, Refusal>> + Send;
}

#[diagnostic::do_not_recommend]
impl<S: Send + Sync, T: FromRequest<S> + Send + 'static> ArgumentType<S> for T {
    async fn from_whole(parts: Box<Parts>, body: Body, state: &S) -> Result<Self, Refusal> {
        T::from_request(Request::from_parts(*parts, body), state)
            .await
            .map_err(arguments::refusal::<T, T::Rejection>)
    }
}

impl Mounted {
    /// Called by the extraction with the value of each argument; see [`crate::entry::Validator`].
    fn validate(&self, index: usize, value: &dyn Any) -> Result<(), Refusal> {
        match self.entry.validators.get(index) {
            Some(Some(validator)) => arguments::valid(self.info(), validator, value),
            _ => Ok(()),
        }
    }
}

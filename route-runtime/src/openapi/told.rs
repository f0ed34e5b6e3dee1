//! The questions to the types of a route: constants of an expansion, where alone they are concrete.
//!
//! An inherent constant, which has a bound, wins over one of a trait, which has none: so a type without a schema is no
//! compile error, and an alias is seen through.

use std::any::{TypeId, type_name};
use std::borrow::Cow;
use std::marker::PhantomData;

use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, NestedPath, OriginalUri, Path, Query, RawForm, RawQuery, Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::{Html, NoContent, Redirect};
use axum::{Extension, Form, Json, http};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::describe::Describe;
use super::facts::{Answered, Content, Describes, Fails, Reads, SchemaFn, Status, What};
use crate::error::ApiError;
use crate::request::{ApiRequest, BodyKind, RequestBody, Unread};
use crate::response::ApiResponse;
use crate::text;

/// The questions to a type.
#[derive(Debug)]
pub struct Told<T: ?Sized>(PhantomData<T>);

pub(super) fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

impl<T: JsonSchema> Told<T> {
    /// The schema of the type itself.
    pub const __RT_SCHEMA: Option<SchemaFn> = Some(schema::<T>);
}

impl<T: Source> Told<T> {
    /// What the type reads of a request.
    pub const __RT_READS: Option<fn() -> Reads> = Some(T::reads);
}

impl<T: Tells> Told<T> {
    /// What an answer of the type is.
    pub const __RT_TELLS: Option<fn() -> Answered> = Some(T::tells);
}

impl<T, E: 'static> Told<Result<T, E>> {
    /// What the error is.
    pub const __RT_FAILS: fn() -> Fails = || {
        if TypeId::of::<E>() == TypeId::of::<ApiError>() { Fails::ByApiError } else { Fails::Otherwise }
    };
}

impl<T: Describe> Told<T> {
    /// What the type says.
    pub const __RT_DESCRIBES: Option<Describes> = Some(Describes { say: T::describe, optional: false });
}

impl<T: Describe> Told<Option<T>> {
    /// What the type in it says.
    pub const __RT_INSIDE_DESCRIBES: Option<Describes> = Some(Describes { say: T::describe, optional: true });
}

impl<T: Describe, E> Told<Result<T, E>> {
    /// What the type of success says.
    pub const __RT_INSIDE_DESCRIBES: Option<Describes> = Some(Describes { say: T::describe, optional: true });
}

impl<T, E: Describe> Told<Result<T, E>> {
    /// What the type of failure says.
    pub const __RT_FAILURE_DESCRIBES: Option<Describes> =
        Some(Describes { say: E::describe, optional: false });
}

/// The other answers. Their names are odd, so that no trait of a user's has the same.
pub trait ToldNothing {
    /// It has no schema.
    const __RT_SCHEMA: Option<SchemaFn> = None;
    /// It is no wrapper of a type with a schema.
    const __RT_INNER: Option<SchemaFn> = None;
    /// Nobody knows.
    const __RT_READS: Option<fn() -> Reads> = None;
    /// Nobody knows.
    const __RT_TELLS: Option<fn() -> Answered> = None;
    /// It says nothing.
    const __RT_DESCRIBES: Option<Describes> = None;
    /// Nor does what is in it.
    const __RT_INSIDE_DESCRIBES: Option<Describes> = None;
    /// Nor does its error.
    const __RT_FAILURE_DESCRIBES: Option<Describes> = None;
    /// It is no `Result`.
    const __RT_FAILS: fn() -> Fails = || Fails::Never;
}

impl<T: ?Sized> ToldNothing for Told<T> {}

macro_rules! inner {
    ($($wrapped:ty),* $(,)?) => {$(
        impl<T: JsonSchema> Told<$wrapped> {
            /// The schema of what is wrapped.
            pub const __RT_INNER: Option<SchemaFn> = Some(schema::<T>);
        }
    )*};
    (answers: $($wrapped:ty),* $(,)?) => {$(
        impl<T: JsonSchema, E> Told<Result<$wrapped, E>> {
            /// The schema of what is wrapped.
            pub const __RT_INNER: Option<SchemaFn> = Some(schema::<T>);
        }
    )*};
}

inner! {
    Json<T>, Form<T>, Query<T>, Path<T>, ApiRequest<T>,
    Option<Json<T>>, Option<Query<T>>, Option<Path<T>>, Option<Form<T>>,
    ApiResponse<T>, (StatusCode, Json<T>), (StatusCode, ApiResponse<T>),
}

inner! {
    answers: Json<T>, ApiResponse<T>, (StatusCode, Json<T>), (StatusCode, ApiResponse<T>), Query<T>, Form<T>,
    Path<T>, ApiRequest<T>,
}

/// An extractor whose part of a request is known.
pub trait Source {
    /// What it reads.
    fn reads() -> Reads;
}

impl Reads {
    const fn of(what: What) -> Self {
        Reads { what, optional: false }
    }
}

macro_rules! sources {
    ($($ty:ty $([$t:ident])?: $what:ident;)*) => {$(
        impl$(<$t>)? Source for $ty {
            fn reads() -> Reads {
                Reads::of(What::$what)
            }
        }
    )*};
}

sources! {
    Json<T> [T]: Json;
    Form<T> [T]: Form;
    Query<T> [T]: Query;
    Path<T> [T]: Path;
    RawForm: Form;
    String: Text;
    Bytes: Bytes;
    Body: Bytes;
    Request: Bytes;
    ApiRequest<Unread>: Nothing;
    ApiResponse<T> [T]: Nothing;
    State<T> [T]: Nothing;
    Extension<T> [T]: Nothing;
    http::HeaderMap: Nothing;
    http::Method: Nothing;
    http::Version: Nothing;
    http::Extensions: Nothing;
    http::request::Parts: Nothing;
    Uri: Nothing;
    OriginalUri: Nothing;
    MatchedPath: Nothing;
    NestedPath: Nothing;
    RawQuery: Nothing;
}

impl<T: RequestBody> Source for ApiRequest<T> {
    fn reads() -> Reads {
        match T::kind() {
            BodyKind::Raw => Reads::of(What::Bytes),
            BodyKind::Typed { text, optional } => Reads { what: What::Typed { text }, optional },
        }
    }
}

impl<T: Source> Source for Option<T> {
    fn reads() -> Reads {
        Reads { optional: true, ..T::reads() }
    }
}

impl<T: Source, E> Source for Result<T, E> {
    fn reads() -> Reads {
        Reads { optional: true, ..T::reads() }
    }
}

/// A type whose answer is known.
pub trait Tells {
    /// What is answered.
    fn tells() -> Answered;
}

macro_rules! answers {
    ($($ty:ty $([$t:ident])?: $status:expr, $content:expr;)*) => {$(
        impl$(<$t>)? Tells for $ty {
            fn tells() -> Answered {
                Answered { status: $status, content: $content, revalidates: false }
            }
        }
    )*};
}

const OK: Status = Status::Is(200);
const TEXT: Content = Content::Media("text/plain");
const BYTES: Content = Content::Media("application/octet-stream");

answers! {
    Json<T> [T]: OK, Content::Json;
    Html<T> [T]: OK, Content::Media("text/html");
    String: OK, TEXT;
    &'static str: OK, TEXT;
    Cow<'static, str>: OK, TEXT;
    Bytes: OK, BYTES;
    Vec<u8>: OK, BYTES;
    &'static [u8]: OK, BYTES;
    (): OK, Content::Empty;
    NoContent: Status::Is(204), Content::Empty;
    Redirect: Status::Range(3), Content::Empty;
    StatusCode: Status::Unknown, Content::Empty;
}

impl<T: 'static> Tells for ApiResponse<T> {
    fn tells() -> Answered {
        // What it has without a parameter says nothing of what is sent.
        let content = match TypeId::of::<T>() {
            id if id == TypeId::of::<Value>() => Content::Unknown,
            id if id == TypeId::of::<()>() => Content::Empty,
            id if id == TypeId::of::<String>() => Content::JsonOrText,
            _ => Content::Json,
        };
        Answered { status: Status::Range(2), content, revalidates: true }
    }
}

impl<T: Tells> Tells for (StatusCode, T) {
    fn tells() -> Answered {
        Answered { status: Status::Unknown, ..T::tells() }
    }
}

impl<T: Tells, E> Tells for Result<T, E> {
    fn tells() -> Answered {
        T::tells()
    }
}

/// Whether a query parameter of the type may be absent.
pub fn may_be_absent<T: DeserializeOwned>() -> bool {
    text::from_values::<T>(&[]).is_ok()
}

/// How a type is called.
pub fn name_of<T: ?Sized>() -> &'static str {
    type_name::<T>()
}

/// Makes an [`Entry`](crate::entry::Entry) that knows what its types tell.
#[doc(hidden)]
#[macro_export]
macro_rules! __documented {
    ($entry:expr; [$($role:ident $index:literal $ty:tt,)*] $answer:tt) => {{
        use $crate::__private::ToldNothing as _;
        // Not unused where there is no argument.
        let _ = $crate::__private::Told::<str>::__RT_SCHEMA;
        $entry.facts(&$crate::__private::Facts {
            arguments: &[$($crate::__argument_fact!($role $index $ty)),*],
            answer: $crate::__answer_fact!($answer),
        })
    }};
}

/// One argument of [`__documented`].
#[doc(hidden)]
#[macro_export]
macro_rules! __argument_fact {
    (segment $index:literal ($ty:ty)) => {
        $crate::__argument_fact!(bound Segment($index), ::core::option::Option::None, $ty)
    };
    (query $index:literal ($ty:ty)) => {
        $crate::__argument_fact!(
            bound Query($index),
            ::core::option::Option::Some($crate::__private::may_be_absent::<$ty>),
            $ty
        )
    };
    (bound $place:ident($index:literal), $may_be_absent:expr, $ty:ty) => {
        $crate::__private::ArgumentFact {
            place: $crate::__private::Place::$place($index),
            may_be_absent: $may_be_absent,
            schema: $crate::__private::Told::<$ty>::__RT_SCHEMA,
            reads: ::core::option::Option::None,
            describes: ::core::option::Option::None,
            name: $crate::__private::name_of::<$ty>,
        }
    };
    (extractor $index:literal ($ty:ty)) => {
        $crate::__private::ArgumentFact {
            place: $crate::__private::Place::Extractor,
            may_be_absent: ::core::option::Option::None,
            schema: $crate::__private::Told::<$ty>::__RT_INNER,
            reads: $crate::__private::Told::<$ty>::__RT_READS,
            describes: $crate::__private::Describes::first(
                $crate::__private::Told::<$ty>::__RT_DESCRIBES,
                $crate::__private::Told::<$ty>::__RT_INSIDE_DESCRIBES,
            ),
            name: $crate::__private::name_of::<$ty>,
        }
    };
}

/// The return type of [`__documented`].
#[doc(hidden)]
#[macro_export]
macro_rules! __answer_fact {
    ((_)) => {
        $crate::__private::AnswerFact::UNKNOWN
    };
    (($ty:ty)) => {
        $crate::__private::AnswerFact {
            schema: $crate::__private::Told::<$ty>::__RT_INNER,
            tells: $crate::__private::Told::<$ty>::__RT_TELLS,
            fails: $crate::__private::Told::<$ty>::__RT_FAILS,
            describes: $crate::__private::Describes::first(
                $crate::__private::Told::<$ty>::__RT_DESCRIBES,
                $crate::__private::Told::<$ty>::__RT_INSIDE_DESCRIBES,
            ),
            describes_failure: $crate::__private::Told::<$ty>::__RT_FAILURE_DESCRIBES,
            name: $crate::__private::name_of::<$ty>,
        }
    };
}

//! A typed body: read whole, by its media type.

use std::fmt;
use std::future::Future;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use http_body_util::BodyExt as _;
use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeOwned, Deserializer, IntoDeserializer as _, Visitor};
use serde::forward_to_deserialize_any;

use super::form;
use super::json::{self, JsonError};
use super::media::{Media, media};
use super::mismatch::Mismatch;
use super::raw::{BodyError, RawBody};
use crate::arguments::{Refusal, bad_value};
use crate::error::{ApiError, bare, problem, reason};
use crate::log;
use crate::text::TextError;

/// What [`ApiRequest<T>`](crate::ApiRequest) can hold: a type that implements `serde::Deserialize`, an `Option` of one, or
/// [`RawBody`].
///
/// ```
/// use route_runtime::{ApiRequest, RequestBody};
///
/// fn length<T: RequestBody + AsRef<[u8]>>(req: &ApiRequest<T>) -> usize {
///     req.body().as_ref().len()
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no body of a request",
    label = "this type must implement `serde::Deserialize` and be `Send + 'static`",
    note = "derive it: `#[derive(serde::Deserialize)]`; for the unread body write `ApiRequest<RawBody>`, for files axum's `Multipart`"
)]
pub trait RequestBody: Sized + Send + 'static {
    /// The body, or the answer that refuses the request.
    #[doc(hidden)]
    fn read(parts: &Parts, body: Body) -> impl Future<Output = Result<Self, Refusal>> + Send;

    /// What a document says of it.
    #[doc(hidden)]
    #[cfg(feature = "openapi")]
    fn kind() -> BodyKind;
}

/// What kind of body a type is.
#[doc(hidden)]
#[cfg(feature = "openapi")]
#[derive(Debug, Clone, Copy)]
pub enum BodyKind {
    /// Any bytes.
    Raw,
    /// By its content type, of which `text/plain` may be one; it may be absent.
    Typed { text: bool, optional: bool },
}

impl RequestBody for RawBody {
    #[cfg(feature = "openapi")]
    fn kind() -> BodyKind {
        BodyKind::Raw
    }

    async fn read(_: &Parts, body: Body) -> Result<Self, Refusal> {
        Ok(RawBody::new(body))
    }
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + Send + 'static> RequestBody for T {
    #[cfg(feature = "openapi")]
    fn kind() -> BodyKind {
        BodyKind::Typed { text: takes_text::<T>(), optional: T::deserialize(Absent).is_ok() }
    }

    async fn read(parts: &Parts, body: Body) -> Result<Self, Refusal> {
        let Some((media, bytes)) = content(parts, body, takes_text::<T>).await? else {
            return absent(parts);
        };
        match media {
            Media::Json => json::from_slice(&bytes).map_err(no_json),
            Media::Form => form::from_str(text(&bytes)?).map_err(no_form),
            Media::Text => {
                T::deserialize(Text(Some(text(&bytes)?))).map_err(|kind| kind.mismatch().refusal())
            }
        }
    }
}

/// The content of a body, and what it is; none where there is nothing.
async fn content(
    parts: &Parts,
    mut body: Body,
    takes_text: fn() -> bool,
) -> Result<Option<(Media, Bytes)>, Refusal> {
    if body.is_end_stream() {
        return Ok(None);
    }
    let media = match media(&parts.headers, takes_text()) {
        Ok(media) => media,
        // Who sends nothing has nothing to say about it, and some senders only tell by ending the body.
        Err(_) if !parts.headers.contains_key(header::CONTENT_TYPE) && is_empty(&mut body).await => {
            return Ok(None);
        }
        Err(refusal) => return Err(refusal),
    };
    let mut bytes = collect(body).await?;
    // RFC 8259, 8.1 and the encoding standard: a mark at the start is no part of the text.
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        bytes = bytes.slice(3..);
    }
    Ok(Some((media, bytes)).filter(|(_, bytes)| !bytes.is_empty()))
}

/// Whether a type can be read from one text.
fn takes_text<T: DeserializeOwned>() -> bool {
    T::deserialize(Text(None)).is_err_and(|kind| kind.is_text)
}

/// Whether a body of unknown size ends before it has begun.
async fn is_empty(body: &mut Body) -> bool {
    body.size_hint().exact().is_none() && body.frame().await.is_none()
}

async fn collect(mut body: Body) -> Result<Bytes, Refusal> {
    let first = next(&mut body).await?.unwrap_or_default();
    // Most bodies come in one piece, which then is the whole.
    if body.is_end_stream() {
        return Ok(first);
    }
    let mut whole = Vec::from(first);
    while let Some(piece) = next(&mut body).await? {
        whole.extend_from_slice(&piece);
    }
    Ok(whole.into())
}

/// The next piece of a body; an empty one in the place of trailers.
async fn next(body: &mut Body) -> Result<Option<Bytes>, Refusal> {
    match body.frame().await {
        None => Ok(None),
        Some(Ok(frame)) => Ok(Some(frame.into_data().unwrap_or_default())),
        Some(Err(error)) => {
            let error = BodyError::new(error);
            Err(Box::new(problem(error.status(), Some(&error.to_string()))))
        }
    }
}

fn text(content: &[u8]) -> Result<&str, Refusal> {
    std::str::from_utf8(content).map_err(|_| bad_request("the body must be UTF-8"))
}

fn bad_request(detail: &str) -> Refusal {
    Box::new(problem(StatusCode::BAD_REQUEST, Some(detail)))
}

/// What stands for a body that is not there.
fn absent<T: DeserializeOwned>(parts: &Parts) -> Result<T, Refusal> {
    if let Ok(none) = T::deserialize(Absent) {
        return Ok(none);
    }
    // Nothing is also how a form is written of which no field is filled.
    let form = matches!(media(&parts.headers, false), Ok(Media::Form));
    let value = if form { form::from_str("").ok() } else { None };
    value.ok_or_else(|| bad_request("the body is missing"))
}

fn no_json(error: JsonError) -> Refusal {
    match error {
        JsonError::Syntax => bad_request("the body is no JSON that can be read"),
        JsonError::Shape(mismatch) => mismatch.refusal(),
    }
}

fn no_form(error: TextError) -> Refusal {
    match error {
        TextError::Escape | TextError::Utf8 | TextError::TooMany => bad_request(&format!("the body {error}")),
        TextError::Field(name, error) => {
            let detail = match *error {
                TextError::Unsupported(_) => "can't be sent in a form".to_owned(),
                TextError::Invalid(reason) => return Mismatch::rule(reason).below(name).refusal(),
                error => error.to_string(),
            };
            Mismatch::field(name, &detail).refusal()
        }
        TextError::MustBe(what) => Mismatch::must_be(&what).refusal(),
        TextError::Invalid(reason) => Mismatch::rule(reason).refusal(),
        _ => Mismatch::default().refusal(),
    }
}

/// A whole query string as a value: [`ApiRequest::query_as`](crate::ApiRequest::query_as).
pub(super) fn query<T: DeserializeOwned>(query: &str) -> Result<T, ApiError> {
    form::from_str(query).map_err(|error| match error {
        TextError::Field(name, error) if !matches!(*error, TextError::Unsupported(_)) => {
            bad_value("query parameter", name, &error)
        }
        TextError::Invalid(reason) => ApiError::invalid("", reason),
        TextError::Field(..) | TextError::Unsupported(_) => {
            log::report(format_args!("the query string can't be read into the type of `query_as`: {error}"));
            ApiError::new(StatusCode::INTERNAL_SERVER_ERROR)
        }
        error => ApiError::bad_request(format!("the query string {error}")),
    })
}

/// The answer where the route is not known: an extractor of this library outside of its routes.
pub(super) fn no_route() -> Refusal {
    log::report(format_args!(
        "`ApiRequest` is for functions with `#[api_route]`, not for plain axum handlers"
    ));
    Box::new(bare(StatusCode::INTERNAL_SERVER_ERROR))
}

/// An error that only tells whether a type can be read from one text, and what the type says of it.
#[derive(Debug)]
struct Kind {
    is_text: bool,
    reason: Option<String>,
}

impl Kind {
    const TEXT: Kind = Kind { is_text: true, reason: None };
    const NO_TEXT: Kind = Kind { is_text: false, reason: None };

    fn mismatch(self) -> Mismatch {
        self.reason.map_or_else(Mismatch::default, Mismatch::rule)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a body")
    }
}

impl std::error::Error for Kind {}

impl de::Error for Kind {
    fn custom<T: fmt::Display>(error: T) -> Self {
        Kind { is_text: true, reason: reason(&error) }
    }
}

/// A text, or, without one, the question whether a type takes a text.
struct Text<'t>(Option<&'t str>);

macro_rules! texts {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Kind> {
            match self.0 {
                Some(text) => visitor.visit_str(text),
                None => Err(Kind::TEXT),
            }
        }
    )*};
}

macro_rules! no_texts {
    ($($method:ident($($arg:ident: $ty:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($arg: $ty,)* _: V) -> Result<V::Value, Kind> {
            Err(Kind::NO_TEXT)
        }
    )*};
}

type Names = &'static [&'static str];

impl<'de> Deserializer<'de> for Text<'_> {
    type Error = Kind;

    texts! { deserialize_any deserialize_str deserialize_string deserialize_char deserialize_identifier }

    no_texts! {
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_unit();
        deserialize_unit_struct(_name: &'static str);
        deserialize_seq();
        deserialize_tuple(_len: usize);
        deserialize_tuple_struct(_name: &'static str, _len: usize);
        deserialize_map();
        deserialize_struct(_name: &'static str, _fields: Names);
        deserialize_ignored_any();
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Kind> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Kind> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: Names,
        visitor: V,
    ) -> Result<V::Value, Kind> {
        let text = self.0.ok_or(Kind::TEXT)?;
        let variant: StrDeserializer<'_, Kind> = text.into_deserializer();
        visitor.visit_enum(variant)
    }
}

/// Nothing, which an `Option` and `()` can be made of.
struct Absent;

impl<'de> Deserializer<'de> for Absent {
    type Error = Kind;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Kind> {
        Err(Kind::NO_TEXT)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Kind> {
        visitor.visit_none()
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Kind> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Kind> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

//! What types of the user's own say of the operations that they are part of.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Value, json};

use super::document::{Media, Operation, Parameter, Response, reason};
use super::errors::{Errors, error};
use super::schemas::{Schemas, Way};
use super::told::schema;

/// A type of your own that says what it reads of a request, or what it answers: an extractor, an answer, or the error of a
/// `Result`. It is said once, beside the type; every route that has it as an argument or returns it is documented so. An
/// `Option` or `Result` of an extractor reads the same, none of it required.
///
/// ```standalone_crate
/// use axum::extract::FromRequestParts;
/// use axum::http::request::Parts;
/// use route_runtime::openapi::{Describe, Description, Info, SecurityScheme};
/// use route_runtime::{get, ApiError, Routes};
///
/// struct User(String);
///
/// impl<S: Sync> FromRequestParts<S> for User {
///     type Rejection = ApiError;
///
///     async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
///         let header = parts.headers.get("authorization").and_then(|value| value.to_str().ok());
///         let token = header.and_then(|value| value.strip_prefix("Bearer "));
///         token.map(|token| User(token.to_owned())).ok_or(ApiError::unauthorized("say who you are"))
///     }
/// }
///
/// impl Describe for User {
///     fn describe(description: &mut Description<'_>) {
///         description.security("token", SecurityScheme::bearer()).error(401);
///     }
/// }
///
/// #[get("/me")]
/// async fn me(user: User) -> String {
///     user.0
/// }
///
/// let document = Routes::collect().openapi(Info::new("Users", "1.0.0")).to_json();
/// let operation = &document["paths"]["/me"]["get"];
/// assert!(operation["responses"]["401"].is_object());
/// assert!(operation["security"][0]["token"].is_array());
/// ```
pub trait Describe {
    /// Says it.
    fn describe(description: &mut Description<'_>);
}

/// Takes what a type says by [`Describe`].
#[derive(Debug)]
pub struct Description<'a> {
    pub(super) operation: &'a mut Operation,
    pub(super) schemas: &'a mut Schemas,
    pub(super) schemes: &'a mut BTreeMap<String, Value>,
    pub(super) errors: Errors,
    /// Nothing of it is required.
    pub(super) optional: bool,
}

impl Description<'_> {
    /// A header that is read. Not `Authorization`, `Accept` or `Content-Type`, of which OpenAPI has other words (3.1, 4.8.12.1);
    /// for the first, [`security`](Self::security).
    pub fn header<T: JsonSchema>(&mut self, name: &str, required: bool) -> &mut Self {
        self.parameter::<T>("header", name, required)
    }

    /// A cookie that is read.
    pub fn cookie<T: JsonSchema>(&mut self, name: &str, required: bool) -> &mut Self {
        self.parameter::<T>("cookie", name, required)
    }

    /// A query parameter that is read.
    pub fn query<T: JsonSchema>(&mut self, name: &str, required: bool) -> &mut Self {
        self.parameter::<T>("query", name, required)
    }

    fn parameter<T: JsonSchema>(&mut self, place: &'static str, name: &str, required: bool) -> &mut Self {
        let schema = self.schemas.of(Way::In, Some(schema::<T>));
        let parameters = &mut self.operation.parameters;
        if !parameters.iter().any(|known| known.is(place, name)) {
            parameters.push(Parameter::new(name.to_owned(), place, required && !self.optional, schema));
        }
        self
    }

    /// Who asks must be known by this scheme. One name stands for one scheme in the whole document: the first.
    pub fn security(&mut self, name: &str, scheme: SecurityScheme) -> &mut Self {
        self.schemes.entry(name.to_owned()).or_insert(scheme.0);
        let ways = &mut self.operation.security;
        if ways.is_empty() {
            ways.push(BTreeMap::new());
        }
        let mut with = ways.clone();
        for way in &mut with {
            way.insert(name.to_owned(), []);
        }
        if self.optional {
            with.append(ways);
        }
        *ways = with;
        self
    }

    /// An error with this status, as errors look: a problem, or what [`Routes::render_errors`](crate::Routes::render_errors)
    /// makes of it.
    pub fn error(&mut self, status: u16) -> &mut Self {
        let response = error(reason(status, "Error"), self.errors, self.schemas);
        self.operation.responses.insert(status.to_string(), response);
        self
    }

    /// An answer of this status and content type. For none, [`empty`](Self::empty).
    pub fn answer<T: JsonSchema>(&mut self, status: u16, media: &'static str) -> &mut Self {
        let schema = self.schemas.of(Way::Out, Some(schema::<T>));
        self.empty(status);
        if let Some(response) = self.operation.responses.get_mut(&status.to_string()) {
            response.content.insert(media, Media { schema });
        }
        self
    }

    /// An answer of this status without a body.
    pub fn empty(&mut self, status: u16) -> &mut Self {
        let response = || Response::new(reason(status, "Answer"));
        self.operation.responses.entry(status.to_string()).or_insert_with(response);
        self
    }
}

/// How who asks is known (OpenAPI 3.1, 4.8.27).
///
/// ```
/// let scheme = route_runtime::openapi::SecurityScheme::cookie("session");
/// ```
#[derive(Debug, Clone)]
pub struct SecurityScheme(Value);

impl SecurityScheme {
    /// `Authorization: Bearer …` (RFC 6750).
    #[must_use]
    pub fn bearer() -> Self {
        SecurityScheme(json!({ "type": "http", "scheme": "bearer" }))
    }

    /// `Authorization: Basic …` (RFC 7617).
    #[must_use]
    pub fn basic() -> Self {
        SecurityScheme(json!({ "type": "http", "scheme": "basic" }))
    }

    /// The value of a header.
    #[must_use]
    pub fn header(name: &str) -> Self {
        SecurityScheme(json!({ "type": "apiKey", "in": "header", "name": name }))
    }

    /// The value of a cookie.
    #[must_use]
    pub fn cookie(name: &str) -> Self {
        SecurityScheme(json!({ "type": "apiKey", "in": "cookie", "name": name }))
    }

    /// Any other, as OpenAPI writes it: OAuth 2, for example.
    #[must_use]
    pub fn from_json(scheme: Value) -> Self {
        SecurityScheme(scheme)
    }
}

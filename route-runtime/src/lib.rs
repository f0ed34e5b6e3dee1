//! Next.js API Routes for Rust: one attribute on a plain function is a typed route of an axum app.
//!
//! ```standalone_crate
//! use route_runtime::{get, ApiError, Routes};
//!
//! /// Doubles a number.
//! #[get("/double/[number]?times")]
//! async fn double(number: i64, times: Option<i64>) -> Result<String, ApiError> {
//!     let product = number.checked_mul(times.unwrap_or(2));
//!     product.map(|product| product.to_string()).ok_or(ApiError::bad_request("too large"))
//! }
//!
//! let app: axum::Router = Routes::collect().into_router()?;
//! # Ok::<(), route_runtime::RoutesError>(())
//! ```
//!
//! Nothing is registered by hand: [`Routes::collect`] finds every annotated function that is linked into the program.
//! What is wrong with a declaration is a compile error; what is wrong with a set of routes is a [`RoutesError`] before
//! the first request.
//!
//! # Features
//!
//! | feature | | crates |
//! |---|---|---|
//! | `server`, a default | [`Routes::serve`], [`Server`]: a listener, signals, a graceful end | tokio's `net` and `signal`, hyper |
//! | `openapi` | [`Routes::openapi`], [`Routes::with_docs`]: a document from the signatures, and Swagger UI | `schemars`, `swagger-ui-redist` |
//! | `garde` | values of types that implement `garde::Validate` are validated | `garde` |
//! | `testing` | [`testing::TestClient`], [`testing::assert_unchanged`] | `serde_urlencoded` |
//!
//! Without any, a router is made all the same, for an app that has a server: `default-features = false`.
//!
//! The [`guides`] tell the rest: coming from Next.js, axum or Rocket, errors, testing, deploying, and how it works.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod admit;
mod arguments;
mod base;
mod call;
mod config;
mod conflict;
mod deadline;
mod decode;
mod dispatch;
mod endpoint;
mod entry;
mod error;
mod group;
#[cfg(any(doc, doctest))]
pub mod guides;
mod hop;
mod incoming;
mod index;
mod info;
mod layers;
mod limits;
mod log;
mod methods;
mod mount;
mod mounted;
mod needs;
#[cfg(feature = "openapi")]
pub mod openapi;
mod other_method;
mod pattern;
mod probe;
mod request;
mod response;
mod router;
mod routes;
mod running;
mod segments;
#[cfg(feature = "server")]
mod server;
mod sets;
mod shape;
mod table;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod trace;
mod tree;
#[cfg(feature = "garde")]
mod validate;
mod work;

#[doc(hidden)]
pub mod __private;

pub use axum;
pub use axum::extract::State;

pub use crate::admit::TrailingSlash;
pub use crate::by_hand::ByHand;
pub use crate::config::{ResponseLimit, RouteConfig};
pub use crate::conflict::RoutesError;
pub use crate::dispatch::{RouteService, ServiceFuture};
pub use crate::endpoint::BoxedService;
pub use crate::error::{ApiError, ApiResult, Error, Invalid};
pub use crate::index::{IndexedRoute, RouteIndex};
pub use crate::info::RouteInfo;
pub use crate::methods::Methods;
pub use crate::pattern::Segment;
pub use crate::request::{ApiRequest, BodyError, RawBody, RequestBody, Unread};
pub use crate::response::{ApiResponse, Content};
pub use crate::routes::{Routes, router};
#[cfg(feature = "server")]
pub use crate::server::{Listen, Server, ServerOptions, serve};
pub use crate::sets::Mounts;
pub use cookie::{self, Cookie};

/// An [`Entry`](entry::Entry), and what the types of its function add to it: their schemas with the feature `openapi`, their
/// validation with the feature `garde`.
#[doc(hidden)]
#[macro_export]
macro_rules! __with_types {
    ($entry:expr; [$($types:tt)*] $answer:tt) => {
        $crate::__documented!($crate::__validated!($entry; [$($types)*]); [$($types)*] $answer)
    };
}

#[cfg(not(feature = "openapi"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __documented {
    ($entry:expr; [$($types:tt)*] $answer:tt) => {
        $entry
    };
}

#[cfg(not(feature = "garde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __validated {
    ($entry:expr; [$($types:tt)*]) => {
        $entry
    };
}

mod by_hand;

mod attributes;
pub use attributes::*;

//! What [`ApiResponse::send`](crate::ApiResponse::send) takes.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::http::HeaderValue;

// Statics, so that no answer pays for looking at their characters.
pub(super) static JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
static TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
pub(super) static BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// Text or bytes for [`ApiResponse::send`](crate::ApiResponse::send).
///
/// ```
/// use route_runtime::{ApiResponse, Content};
///
/// let content: Content = if cfg!(debug_assertions) { "text".into() } else { vec![0, 255].into() };
/// let answer: ApiResponse = ApiResponse::new().send(content);
/// ```
#[derive(Debug)]
pub struct Content(pub(super) Bytes, pub(super) &'static HeaderValue);

macro_rules! contents {
    ($($ty:ty: $content_type:ident;)*) => {$(
        impl From<$ty> for Content {
            fn from(content: $ty) -> Self {
                Content(content.into(), &$content_type)
            }
        }
    )*};
}

contents! {
    &'static str: TEXT;
    String: TEXT;
    &'static [u8]: BYTES;
    Vec<u8>: BYTES;
    Bytes: BYTES;
}

impl From<&String> for Content {
    fn from(content: &String) -> Self {
        content.clone().into()
    }
}

impl<const N: usize> From<&'static [u8; N]> for Content {
    fn from(content: &'static [u8; N]) -> Self {
        content.as_slice().into()
    }
}

impl From<Cow<'static, str>> for Content {
    fn from(content: Cow<'static, str>) -> Self {
        match content {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        }
    }
}

//! [`Invalid`]: what a type of the user's has to say about a value.

use std::any::type_name;
use std::borrow::Cow;
use std::fmt;

/// Why a value is not valid, in words for the client: the error of a type that checks what it is made of.
///
/// What serde says of a value never reaches a client, because it may hold the input. This does: wherever a body, a path or
/// query parameter is read into a type whose `Deserialize` fails with it, as `#[serde(try_from = "…")]` makes it, the
/// answer is 422 Unprocessable Entity with the place of the value and this reason, as of
/// [`ApiError::invalid`](crate::ApiError::invalid). Where serde keeps a part of a body to look at it twice, as for
/// `#[serde(flatten)]` and tagged enums, the place is that of the whole. `axum::Json` and the other extractors of axum have
/// their own answers, which do not hold it.
///
/// ```
/// use route_runtime::{get, Invalid};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// #[serde(try_from = "u32")]
/// struct Limit(u32);
///
/// impl TryFrom<u32> for Limit {
///     type Error = Invalid;
///
///     fn try_from(limit: u32) -> Result<Self, Invalid> {
///         if (1..=100).contains(&limit) { Ok(Limit(limit)) } else { Err(Invalid::new("must be from 1 to 100")) }
///     }
/// }
///
/// #[get("/api/posts?limit")]
/// async fn posts(limit: Option<Limit>) -> String {
///     format!("{} posts", limit.map_or(20, |Limit(limit)| limit))
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid(Cow<'static, str>);

impl Invalid {
    /// A sentence without its subject: `"must be from 1 to 100"`. The client reads it, so nothing of the input belongs there.
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Invalid(reason.into())
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Invalid {}

/// Whether the type is [`Invalid`], of which serde hands over something that displays, not what it is, and not for how long:
/// all that can be asked is its name.
pub(super) fn is<T: ?Sized>() -> bool {
    type_name::<T>() == type_name::<Invalid>()
}

/// The reason, where what is displayed is an [`Invalid`].
pub(crate) fn reason<T: fmt::Display>(error: &T) -> Option<String> {
    is::<T>().then(|| error.to_string())
}

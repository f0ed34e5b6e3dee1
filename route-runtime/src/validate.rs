//! Values that check themselves by `garde::Validate` (feature `garde`).
//!
//! As in [`crate::openapi::told`], an inherent constant, which has a bound, wins over one of a trait, which has none: a type
//! that does not validate itself is left alone. So is one whose context has no `Default`, which nobody here could provide.

use std::any::Any;
use std::marker::PhantomData;

use axum::extract::{Path, Query};
use axum::{Form, Json};
use garde::Validate;

use crate::error::step;
use crate::request::{ApiRequest, RequestBody};

type Check = fn(&dyn Any) -> Vec<(String, String)>;

/// The questions to a type.
#[derive(Debug)]
pub struct Checked<T: ?Sized>(PhantomData<T>);

/// The other answers. Their names are odd, so that no trait of a user's has the same.
pub trait Unchecked {
    /// It does not validate itself.
    const __RT_ITSELF: Option<Check> = None;
    /// Neither does what is in it.
    const __RT_INSIDE: Option<Check> = None;
}

impl<T: ?Sized> Unchecked for Checked<T> {}

impl<T: Validate<Context: Default> + 'static> Checked<T> {
    /// How the value is checked.
    pub const __RT_ITSELF: Option<Check> = Some(|value| mistakes(value.downcast_ref::<T>()));
}

macro_rules! inside {
    ($($wrapped:ty $([$error:ident])?: $inner:expr;)*) => {$(
        impl<T: Validate<Context: Default> + 'static $(, $error: 'static)?> Checked<$wrapped> {
            /// How what is in it is checked.
            pub const __RT_INSIDE: Option<Check> = Some(|value| {
                let inner: fn(&$wrapped) -> Option<&T> = $inner;
                mistakes(value.downcast_ref::<$wrapped>().and_then(inner))
            });
        }
    )*};
}

inside! {
    Json<T>: |Json(value)| Some(value);
    Form<T>: |Form(value)| Some(value);
    Query<T>: |Query(value)| Some(value);
    Path<T>: |Path(value)| Some(value);
    Option<Json<T>>: |value| value.as_ref().map(|Json(value)| value);
    Option<Query<T>>: |value| value.as_ref().map(|Query(value)| value);
    Option<Path<T>>: |value| value.as_ref().map(|Path(value)| value);
    Result<Json<T>, E> [E]: |value| value.as_ref().ok().map(|Json(value)| value);
    Result<Form<T>, E> [E]: |value| value.as_ref().ok().map(|Form(value)| value);
    Result<Query<T>, E> [E]: |value| value.as_ref().ok().map(|Query(value)| value);
    Result<Path<T>, E> [E]: |value| value.as_ref().ok().map(|Path(value)| value);
}

impl<T: Validate<Context: Default> + RequestBody> Checked<ApiRequest<T>> {
    /// How the body is checked.
    pub const __RT_INSIDE: Option<Check> =
        Some(|value| mistakes(value.downcast_ref().map(ApiRequest::<T>::body)));
}

fn mistakes<T: Validate<Context: Default>>(value: Option<&T>) -> Vec<(String, String)> {
    let Some(Err(report)) = value.map(Validate::validate) else { return Vec::new() };
    report.iter().map(|(path, error)| (pointer(path), error.message().to_owned())).collect()
}

/// A path of garde as a JSON pointer (RFC 6901). Written as JSON it is a list of kinds and keys: its text does not tell a dot
/// in a key from one between two.
fn pointer(path: &garde::Path) -> String {
    let steps: Vec<(String, String)> =
        serde_json::to_value(path).and_then(serde_json::from_value).unwrap_or_default();
    let keys = steps.into_iter().filter(|(kind, _)| kind != "none").map(|(_, key)| key);
    keys.map(|key| step(&key)).collect()
}

/// Makes an [`Entry`](crate::entry::Entry) whose arguments are validated.
#[doc(hidden)]
#[macro_export]
macro_rules! __validated {
    ($entry:expr; [$($role:ident $index:literal $ty:tt,)*]) => {{
        use $crate::__private::Unchecked as _;
        // Not unused where there is no argument.
        let _ = $crate::__private::Checked::<str>::__RT_ITSELF;
        $entry.validators(const { &[$($crate::__validator!($role $index $ty)),*] })
    }};
}

/// One argument of [`__validated`].
#[doc(hidden)]
#[macro_export]
macro_rules! __validator {
    (segment $index:literal ($ty:ty)) => {
        $crate::__validator!(__RT_ITSELF, Segment($index), $ty)
    };
    (query $index:literal ($ty:ty)) => {
        $crate::__validator!(__RT_ITSELF, Query($index), $ty)
    };
    (extractor $index:literal ($ty:ty)) => {
        $crate::__validator!(__RT_INSIDE, Extractor, $ty)
    };
    ($which:ident, $place:ident $(($index:literal))?, $ty:ty) => {
        match $crate::__private::Checked::<$ty>::$which {
            ::core::option::Option::Some(check) => ::core::option::Option::Some($crate::__private::Validator {
                check,
                place: $crate::__private::Place::$place $(($index))?,
            }),
            ::core::option::Option::None => ::core::option::Option::None,
        }
    };
}

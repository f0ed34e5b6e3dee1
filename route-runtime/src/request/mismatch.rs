//! What does not fit in a body, for the client to mend: where, and what is wanted; never what was sent.

use std::fmt;

use axum::response::IntoResponse as _;
use serde::de::{self, Expected, Unexpected};

use super::raw;
use crate::arguments::Refusal;
use crate::error::{self, ApiError, reason};
use crate::text::listed;

/// Why a type could not be read. Nothing of what was sent is in it, and no name of a Rust type: both are in serde's texts.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    Missing(&'static str),
    Duplicate(&'static str),
    /// The fields that there are.
    UnknownField(&'static [&'static str]),
    /// The variants that there are.
    UnknownVariant(&'static [&'static str]),
    /// It is of another type.
    Type,
    /// The type has rules of its own, and perhaps says which in words for the client.
    Other(Option<String>),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another shape")
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(error: T) -> Self {
        Fault::Other(reason(&error))
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Fault::Type
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Fault::Type
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Fault::Type
    }

    fn missing_field(field: &'static str) -> Self {
        Fault::Missing(field)
    }

    fn duplicate_field(field: &'static str) -> Self {
        Fault::Duplicate(field)
    }

    fn unknown_field(_: &str, fields: &'static [&'static str]) -> Self {
        Fault::UnknownField(fields)
    }

    fn unknown_variant(_: &str, variants: &'static [&'static str]) -> Self {
        Fault::UnknownVariant(variants)
    }
}

/// A place in a body, and what is wrong there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mismatch {
    /// A JSON pointer (RFC 6901); that of the whole body is empty.
    pointer: String,
    detail: String,
    /// The shape is right, and a rule of the type is broken.
    is_rule: bool,
}

impl Default for Mismatch {
    fn default() -> Self {
        Mismatch::must_be(wants::VALID)
    }
}

impl Mismatch {
    /// What is wrong where a value like `wanted` was read, which has these fields or variants. A fault that is about others
    /// comes from somewhere below, out of what serde keeps to look at it twice: where, nobody knows.
    pub(super) fn of(fault: &Fault, known: &[&str], wanted: &dyn Fn() -> String) -> Self {
        let field = |name: &str, detail: &str| match known.contains(&name) {
            true => Mismatch::field(name, detail),
            false => Mismatch::here(format!("field `{name}` {detail}")),
        };
        let prefix = |names: &[&str]| if names == known { "" } else { "holds a value that " };
        match fault {
            Fault::Missing(name) => field(name, "is missing"),
            Fault::Duplicate(name) => field(name, "must be given once"),
            Fault::UnknownField([]) => Mismatch::here(format!("{}must have no fields", prefix(&[]))),
            Fault::UnknownField(names) => {
                Mismatch::here(format!("{}must have no other fields than {}", prefix(names), listed(names)))
            }
            Fault::UnknownVariant(names) => {
                Mismatch::here(format!("{}must be {}", prefix(names), wants::one_of(names)))
            }
            Fault::Type => Mismatch::must_be(&wanted()),
            Fault::Other(Some(reason)) => Mismatch::rule(reason.clone()),
            Fault::Other(None) => Mismatch::must_be(wants::VALID),
        }
    }

    fn here(detail: String) -> Self {
        Mismatch { pointer: String::new(), detail, is_rule: false }
    }

    /// What a type says of the value here.
    pub(super) fn rule(reason: String) -> Self {
        Mismatch { is_rule: true, ..Mismatch::here(reason) }
    }

    /// What is wrong with a field of the object here.
    pub(super) fn field(name: &str, detail: &str) -> Self {
        Mismatch::here(detail.to_owned()).below(name)
    }

    /// The whole body is none of these.
    pub(super) fn must_be(wanted: &str) -> Self {
        Mismatch::here(format!("must be {wanted}"))
    }

    /// Puts a step before the pointer.
    pub(super) fn below(mut self, step: &str) -> Self {
        self.pointer.insert_str(0, &error::step(step));
        self
    }

    /// The same about a key of the object here.
    pub(super) fn of_a_key(mut self) -> Self {
        self.detail.insert_str(0, "has a key that ");
        self
    }

    /// Ends the pointer here: the way down is the client's, not the type's.
    pub(super) fn inside(mut self) -> Self {
        let pointer = std::mem::take(&mut self.pointer);
        if !pointer.is_empty() {
            self.detail = format!("holds a value whose `{pointer}` {}", self.detail);
        } else if !self.detail.starts_with("holds a value ") {
            self.detail.insert_str(0, "holds a value that ");
        }
        self
    }

    /// 422 with the place (RFC 9457 shows such a member in its section 3).
    pub(super) fn refusal(self) -> Refusal {
        let error = ApiError::invalid(self.pointer, self.detail);
        let detail = if self.is_rule { "the body is not valid" } else { raw::detail(error.status()) };
        Box::new(error.detail(detail).into_response())
    }
}

/// What values are called.
pub(super) mod wants {
    pub(in super::super) use crate::text::wants::*;

    pub(in super::super) fn array_of(len: usize) -> String {
        format!("an array of {len}")
    }

    pub(in super::super) fn one_of(names: &[&str]) -> String {
        format!("one of {}", super::listed(names))
    }
}

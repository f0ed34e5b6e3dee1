//! What does not fit in a body, for the client to mend: where, and what is wanted; never what was sent.

use axum::response::IntoResponse as _;

use crate::arguments::Refusal;
use crate::error::ApiError;

/// A place in a body, and what is wrong there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mismatch {
    /// A JSON pointer (RFC 6901); that of the whole body is empty.
    pointer: String,
    detail: String,
}

impl Default for Mismatch {
    fn default() -> Self {
        Mismatch::must_be(wants::VALID)
    }
}

impl Mismatch {
    /// What an error says that was made where a value like `wanted` was read, of a struct with these fields. Its text may
    /// hold input, or a name of a Rust type: nothing of it is told but which of the fields it is about.
    pub(super) fn of(error: &str, fields: &[&'static str], wanted: &dyn Fn() -> String) -> Self {
        let field = |prefix: &str| {
            let name = error.strip_prefix(prefix)?.split('`').next()?;
            fields.iter().find(|field| **field == name)
        };
        if let Some(field) = field("missing field `") {
            return Mismatch::field(field, "is missing");
        }
        if let Some(field) = field("duplicate field `") {
            return Mismatch::field(field, "must be given once");
        }
        if error.starts_with("unknown field `") && !fields.is_empty() {
            let detail = format!("must have no other fields than {}", crate::text::listed(fields));
            return Mismatch { pointer: String::new(), detail };
        }
        Mismatch::must_be(&wanted())
    }

    pub(super) fn field(name: &str, detail: &str) -> Self {
        let mut mismatch = Mismatch { pointer: String::new(), detail: detail.to_owned() };
        mismatch.below(name);
        mismatch
    }

    /// The whole body is none of these.
    pub(super) fn must_be(wanted: &str) -> Self {
        Mismatch { pointer: String::new(), detail: format!("must be {wanted}") }
    }

    /// Puts a step before the pointer.
    pub(super) fn below(&mut self, step: &str) {
        self.pointer = format!("/{}{}", step.replace('~', "~0").replace('/', "~1"), self.pointer);
    }

    /// The same about a key of the object here.
    pub(super) fn of_a_key(mut self) -> Self {
        self.detail.insert_str(0, "has a key that ");
        self
    }

    /// Ends the pointer here: the way down is the client's, not the type's.
    pub(super) fn inside(&mut self) {
        let prefix = "holds a value that ";
        self.pointer.clear();
        if !self.detail.starts_with(prefix) {
            self.detail.insert_str(0, prefix);
        }
    }

    /// 422 with the place (RFC 9457 shows such a member in its section 3).
    pub(super) fn refusal(self) -> Refusal {
        let error = ApiError::invalid(self.pointer, self.detail);
        Box::new(error.detail("the body has another shape than this route takes").into_response())
    }
}

/// What values are called.
pub(super) mod wants {
    pub(in super::super) use crate::text::wants::*;

    pub(in super::super) fn array_of(len: usize) -> String {
        format!("an array of {len}")
    }

    pub(in super::super) fn one_of(names: &[&str]) -> String {
        format!("one of {}", crate::text::listed(names))
    }
}

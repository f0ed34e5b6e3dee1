//! JSON bodies -> values, stricter than serde: an array is no object, but where serde keeps a part of the document to look
//! at it twice, as for untagged enums. And what is wrong with one, without its text.
//!
//! [`strict`](super::strict) wraps the deserializer of `serde_json`. The first reading only refuses arrays for structs. What
//! does not fit is read again to find out where and why: a good body pays nothing for that.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{self, DeserializeOwned, IgnoredAny};

use super::mismatch::{Fault, Mismatch, wants};
use super::strict::Strict;

/// Why a body is no `T`.
#[derive(Debug)]
pub(super) enum JsonError {
    /// It is no JSON.
    Syntax,
    /// It is JSON of another shape.
    Shape(Mismatch),
}

/// A value from the bytes of a JSON document.
pub(super) fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, JsonError> {
    let read = |report: &Report| {
        let mut json = serde_json::Deserializer::from_slice(bytes);
        let value = T::deserialize(Strict { inner: &mut json, report })?;
        json.end().map(|()| value).map_err(|_| Fault::Syntax)
    };
    match read(&Report::default()) {
        Ok(value) => return Ok(value),
        Err(Fault::Syntax) => return Err(JsonError::Syntax),
        Err(_) => {}
    }
    // What does not fit may stand before what is no JSON.
    if serde_json::from_slice::<IgnoredAny>(bytes).is_err() {
        return Err(JsonError::Syntax);
    }
    let report = Report { watches: true, ..Report::default() };
    match read(&report) {
        Ok(value) => Ok(value),
        Err(fault) => {
            let mismatch = report.mismatch.take();
            Err(JsonError::Shape(
                mismatch.unwrap_or_else(|| Mismatch::of(&fault, &|| wants::VALID.to_owned())),
            ))
        }
    }
}

/// What an error is about that `serde_json` made, and no type that reads from it.
fn fault_of(error: &impl fmt::Display) -> Fault {
    // Some of these it files under syntax: keys that are no numbers, and what is no integer of 128 bits.
    let about_shape = ["invalid type", "invalid value", "invalid length", "invalid number"];
    let text = error.to_string();
    if about_shape.iter().any(|start| text.starts_with(start)) { Fault::Other } else { Fault::Syntax }
}

/// What is found while reading.
#[derive(Default)]
pub(super) struct Report {
    /// Whether this is the second reading.
    pub(super) watches: bool,
    pub(super) mismatch: RefCell<Option<Mismatch>>,
    /// The key that was read last.
    pub(super) key: RefCell<String>,
    /// What a type found wrong, while an error of `serde_json` stands for it.
    fault: Cell<Option<Fault>>,
}

impl Report {
    /// An error of a type as one that `serde_json` hands on.
    pub(super) fn stash<T, E: de::Error>(&self, result: Result<T, Fault>) -> Result<T, E> {
        result.map_err(|fault| {
            self.fault.set(Some(fault));
            E::custom("stashed")
        })
    }

    /// The error that was stashed, or that `serde_json` made. Notes what was wanted where it comes from, unless something
    /// below has done so.
    pub(super) fn blame<T, E: fmt::Display>(
        &self,
        result: Result<T, E>,
        wanted: &dyn Fn() -> String,
    ) -> Result<T, Fault> {
        result.map_err(|error| {
            let fault = self.fault.take().unwrap_or_else(|| fault_of(&error));
            if self.watches {
                self.mismatch.borrow_mut().get_or_insert_with(|| Mismatch::of(&fault, wanted));
            }
            fault
        })
    }

    /// As [`blame`](Self::blame), where it is not known what was wanted.
    pub(super) fn blame_for_no_value<T, E: fmt::Display>(&self, result: Result<T, E>) -> Result<T, Fault> {
        self.blame(result, &|| wants::VALID.to_owned())
    }

    /// Notes what a type found wrong with an object.
    pub(super) fn blame_of_a_type<T>(&self, result: Result<T, Fault>) -> Result<T, Fault> {
        if let (true, Err(fault)) = (self.watches, &result) {
            let mut mismatch = self.mismatch.borrow_mut();
            mismatch.get_or_insert_with(|| Mismatch::of(fault, &|| wants::VALID.to_owned()));
        }
        result
    }

    /// Puts a step of the way to the place before what was noted below it.
    pub(super) fn within<T>(&self, result: Result<T, Fault>, step: &dyn Fn() -> Step) -> Result<T, Fault> {
        if self.watches {
            let mismatch = self.mismatch.take().filter(|_| {
                // A type may try one thing after another.
                result.is_err()
            });
            self.mismatch.replace(mismatch.map(|mismatch| match step() {
                Step::Known(step) => mismatch.below(&step),
                Step::Unknown => mismatch.inside(),
            }));
        }
        result
    }
}

/// A step from a container to one of its values.
pub(super) enum Step {
    /// An index, or a field that the type has.
    Known(String),
    /// A key that only the client knows, and is not to read back.
    Unknown,
}

//! JSON bodies -> values, stricter than serde: an array is no object, but where serde keeps a part of the document to look
//! at it twice, as for untagged enums. And what is wrong with one, without its text.
//!
//! [`strict`](super::strict) wraps the deserializer of `serde_json`. The first reading only refuses arrays for structs. What
//! does not fit is read again to find out where and why: a good body pays nothing for that.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};

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
        json.end().map(|()| value).map_err(|_| Fault::Type)
    };
    if let Ok(value) = read(&Report::default()) {
        return Ok(value);
    }
    // `serde_json` itself files some mismatches under syntax, and sees no mistake of syntax behind a mismatch.
    if serde_json::from_slice::<Sound>(bytes).is_err() {
        return Err(JsonError::Syntax);
    }
    let report = Report { watches: true, ..Report::default() };
    match read(&report) {
        Ok(value) => Ok(value),
        Err(fault) => {
            let mismatch = report.mismatch.take();
            Err(JsonError::Shape(mismatch.unwrap_or_else(|| Mismatch::of(&fault, &[], &valid))))
        }
    }
}

/// Any JSON that can be read, and is not kept.
struct Sound;

impl<'de> Deserialize<'de> for Sound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Sound)
    }
}

macro_rules! sound {
    ($($method:ident $ty:ty;)*) => {$(
        fn $method<E: de::Error>(self, _: $ty) -> Result<Sound, E> {
            Ok(Sound)
        }
    )*};
}

impl<'de> Visitor<'de> for Sound {
    type Value = Sound;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    sound! {
        visit_bool bool;
        visit_i64 i64;
        visit_u64 u64;
        visit_f64 f64;
        visit_str &str;
    }

    fn visit_unit<E: de::Error>(self) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Sound, A::Error> {
        while access.next_element::<Sound>()?.is_some() {}
        Ok(Sound)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Sound, A::Error> {
        while access.next_entry::<Sound, Sound>()?.is_some() {}
        Ok(Sound)
    }
}

pub(super) fn valid() -> String {
    wants::VALID.to_owned()
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
    /// below has done so. `known`: the fields or variants that there are.
    pub(super) fn blame<T, E>(
        &self,
        result: Result<T, E>,
        known: Names,
        wanted: &dyn Fn() -> String,
    ) -> Result<T, Fault> {
        self.note(self.lifted(result), known, wanted)
    }

    /// The error that was stashed, or that `serde_json` made, without a note.
    pub(super) fn lifted<T, E>(&self, result: Result<T, E>) -> Result<T, Fault> {
        result.map_err(|_| self.fault.take().unwrap_or(Fault::Type))
    }

    /// The same of an error that is known.
    pub(super) fn note<T>(
        &self,
        result: Result<T, Fault>,
        known: Names,
        wanted: &dyn Fn() -> String,
    ) -> Result<T, Fault> {
        if let (true, Err(fault)) = (self.watches, &result) {
            let mut mismatch = self.mismatch.borrow_mut();
            mismatch.get_or_insert_with(|| Mismatch::of(fault, known, wanted));
        }
        result
    }

    /// Forgets what was noted: a type may try one thing after another.
    pub(super) fn forget(&self) {
        if self.watches {
            self.mismatch.take();
        }
    }

    /// Puts a step of the way to the place before what was noted below it.
    pub(super) fn within<T>(&self, result: Result<T, Fault>, step: &dyn Fn() -> Step) -> Result<T, Fault> {
        if self.watches {
            let mismatch = self.mismatch.take().filter(|_| result.is_err());
            self.mismatch.replace(mismatch.map(|mismatch| match step() {
                Step::Known(step) => mismatch.below(&step),
                Step::Unknown => mismatch.inside(),
            }));
        }
        result
    }
}

/// The names of the fields of a struct or of the variants of an enum; none of a map.
pub(super) type Names = &'static [&'static str];

/// A step from a container to one of its values.
pub(super) enum Step {
    /// An index, or a field that the type has.
    Known(String),
    /// A key that only the client knows, and is not to read back.
    Unknown,
}

//! What the compiler is asked in an expansion.

use std::marker::PhantomData;

use axum::extract::{FromRequest, FromRequestParts, Path};
use serde::de::DeserializeOwned;

use crate::shape::{self, ShapeCheck};

/// Questions about a type that the compiler answers in an expansion: an inherent constant, which has a bound, wins
/// over one of a trait, which has none.
#[derive(Debug)]
pub struct Probe<T, S>(PhantomData<(T, S)>);

impl<S, T: FromRequestParts<S>> Probe<T, S> {
    /// The type has no need of the body.
    pub const READS_BODY: bool = false;
}

impl<S, T: FromRequest<S>> Probe<T, S> {
    /// The type is an extractor that may read the body.
    pub const IS_FROM_REQUEST: bool = true;
}

/// The other answers.
pub trait ReadsBody {
    /// The type is no `FromRequestParts`, so it can only be a `FromRequest`.
    const READS_BODY: bool = true;
    /// The type is none, which is another mistake than a second one.
    const IS_FROM_REQUEST: bool = false;
}

impl<T, S> ReadsBody for Probe<T, S> {}

impl<T: DeserializeOwned> Probe<Path<T>, ()> {
    /// The start-up check of a `Path<T>`.
    pub const SHAPE: Option<ShapeCheck> = Some(shape::check::<T>);
}

/// The other answer to [`Probe::SHAPE`].
pub trait NoShape {
    /// Some other type called `Path`.
    const SHAPE: Option<ShapeCheck> = None;
}

impl<T, S> NoShape for Probe<T, S> {}

/// Stops the build when two arguments read the body; each comes with how it is written.
pub const fn one_body(arguments: &[(&str, bool)]) {
    let mut reader = None;
    let mut i = 0;
    while i < arguments.len() {
        let (shown, reads_body) = arguments[i];
        match reader {
            Some(first) if reads_body => both_read_the_body(first, shown),
            None if reads_body => reader = Some(shown),
            _ => {}
        }
        i += 1;
    }
}

/// Panics while compiling, with a sentence put together in a buffer, because formatting is no `const fn`.
#[expect(clippy::panic, reason = "evaluated by the compiler alone")]
const fn both_read_the_body(first: &str, second: &str) {
    const fn push(buffer: &mut [u8; 512], mut length: usize, text: &str) -> usize {
        let text = text.as_bytes();
        let mut i = 0;
        while i < text.len() && length < buffer.len() {
            buffer[length] = text[i];
            length += 1;
            i += 1;
        }
        length
    }
    let mut buffer = [0; 512];
    let mut length = push(&mut buffer, 0, first);
    length = push(&mut buffer, length, " and ");
    length = push(&mut buffer, length, second);
    length = push(&mut buffer, length, " both read the body, which can be read once: keep one of them");
    let (sentence, _) = buffer.split_at(length);
    match std::str::from_utf8(sentence) {
        Ok(sentence) => panic!("{}", sentence),
        Err(_) => panic!("two arguments read the body, which can be read once: keep one of them"),
    }
}

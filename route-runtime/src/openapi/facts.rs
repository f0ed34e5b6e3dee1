//! What the types of a route tell of themselves, as data.

use schemars::{Schema, SchemaGenerator};

use super::describe::Description;
use crate::entry::Place;

/// Makes the schema of a type.
pub(crate) type SchemaFn = fn(&mut SchemaGenerator) -> Schema;

/// What the types of one route tell.
#[derive(Debug)]
pub struct Facts {
    /// In the order of the arguments.
    pub arguments: &'static [ArgumentFact],
    /// What the function returns.
    pub answer: AnswerFact,
}

/// What the type of one argument tells.
#[derive(Debug)]
pub struct ArgumentFact {
    /// Where its value comes from.
    pub place: Place,
    /// Whether a query parameter may be absent.
    pub may_be_absent: Option<fn() -> bool>,
    /// The schema of a bound value, or of what an extractor reads.
    pub schema: Option<SchemaFn>,
    /// What an extractor reads.
    pub reads: Option<fn() -> Reads>,
    /// What an extractor of the user's says of itself.
    pub describes: Option<Describes>,
    /// How the type is called.
    pub name: fn() -> &'static str,
}

/// How a type of the user's says something, and whether all of it is optional where it is an argument.
#[derive(Debug, Clone, Copy)]
pub struct Describes {
    pub(crate) say: fn(&mut Description<'_>),
    pub(crate) optional: bool,
}

/// What the return type tells.
#[derive(Debug)]
pub struct AnswerFact {
    /// The schema of its JSON.
    pub schema: Option<SchemaFn>,
    /// What kind of answer it is.
    pub tells: Option<fn() -> Answered>,
    /// What else it answers.
    pub fails: fn() -> Fails,
    /// What a type of the user's says of success.
    pub describes: Option<Describes>,
    /// What a type of the user's says of failure.
    pub describes_failure: Option<Describes>,
    /// How the type is called.
    pub name: fn() -> &'static str,
}

impl AnswerFact {
    /// `impl IntoResponse`, which has no name.
    pub const UNKNOWN: AnswerFact = AnswerFact {
        schema: None,
        tells: None,
        fails: || Fails::Otherwise,
        describes: None,
        describes_failure: None,
        name: || "impl Trait",
    };
}

/// What the error of a type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fails {
    /// It has none.
    Never,
    /// An `ApiError`.
    ByApiError,
    /// Another type, or nobody knows.
    Otherwise,
}

/// What an extractor reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reads {
    pub(crate) what: What,
    pub(crate) optional: bool,
}

/// A part of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Nothing,
    Path,
    Query,
    Json,
    Form,
    Multipart,
    Text,
    Bytes,
    /// By its content type.
    Typed {
        text: bool,
    },
}

/// What a function answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    pub(crate) status: Status,
    pub(crate) content: Content,
    /// It is an `ApiResponse`, which has an `ETag`.
    pub(crate) revalidates: bool,
}

/// The status of success, as far as a type tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Is(u16),
    /// The hundreds.
    Range(u8),
    Unknown,
}

/// What is in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Empty,
    Json,
    /// Written by `json` or by `send`.
    JsonOrText,
    Media(&'static str),
    Unknown,
}

impl Describes {
    /// What the type says, or the one in it.
    #[must_use]
    pub const fn first(itself: Option<Self>, inside: Option<Self>) -> Option<Self> {
        match itself {
            Some(_) => itself,
            None => inside,
        }
    }
}

//! What a route may answer beside success.

use axum::http::StatusCode;
use serde_json::json;

use super::document::{Media, RequestBody, Response};
use super::facts::{Answered, ArgumentFact, Facts, Fails, SchemaFn, Status};
use super::schemas::{Directed, Schemas, Way};
use crate::config::RouteConfig;
use crate::entry::{Entry, Place};

/// What errors look like: a problem, or what the app makes of it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Errors {
    Problems,
    /// JSON of this type, if anyone said so.
    Own(Option<SchemaFn>),
}

/// The name of the component of a problem.
pub(super) const PROBLEM: &str = "Problem";

/// The statuses with which the library itself refuses what does not fit.
pub(super) fn refusals(
    config: &RouteConfig,
    reads_text: bool,
    may_be_invalid: bool,
    body: Option<&RequestBody>,
) -> Vec<u16> {
    let typed = body.is_some_and(|body| !body.content.contains_key("*/*"));
    let structured = body.is_some_and(|body| {
        body.content.keys().any(|media| *media == "application/json" || media.contains("urlencoded"))
    });
    let limited = body.is_some() && config.get_body_parser() != Some(false);
    let timed = config.get_max_duration() != Some(None);
    [
        (reads_text || typed, StatusCode::BAD_REQUEST),
        (limited, StatusCode::PAYLOAD_TOO_LARGE),
        (structured, StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (structured || may_be_invalid, StatusCode::UNPROCESSABLE_ENTITY),
        (true, StatusCode::INTERNAL_SERVER_ERROR),
        (timed, StatusCode::SERVICE_UNAVAILABLE),
    ]
    .into_iter()
    .filter_map(|(can, status)| can.then_some(status.as_u16()))
    .collect()
}

/// Whether a value is validated, or a bound one is of a type that may have rules of its own, which those of std have not.
pub(super) fn may_be_invalid(entry: &Entry, facts: &Facts) -> bool {
    let of_std = |name: &str| {
        let paths = name
            .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
            .filter(|path| path.contains("::"));
        paths.map(|path| path.split("::").next()).all(|krate| matches!(krate, Some("core" | "alloc" | "std")))
    };
    let bound = facts.arguments.iter().filter(|fact| !matches!(fact.place, Place::Extractor));
    entry.validators.iter().any(Option::is_some) || bound.map(|fact| (fact.name)()).any(|name| !of_std(name))
}

/// What a handler may answer beside what its signature tells.
pub(super) enum Others {
    None,
    Problems,
    Any,
}

pub(super) fn others(facts: &Facts) -> Others {
    let answer = &facts.answer;
    let told = |tells: fn() -> Answered| matches!(tells().status, Status::Is(_));
    let unknown = answer.describes.is_none() && !answer.tells.is_some_and(told);
    let extractor = |fact: &ArgumentFact| {
        matches!(fact.place, Place::Extractor) && fact.reads.is_none() && fact.describes.is_none()
    };
    let fails = if answer.describes_failure.is_some() { Fails::Never } else { (answer.fails)() };
    match fails {
        Fails::ByApiError => Others::Problems,
        Fails::Otherwise => Others::Any,
        Fails::Never if unknown || facts.arguments.iter().any(extractor) => Others::Any,
        Fails::Never => Others::None,
    }
}

/// The answer that is an error.
pub(super) fn error(description: &str, errors: Errors, schemas: &mut Schemas) -> Response {
    let content = match errors {
        Errors::Problems => {
            let schema = json!({ "$ref": format!("#/components/schemas/{PROBLEM}") });
            Some(("application/problem+json", Directed { way: Way::Library, schema }))
        }
        Errors::Own(Some(schema)) => Some(("application/json", schemas.of(Way::Out, Some(schema)))),
        Errors::Own(None) => None,
    };
    let mut response = Response::new(description);
    response.content.extend(content.map(|(media, schema)| (media, Media { schema })));
    response
}

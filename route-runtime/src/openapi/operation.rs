//! A route -> operations.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::describe::Description;
use super::document::{Media, Operation, Parameter, RequestBody, Response, reason};
use super::errors::{Errors, Others, error, may_be_invalid, others, refusals};
use super::facts::{AnswerFact, ArgumentFact, Content, Describes, Facts, Status, What};
use super::schemas::{Directed, Member, Schemas, Way, without_null};
use crate::config::{ResponseLimit, RouteConfig};
use crate::entry::{Entry, Place};
use crate::limits::{BODY_LIMIT, RESPONSE_LIMIT};
use crate::pattern::Segment;

/// What is known of a route.
pub(super) struct Described {
    /// Without its id.
    pub(super) operation: Operation,
    /// The types that tell nothing, in words.
    pub(super) undocumented: Vec<String>,
}

/// What all routes of a document share.
pub(super) struct Shared {
    pub(super) defaults: RouteConfig,
    pub(super) errors: Errors,
    pub(super) schemas: Schemas,
    /// The ways in which who asks is known, by name.
    pub(super) schemes: BTreeMap<String, Value>,
}

/// What is known of the route where it is asked by GET or HEAD, of which axum reads forms in the query, or otherwise.
pub(super) fn describe(entry: &Entry, reads_only: bool, shared: &mut Shared) -> Described {
    let Shared { defaults, errors, schemas, schemes } = shared;
    let errors = *errors;
    let info = &entry.info;
    let config = info.config().or(*defaults);
    let none = Facts { arguments: &[], answer: AnswerFact::UNKNOWN };
    let facts = entry.facts.unwrap_or(&none);
    let mut reading = Reading { entry, schemas: &mut *schemas, undocumented: Vec::new() };
    let (mut parameters, mut body) = (reading.path(facts, &config), None);
    parameters.extend(reading.query(facts));
    let mut reads_text = !parameters.is_empty();
    for fact in facts.arguments.iter().filter(|fact| matches!(fact.place, Place::Extractor)) {
        match reads(fact) {
            Some(what) if what == What::Query || what == What::Form && reads_only => {
                reads_text = true;
                parameters.extend(reading.structured_query(fact, &parameters));
            }
            None if fact.describes.is_some() => {}
            None if !is_multipart(fact) => {
                reading.undocumented.push(format!("argument `{}`", (fact.name)()));
            }
            _ => body = reading.body(fact).or(body),
        }
    }
    let mut responses = reading.success(facts);
    let told = facts.answer.tells.map(|tells| tells());
    if reads_only && told.is_some_and(|told| told.revalidates) && config.get_etag() != Some(false) {
        responses.insert("304".to_owned(), Response::new(reason(304, "Success")));
    }
    let refusals = refusals(&config, reads_text, may_be_invalid(entry, facts), body.as_ref());
    for status in refusals {
        responses.insert(status.to_string(), error(reason(status, "Error"), errors, reading.schemas));
    }
    let any_other = match others(facts) {
        Others::None => None,
        Others::Problems => Some(error("Any other error", errors, reading.schemas)),
        Others::Any => Some(Response::new("Any other answer")),
    };
    responses.extend(any_other.map(|response| ("default".to_owned(), response)));
    let undocumented = reading.undocumented;
    let mut operation = Operation {
        tags: info.tag().into_iter().collect(),
        summary: info.summary(),
        description: info.description().map(str::to_owned),
        operation_id: String::new(),
        deprecated: info.is_deprecated(),
        security: Vec::new(),
        parameters,
        responses,
        extensions: limits(&config, body.is_some()),
        request_body: body,
    };
    let of_answer = [facts.answer.describes, facts.answer.describes_failure].into_iter().flatten();
    let says = facts.arguments.iter().filter_map(|fact| fact.describes);
    let says = says.chain(of_answer.map(|describes| Describes { optional: false, ..describes }));
    for Describes { say, optional } in says {
        say(&mut Description { operation: &mut operation, schemas, schemes, errors, optional });
    }
    Described { operation, undocumented }
}

struct Reading<'a> {
    entry: &'a Entry,
    schemas: &'a mut Schemas,
    undocumented: Vec<String>,
}

impl Reading<'_> {
    fn path(&mut self, facts: &Facts, config: &RouteConfig) -> Vec<Parameter> {
        let segments = self.entry.info.segments();
        let dot_segments = config.get_dot_segments() == Some(true);
        let in_order: Vec<&'static str> = segments.iter().filter_map(|segment| segment.name()).collect();
        let whole = facts.arguments.iter().find(|fact| reads(fact) == Some(What::Path));
        let of_whole = whole.map(|fact| self.parts_of_path(fact, &in_order)).unwrap_or_default();
        let mut parameters = Vec::new();
        for (index, segment) in segments.iter().enumerate() {
            let Some(name) = segment.name() else { continue };
            let bound =
                facts.arguments.iter().find(|fact| matches!(fact.place, Place::Segment(i) if i == index));
            let several = !matches!(segment, Segment::Param(_));
            let schema = match bound {
                // Several segments, one text of a document.
                _ if several => segments_text(dot_segments),
                Some(fact) => self.value(fact, &format!("path parameter `{name}`")),
                None => of_whole.get(name).cloned().unwrap_or_else(string),
            };
            let mut parameter = Parameter::new(name.to_owned(), "path", true, schema);
            if several {
                parameter.description = Some(CATCH_ALL.to_owned());
                parameter.extensions.insert("x-catch-all", json!(true));
            }
            parameters.push(parameter);
        }
        parameters
    }

    /// What a `Path<T>` tells of the parameters, by name or in order.
    fn parts_of_path(
        &mut self,
        fact: &ArgumentFact,
        names: &[&'static str],
    ) -> BTreeMap<&'static str, Directed> {
        let whole = self.schemas.of(Way::In, fact.schema);
        let resolved = self.schemas.resolved(&whole.schema);
        let part = |schema: &Value| Directed { way: Way::In, schema: without_null(schema.clone()) };
        if let Some(items) = resolved.get("prefixItems").and_then(Value::as_array) {
            return names.iter().copied().zip(items.iter().map(part)).collect();
        }
        let members = self.schemas.members(&resolved);
        if !members.is_empty() {
            let member = |name: &&'static str| Some((*name, part(&members.get(*name)?.schema)));
            return names.iter().filter_map(member).collect();
        }
        let of_all = resolved.get("additionalProperties").or(resolved.get("items"));
        match (of_all.filter(|schema| schema.is_object()), names) {
            (Some(schema), _) => names.iter().map(|name| (*name, part(schema))).collect(),
            (None, [name]) if fact.schema.is_some() => BTreeMap::from([(*name, whole)]),
            _ => BTreeMap::new(),
        }
    }

    fn query(&mut self, facts: &Facts) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        for (index, name) in self.entry.info.query_names().iter().enumerate() {
            let bound =
                facts.arguments.iter().find(|fact| matches!(fact.place, Place::Query(i) if i == index));
            let schema =
                bound.map_or_else(string, |fact| self.value(fact, &format!("query parameter `{name}`")));
            let required =
                bound.and_then(|fact| fact.may_be_absent).is_some_and(|may_be_absent| !may_be_absent());
            parameters.push(Parameter::new((*name).to_owned(), "query", required, schema));
        }
        parameters
    }

    /// The fields of a `Query<T>`, or of a form that comes as a query.
    fn structured_query(&mut self, fact: &ArgumentFact, known: &[Parameter]) -> Vec<Parameter> {
        let optional = fact.reads.is_some_and(|reads| reads().optional);
        let whole = self.schemas.of(Way::In, fact.schema);
        let members = self.schemas.members(&whole.schema);
        if members.is_empty() {
            self.undocumented.push(format!("query by `{}`", (fact.name)()));
        }
        members
            .into_iter()
            .filter(|(name, _)| !known.iter().any(|parameter| parameter.is("query", name)))
            .map(|(name, Member { schema, is_required })| {
                let schema = Directed { way: Way::In, schema };
                Parameter::new(name, "query", !optional && is_required, schema)
            })
            .collect()
    }

    /// The schema of a bound value.
    fn value(&mut self, fact: &ArgumentFact, what: &str) -> Directed {
        if fact.schema.is_none() {
            self.undocumented.push(format!("{what}: `{}`", (fact.name)()));
            return string();
        }
        let Directed { way, schema } = self.schemas.of(Way::In, fact.schema);
        Directed { way, schema: without_null(schema) }
    }

    fn body(&mut self, fact: &ArgumentFact) -> Option<RequestBody> {
        let (what, optional) = match fact.reads {
            Some(reads) => (reads().what, reads().optional),
            None if is_multipart(fact) => (What::Multipart, false),
            None => return None,
        };
        const FORM: &str = "application/x-www-form-urlencoded";
        let mut media = match what {
            What::Nothing | What::Path | What::Query => return None,
            What::Json => vec!["application/json"],
            What::Form => vec![FORM],
            What::Multipart => vec!["multipart/form-data"],
            What::Text => vec!["text/plain"],
            What::Bytes => vec!["*/*"],
            What::Typed { text: true } => vec!["application/json", "text/plain"],
            What::Typed { text: false } => vec!["application/json", FORM],
        };
        let schema = match what {
            What::Multipart => Directed { way: Way::In, schema: json!({ "type": "object" }) },
            What::Text => string(),
            What::Bytes => self.schemas.of(Way::In, None),
            _ => {
                if fact.schema.is_none() {
                    self.undocumented.push(format!("body `{}`", (fact.name)()));
                }
                let Directed { way, schema } = self.schemas.of(Way::In, fact.schema);
                // Of `ApiRequest<Option<T>>` it says that there may be no body.
                let absent = optional && matches!(what, What::Typed { .. });
                Directed { way, schema: if absent { without_null(schema) } else { schema } }
            }
        };
        if matches!(what, What::Typed { .. }) && !self.fits_form(&schema.schema) {
            media.retain(|media| *media != FORM);
        }
        let content = media.into_iter().map(|media| (media, Media { schema: schema.clone() })).collect();
        // No bytes are bytes too.
        let may_be_empty = matches!(what, What::Bytes | What::Text);
        Some(RequestBody { required: !optional && !may_be_empty, content })
    }

    /// Whether a form can be it: an object of texts, or of lists of texts.
    fn fits_form(&self, schema: &Value) -> bool {
        let members = self.schemas.members(schema);
        if members.is_empty() {
            return self.schemas.resolved(schema).get("type").is_none_or(|ty| ty == "object");
        }
        let is_scalar = |schema: &Value| self.schemas.is_scalar(schema);
        let items = |schema: &Value| self.schemas.resolved(schema).get("items").is_some_and(is_scalar);
        members.values().all(|member| is_scalar(&member.schema) || items(&member.schema))
    }

    fn success(&mut self, facts: &Facts) -> BTreeMap<String, Response> {
        let answer = &facts.answer;
        if answer.describes.is_some() {
            return BTreeMap::new();
        }
        let told = answer.tells.map(|tells| tells());
        let (status, content) =
            told.map_or((Status::Unknown, Content::Unknown), |told| (told.status, told.content));
        let status = self.entry.info.status().map_or(status, Status::Is);
        let (key, description) = match status {
            Status::Is(code) => (code.to_string(), reason(code, "Success")),
            Status::Range(3) => ("3XX".to_owned(), "A redirect"),
            Status::Range(_) | Status::Unknown => ("2XX".to_owned(), "Success"),
        };
        let mut response = Response::new(description);
        match content {
            _ if matches!(status, Status::Is(204 | 205)) => {}
            Content::Empty => {}
            Content::Unknown => {
                self.undocumented.push(format!("answer `{}`", (answer.name)()));
                response.content.insert("*/*", Media { schema: self.schemas.of(Way::Out, None) });
            }
            Content::Json | Content::JsonOrText => {
                if content == Content::JsonOrText {
                    response.content.insert("text/plain", Media { schema: string() });
                }
                if answer.schema.is_none() {
                    self.undocumented.push(format!("answer `{}`", (answer.name)()));
                }
                let schema = self.schemas.of(Way::Out, answer.schema);
                response.content.insert("application/json", Media { schema });
            }
            Content::Media(media) => {
                let is_text = media.starts_with("text/");
                let schema = if is_text { string() } else { self.schemas.of(Way::Out, None) };
                response.content.insert(media, Media { schema });
            }
        }
        BTreeMap::from([(key, response)])
    }
}

const CATCH_ALL: &str = "One segment or more, with the `/` between them: OpenAPI has no word for it.";

fn string() -> Directed {
    Directed { way: Way::In, schema: json!({ "type": "string" }) }
}

/// Segments with `/` between them, none of which climbs out of a folder, unless they may.
fn segments_text(dot_segments: bool) -> Directed {
    const SEGMENT: &str = r"(?:[^./\\][^/\\]*|\.[^./\\][^/\\]*|\.\.[^/\\]+)";
    if dot_segments {
        return string();
    }
    let pattern = format!("^{SEGMENT}(?:/{SEGMENT}?)*$");
    Directed { way: Way::In, schema: json!({ "type": "string", "pattern": pattern }) }
}

/// Its type needs a feature of axum that nobody else here needs.
fn is_multipart(fact: &ArgumentFact) -> bool {
    (fact.name)().ends_with("::Multipart")
}

fn reads(fact: &ArgumentFact) -> Option<What> {
    fact.reads.map(|reads| reads().what)
}

/// The limits of the route, in bytes and milliseconds.
fn limits(config: &RouteConfig, reads_body: bool) -> BTreeMap<&'static str, Value> {
    let mut limits = BTreeMap::new();
    if reads_body && config.get_body_parser() != Some(false) {
        limits.insert("x-body-limit", json!(config.get_body_limit().unwrap_or(BODY_LIMIT)));
    }
    match config.get_response_limit() {
        None => drop(limits.insert("x-response-limit", json!(RESPONSE_LIMIT))),
        Some(ResponseLimit::Bytes(bytes)) => drop(limits.insert("x-response-limit", json!(bytes))),
        Some(ResponseLimit::Warn | ResponseLimit::Off) => {}
    }
    if let Some(Some(limit)) = config.get_max_duration() {
        let millis = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        limits.insert("x-max-duration", json!(millis));
    }
    limits
}

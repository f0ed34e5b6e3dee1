//! The parts of an OpenAPI 3.1 document that are written here. <https://spec.openapis.org/oas/v3.1.1>

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::Value;

use super::Info;
use super::schemas::Directed;

#[derive(Debug, Clone, Serialize)]
pub(super) struct Document {
    pub(super) openapi: &'static str,
    pub(super) info: Info,
    pub(super) servers: Vec<Server>,
    /// None for all: the extractors of a route tell it.
    pub(super) security: [(); 0],
    pub(super) paths: Paths,
    pub(super) components: Components,
    /// What no path can stand for.
    #[serde(rename = "x-unexpressed", skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) unexpressed: Paths,
}

/// The operations by path and method.
pub(super) type Paths = BTreeMap<String, BTreeMap<&'static str, Operation>>;

#[derive(Debug, Clone, Serialize)]
pub(super) struct Server {
    pub(super) url: String,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Components {
    pub(super) schemas: BTreeMap<String, Value>,
    #[serde(rename = "securitySchemes", skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) security_schemes: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Operation {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tags: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) summary: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    pub(super) operation_id: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) deprecated: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) security: Vec<BTreeMap<String, [(); 0]>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) parameters: Vec<Parameter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request_body: Option<RequestBody>,
    pub(super) responses: BTreeMap<String, Response>,
    /// The limits and the marks that OpenAPI has no words for.
    #[serde(flatten)]
    pub(super) extensions: BTreeMap<&'static str, Value>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Parameter {
    pub(super) name: String,
    #[serde(rename = "in")]
    pub(super) place: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    pub(super) required: bool,
    #[serde(serialize_with = "schema")]
    pub(super) schema: Directed,
    #[serde(flatten)]
    pub(super) extensions: BTreeMap<&'static str, Value>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct RequestBody {
    pub(super) required: bool,
    pub(super) content: BTreeMap<&'static str, Media>,
}

#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Response {
    pub(super) description: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) content: BTreeMap<&'static str, Media>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Media {
    #[serde(serialize_with = "schema")]
    pub(super) schema: Directed,
}

fn schema<S: serde::Serializer>(directed: &Directed, serializer: S) -> Result<S::Ok, S::Error> {
    directed.schema.serialize(serializer)
}

impl Operation {
    /// Every schema in it.
    pub(super) fn schemas(&mut self) -> impl Iterator<Item = &mut Directed> {
        let parameters = self.parameters.iter_mut().map(|parameter| &mut parameter.schema);
        let bodies = self.request_body.iter_mut().flat_map(|body| body.content.values_mut());
        let answers = self.responses.values_mut().flat_map(|response| response.content.values_mut());
        parameters.chain(bodies.chain(answers).map(|media| &mut media.schema))
    }
}

impl Parameter {
    pub(super) fn new(name: String, place: &'static str, required: bool, schema: Directed) -> Self {
        Parameter { name, place, description: None, required, schema, extensions: BTreeMap::new() }
    }

    pub(super) fn is(&self, place: &str, name: &str) -> bool {
        self.place == place && self.name == name
    }
}

impl Response {
    /// Without a body.
    pub(super) fn new(description: impl Into<String>) -> Self {
        Response { description: description.into(), content: BTreeMap::new() }
    }
}

/// What a status is called.
pub(super) fn reason(status: u16, otherwise: &'static str) -> &'static str {
    StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or(otherwise)
}

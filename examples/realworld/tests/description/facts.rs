//! What an OpenAPI document says, as facts: of each operation, what stands at which place.
//!
//! Words are left out: summaries, descriptions, examples, tags, ids; and what nobody else knows, `x-…`. A reference is what
//! it refers to, so names of components make no difference.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The steps to a place in an operation; what is above all is at none.
pub(crate) type Place = Vec<String>;

/// The facts of each operation, `GET /api/tags`.
pub(crate) type Facts = BTreeMap<String, BTreeMap<Place, String>>;

const THERE: &str = "is there";

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

const WORDS: [&str; 6] = ["title", "description", "example", "examples", "deprecated", "$comment"];

/// All facts of a document.
pub(crate) fn of(document: &Value) -> Facts {
    let reader = Reader { document };
    let url = document.pointer("/servers/0/url").and_then(Value::as_str).unwrap_or("/");
    let base = url.split_once("://").map_or(url, |(_, rest)| rest.find('/').map_or("", |at| &rest[at..]));
    let mut facts = Facts::new();
    for (path, item) in members(document, "paths") {
        for (method, operation) in METHODS.iter().filter_map(|method| Some((method, item.get(method)?))) {
            let name = format!("{} {}{path}", method.to_uppercase(), base.trim_end_matches('/'));
            facts.insert(name, reader.operation(item, operation));
        }
    }
    facts
}

struct Reader<'a> {
    document: &'a Value,
}

/// The facts of one operation, and the place where the next ones are.
struct Sheet {
    facts: BTreeMap<Place, String>,
    at: Place,
}

impl Sheet {
    fn say(&mut self, step: &str, fact: impl Into<String>) {
        let place = self.at.iter().cloned().chain((!step.is_empty()).then(|| step.to_owned())).collect();
        self.facts.insert(place, fact.into());
    }

    fn within(&mut self, step: &str, work: impl FnOnce(&mut Self)) {
        self.at.push(step.to_owned());
        work(self);
        self.at.pop();
    }
}

impl<'a> Reader<'a> {
    fn operation(&self, item: &'a Value, operation: &'a Value) -> BTreeMap<Place, String> {
        let mut sheet = Sheet { facts: BTreeMap::new(), at: Place::new() };
        sheet.say("", THERE);
        sheet.say("security", self.security(operation));
        for parameter in list(item, "parameters").chain(list(operation, "parameters")) {
            let parameter = self.resolved(parameter);
            let name = format!("{} {}", text(&parameter["in"]), text(&parameter["name"]));
            sheet.say(&name, required(parameter["required"] == true));
            sheet.within(&name, |sheet| {
                for (key, value) in known(parameter) {
                    match &**key {
                        "in" | "name" | "required" => {}
                        "schema" => self.schema(sheet, value, &mut Vec::new()),
                        "content" => self.content(sheet, parameter),
                        _ => sheet.say(key, value.to_string()),
                    }
                }
            });
        }
        if let Some(body) = operation.get("requestBody").map(|body| self.resolved(body)) {
            sheet.say("body", required(body["required"] == true));
            sheet.within("body", |sheet| self.content(sheet, body));
        }
        for (status, response) in members(operation, "responses") {
            let response = self.resolved(response);
            // Every answer must have a description (OpenAPI 3.1, 4.8.17).
            sheet.say(status, if response.get("description").is_some() { THERE } else { "is not described" });
            sheet.within(status, |sheet| {
                self.content(sheet, response);
                for (name, header) in members(response, "headers") {
                    let header = self.resolved(header);
                    let name = format!("header {}", name.to_lowercase());
                    sheet.say(&name, required(header["required"] == true));
                    sheet.within(&name, |sheet| self.schema(sheet, &header["schema"], &mut Vec::new()));
                }
            });
        }
        sheet.facts
    }

    fn content(&self, sheet: &mut Sheet, holder: &'a Value) {
        for (media, content) in members(holder, "content") {
            sheet.say(media, THERE);
            sheet.within(media, |sheet| {
                if let Some(schema) = content.get("schema") {
                    self.schema(sheet, schema, &mut Vec::new());
                }
            });
        }
    }

    /// `seen` are the references that led here: a schema may be within itself.
    fn schema(&self, sheet: &mut Sheet, schema: &'a Value, seen: &mut Vec<&'a str>) {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            if seen.contains(&reference) {
                return sheet.say("", "as around it");
            }
            seen.push(reference);
            self.schema(sheet, self.resolved(schema), seen);
            seen.pop();
        }
        let is_required = |name: &str| list(schema, "required").any(|found| found == name);
        for (key, value) in known(schema) {
            match &**key {
                "$ref" => {}
                "type" => {
                    let mut types: Vec<&str> = value.as_array().into_iter().flatten().map(text).collect();
                    types.extend(value.as_str());
                    types.sort_unstable();
                    sheet.say("type", types.join(" or "));
                }
                "properties" => {
                    for (name, property) in members(schema, "properties") {
                        let name = format!(".{name}");
                        sheet.say(&name, required(is_required(&name[1..])));
                        sheet.within(&name, |sheet| self.schema(sheet, property, seen));
                    }
                }
                "required" => {
                    let unknown = list(schema, "required").map(text);
                    let unknown = unknown.filter(|name| schema["properties"].get(name).is_none());
                    unknown.for_each(|name| sheet.say(&format!(".{name}"), "required, and nothing else"));
                }
                "items" | "additionalProperties" | "not" if value.is_object() => {
                    sheet.say(key, THERE);
                    sheet.within(key, |sheet| self.schema(sheet, value, seen));
                }
                "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
                    for (index, part) in list(schema, key).enumerate() {
                        let part_of = format!("{key} {index}");
                        sheet.say(&part_of, THERE);
                        sheet.within(&part_of, |sheet| self.schema(sheet, part, seen));
                    }
                }
                _ => sheet.say(key, value.to_string()),
            }
        }
    }

    /// Who may ask: each way by what its schemes are, not by how they are called.
    fn security(&self, operation: &'a Value) -> String {
        let ways = operation.get("security").unwrap_or(&self.document["security"]);
        let ways = ways.as_array().into_iter().flatten().filter_map(Value::as_object);
        let mut ways: Vec<String> = ways.map(|way| self.way(way)).collect();
        if ways.is_empty() {
            ways.push("anybody".to_owned());
        }
        ways.sort_unstable();
        ways.join(" or ")
    }

    fn way(&self, way: &Map<String, Value>) -> String {
        let schemes = way.iter().map(|(name, scopes)| {
            let scheme = self.resolved(&self.document["components"]["securitySchemes"][name]);
            let parts = known(scheme).map(|(key, value)| format!("{key}={value}"));
            let parts: Vec<String> = parts.chain([format!("scopes={scopes}")]).collect();
            format!("{{{}}}", parts.join(" "))
        });
        let schemes: Vec<String> = schemes.collect();
        if schemes.is_empty() { "anybody".to_owned() } else { schemes.join(" and ") }
    }

    fn resolved(&self, value: &'a Value) -> &'a Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => {
                let found = self.document.pointer(reference.trim_start_matches('#'));
                // Of nothing there are no facts, so it differs from what is there.
                self.resolved(found.unwrap_or(&Value::Null))
            }
            None => value,
        }
    }
}

/// Its members, but for the words.
fn known(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let all = value.as_object().into_iter().flatten();
    all.filter(|(key, _)| !WORDS.contains(&&***key) && !key.starts_with("x-"))
}

fn members<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.get(key).and_then(Value::as_object).into_iter().flatten()
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn required(is_required: bool) -> &'static str {
    if is_required { "required" } else { "optional" }
}

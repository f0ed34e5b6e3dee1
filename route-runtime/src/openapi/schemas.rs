//! The schemas of all types of a document, and their names.
//!
//! What a type is read from and what it is written as may differ, so there are two sets of schemas. What is the same in
//! both is one component; what is not has two names.

use std::collections::{BTreeMap, BTreeSet};

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::facts::SchemaFn;

const PREFIX: &str = "#/components/schemas/";

/// Which way a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    In,
    Out,
}

/// A schema of a document, whose references are of its way.
#[derive(Debug, Clone)]
pub(super) struct Directed {
    pub(super) way: Way,
    pub(super) schema: Value,
}

pub(super) struct Schemas {
    read: SchemaGenerator,
    written: SchemaGenerator,
}

impl Schemas {
    pub(super) fn new() -> Self {
        let settings = || {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = "/components/schemas".into();
                settings.meta_schema = None;
            })
        };
        Schemas {
            read: settings().for_deserialize().into_generator(),
            written: settings().for_serialize().into_generator(),
        }
    }

    fn generator(&mut self, way: Way) -> &mut SchemaGenerator {
        match way {
            Way::In => &mut self.read,
            Way::Out => &mut self.written,
        }
    }

    /// The schema of a type; anything where it has none.
    pub(super) fn of(&mut self, way: Way, schema: Option<SchemaFn>) -> Directed {
        let generator = self.generator(way);
        let schema = schema.map_or_else(|| json!({}), |schema| schema(generator).to_value());
        // `true` is what schemars says of a type that may be anything.
        Directed { way, schema: if schema == Value::Bool(true) { json!({}) } else { schema } }
    }

    /// What a reference stands for; the schema itself where it is none.
    pub(super) fn resolved(&self, directed: &Directed) -> Value {
        let generator = match directed.way {
            Way::In => &self.read,
            Way::Out => &self.written,
        };
        let named =
            directed.schema.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix(PREFIX));
        let found = named.and_then(|name| generator.definitions().get(name));
        found.unwrap_or(&directed.schema).clone()
    }

    /// The components, and how the names of each way are called among them; none is called as one of `taken`.
    pub(super) fn finish(
        mut self,
        mut taken: BTreeSet<String>,
    ) -> (BTreeMap<(Way, String), String>, BTreeMap<String, Value>) {
        let read = self.read.take_definitions(true);
        let written = self.written.take_definitions(true);
        let apart = differing(&read, &written);
        let mut names = BTreeMap::new();
        for (name, way) in
            read.keys().map(|name| (name, Way::In)).chain(written.keys().map(|name| (name, Way::Out)))
        {
            let shared = read.contains_key(name) && written.contains_key(name) && !apart.contains(name);
            if shared && way == Way::Out {
                let same = names.get(&(Way::In, name.clone())).cloned().unwrap_or_default();
                names.insert((way, name.clone()), same);
                continue;
            }
            let suffix = match way {
                _ if !apart.contains(name) => "",
                Way::In => "Input",
                Way::Out => "Output",
            };
            names.insert((way, name.clone()), free(&format!("{}{suffix}", plain(name)), &mut taken));
        }
        let mut components = BTreeMap::new();
        for (way, definitions) in [(Way::In, read), (Way::Out, written)] {
            for (name, schema) in definitions {
                let renamed = renamed(Directed { way, schema }, &names);
                if let Some(name) = names.get(&(way, name)) {
                    components.insert(name.clone(), renamed);
                }
            }
        }
        (names, components)
    }
}

/// The names whose schemas are not the same in both ways, or refer to such.
fn differing(read: &Map<String, Value>, written: &Map<String, Value>) -> BTreeSet<String> {
    let both = || read.iter().filter_map(|(name, schema)| Some((name, schema, written.get(name)?)));
    let mut apart: BTreeSet<String> =
        both().filter(|(_, read, written)| read != written).map(|(name, ..)| name.clone()).collect();
    loop {
        let refers = |schema: &Value| references(schema).iter().any(|name| apart.contains(name));
        let more: Vec<String> = both()
            .filter(|(name, schema, _)| !apart.contains(*name) && refers(schema))
            .map(|(name, ..)| name.clone())
            .collect();
        if more.is_empty() {
            return apart;
        }
        apart.extend(more);
    }
}

/// A name that is none yet.
fn free(wanted: &str, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{wanted}{number}"));
    let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
    let name = names.find(|name| !taken.contains(name)).unwrap_or_default();
    taken.insert(name.clone());
    name
}

/// What may be the name of a component (OpenAPI 3.1, 4.8.7.1).
fn plain(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
    name.chars().map(plain).collect()
}

/// The names that a schema refers to.
pub(super) fn references(schema: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    walk(schema, &mut |reference| {
        names.extend(reference.strip_prefix(PREFIX).map(str::to_owned));
    });
    names
}

fn walk(schema: &Value, visit: &mut impl FnMut(&str)) {
    match schema {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(reference) if key == "$ref" => visit(reference),
                    value => walk(value, visit),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| walk(value, visit)),
        _ => {}
    }
}

/// The schema with the names of the components.
pub(super) fn renamed(directed: Directed, names: &BTreeMap<(Way, String), String>) -> Value {
    fn rename(value: &mut Value, way: Way, names: &BTreeMap<(Way, String), String>) {
        match value {
            Value::Object(members) => {
                for (key, value) in members {
                    match value {
                        Value::String(reference) if key == "$ref" => {
                            let name = reference.strip_prefix(PREFIX).unwrap_or_default();
                            if let Some(name) = names.get(&(way, name.to_owned())) {
                                *reference = format!("{PREFIX}{name}");
                            }
                        }
                        value => rename(value, way, names),
                    }
                }
            }
            Value::Array(values) => values.iter_mut().for_each(|value| rename(value, way, names)),
            _ => {}
        }
    }
    let Directed { way, mut schema } = directed;
    rename(&mut schema, way, names);
    schema
}

/// The schema without `null`, which no text of a path or a query is.
pub(super) fn without_null(mut schema: Value) -> Value {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|ty| ty != "null");
        if let [only] = &**types {
            let only = only.clone();
            schema["type"] = only;
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| *choice != json!({ "type": "null" }));
        if let [only] = &**choices {
            let only = only.clone();
            let others = schema.as_object().is_some_and(|members| members.len() > 1);
            if !others {
                return only;
            }
        }
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    schema
}

//! The schemas of all types of a document, and their names.
//!
//! What a type is read from and what it is written as may differ, so there are two sets of schemas. What is the same in
//! both is one component; what is not has two names.

use std::collections::btree_map::Entry;
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
    /// It is the library's own, which no type of a user can take the name of.
    Library,
}

/// A schema of a document, whose references are of its way.
#[derive(Debug, Clone)]
pub(super) struct Directed {
    pub(super) way: Way,
    pub(super) schema: Value,
}

/// A member of an object.
pub(super) struct Member {
    pub(super) schema: Value,
    pub(super) is_required: bool,
}

impl Member {
    /// Makes it this or that.
    fn or(&mut self, other: Value, is_required: bool) {
        self.is_required |= is_required;
        if self.schema == other {
            return;
        }
        match self.schema.get_mut("anyOf").and_then(Value::as_array_mut) {
            Some(choices) if choices.contains(&other) => {}
            Some(choices) => choices.push(other),
            None => self.schema = json!({ "anyOf": [self.schema.take(), other] }),
        }
    }
}

/// How far a type is followed that may hold itself.
const DEEPEST: u8 = 8;

#[derive(Debug)]
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

    /// The schema of a type; anything where it has none.
    pub(super) fn of(&mut self, way: Way, schema: Option<SchemaFn>) -> Directed {
        let generator = match way {
            Way::In => &mut self.read,
            Way::Out | Way::Library => &mut self.written,
        };
        let schema = schema.map_or_else(|| json!({}), |schema| schema(generator).to_value());
        // `true` is what schemars says of a type that may be anything.
        Directed { way, schema: if schema == Value::Bool(true) { json!({}) } else { schema } }
    }

    /// What is read, without `null` and behind all references, whether they may be `null` or not.
    pub(super) fn resolved(&self, schema: &Value) -> Value {
        let mut schema = without_null(schema.clone());
        // A type that refers to nothing but itself is none.
        for _ in 0..DEEPEST {
            let named = schema.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix(PREFIX));
            let Some(found) = named.and_then(|name| self.read.definitions().get(name)) else { break };
            schema = without_null(found.clone());
        }
        schema
    }

    /// The members of what is read as an object: those of all its variants, of which then none is required.
    pub(super) fn members(&self, schema: &Value) -> BTreeMap<String, Member> {
        self.members_within(schema, DEEPEST)
    }

    fn members_within(&self, schema: &Value, depth: u8) -> BTreeMap<String, Member> {
        let schema = self.resolved(schema);
        let list = |key: &str| schema.get(key).and_then(Value::as_array).into_iter().flatten();
        let required: Vec<&str> = list("required").filter_map(Value::as_str).collect();
        let mut members = BTreeMap::<String, Member>::new();
        for (name, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let is_required = required.contains(&&**name);
            members.insert(name.clone(), Member { schema: without_null(schema.clone()), is_required });
        }
        let always = list("allOf").map(|part| (part, true));
        let variants = list("oneOf").chain(list("anyOf")).map(|part| (part, false));
        let parts = always.chain(variants).take_while(|_| depth > 0);
        for (part, is_always) in parts {
            for (name, Member { schema, is_required }) in self.members_within(part, depth - 1) {
                let is_required = is_always && is_required;
                match members.entry(name) {
                    Entry::Vacant(free) => drop(free.insert(Member { schema, is_required })),
                    Entry::Occupied(mut known) => known.get_mut().or(schema, is_required),
                }
            }
        }
        members
    }

    /// Whether it is one text of a form: a number, a text, `true`, or one of several such.
    pub(super) fn is_scalar(&self, schema: &Value) -> bool {
        self.is_scalar_within(schema, DEEPEST)
    }

    fn is_scalar_within(&self, schema: &Value, depth: u8) -> bool {
        let schema = self.resolved(schema);
        let is_scalar = |value: &Value| !(value.is_object() || value.is_array());
        let variants = || ["oneOf", "anyOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
        match schema.get("type") {
            Some(Value::String(ty)) => !matches!(&**ty, "object" | "array"),
            Some(Value::Array(types)) => !types.iter().any(|ty| ty == "object" || ty == "array"),
            _ if schema.get("const").is_some_and(is_scalar) => true,
            _ if schema.get("enum").is_some() => true,
            _ => {
                depth > 0
                    && variants().next().is_some()
                    && variants().all(|variant| self.is_scalar_within(variant, depth - 1))
            }
        }
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
                Way::Out | Way::Library => "Output",
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
pub(super) fn free(wanted: &str, taken: &mut BTreeSet<String>) -> String {
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

/// What an integer can be, which schemars tells by its format only where it has more than 16 bits.
fn bound(schema: &mut Map<String, Value>) {
    let is_integer = match schema.get("type") {
        Some(Value::Array(types)) => types.iter().any(|ty| ty == "integer"),
        ty => ty.is_some_and(|ty| ty == "integer"),
    };
    if !is_integer {
        return;
    }
    let format = schema.get("format").and_then(Value::as_str);
    let (least, most) = match format {
        Some("int32") => (json!(i32::MIN), json!(i32::MAX)),
        Some("int64" | "int") => (json!(i64::MIN), json!(i64::MAX)),
        Some("uint32") => (json!(u32::MIN), json!(u32::MAX)),
        Some("uint64" | "uint") => (json!(u64::MIN), json!(u64::MAX)),
        _ => return,
    };
    for (key, exclusive, bound) in
        [("minimum", "exclusiveMinimum", least), ("maximum", "exclusiveMaximum", most)]
    {
        if !schema.contains_key(exclusive) {
            schema.entry(key).or_insert(bound);
        }
    }
}

/// The schema with the names of the components, and the bounds of its integers.
pub(super) fn renamed(directed: Directed, names: &BTreeMap<(Way, String), String>) -> Value {
    fn rename(value: &mut Value, way: Way, names: &BTreeMap<(Way, String), String>) {
        match value {
            Value::Object(members) => {
                bound(members);
                for (key, value) in members {
                    match value {
                        Value::String(reference) if key == "$ref" => {
                            let name = reference.strip_prefix(PREFIX).unwrap_or_default();
                            if let Some(name) = names.get(&(way, name.to_owned())) {
                                *reference = format!("{PREFIX}{name}");
                            }
                        }
                        // Values, not schemas.
                        _ if matches!(&**key, "default" | "const" | "enum" | "example" | "examples") => {}
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
        // A description beside the choices describes the one that is left.
        if let ([Value::Object(only)], Some(members)) = (&*choices.clone(), schema.as_object_mut()) {
            members.remove("anyOf");
            let missing = only.iter().filter(|(key, _)| !members.contains_key(*key));
            let missing: Vec<_> = missing.map(|(key, value)| (key.clone(), value.clone())).collect();
            members.extend(missing);
        }
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    schema
}

//! The public description of the interface, where that is at hand.
//!
//! It is somebody else's text and no part of this project: it is read where it lies, beside the workspace.

use std::path::Path;

use serde_json::{Value, json};
use yaml_rust2::{Yaml, YamlLoader};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/realworld/openapi.yml");

/// `None` where there is no file.
pub(crate) fn document() -> Option<Value> {
    Path::new(FILE).exists().then(|| {
        let text = std::fs::read_to_string(FILE).expect("text");
        to_json(&YamlLoader::load_from_str(&text).expect("YAML")[0])
    })
}

/// What a test that needs the description prints without it.
pub(crate) fn skipped(what: &str) {
    println!("skipped: {what}: there is no {FILE}");
}

fn to_json(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::String(text) | Yaml::Real(text) => json!(text),
        Yaml::Integer(number) => json!(number),
        Yaml::Boolean(truth) => json!(truth),
        Yaml::Array(elements) => elements.iter().map(to_json).collect(),
        Yaml::Hash(fields) => Value::Object(
            fields
                .iter()
                .map(|(key, value)| (key.as_str().expect("a name").to_owned(), to_json(value)))
                .collect(),
        ),
        Yaml::Null => Value::Null,
        Yaml::Alias(_) | Yaml::BadValue => panic!("{yaml:?}"),
    }
}

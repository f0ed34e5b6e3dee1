//! The schemas of the public description, where that is at hand.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::client::Answer;
use crate::operations::{OPERATIONS, Operation, Token};
use crate::published::{self, skipped};

/// How many answers were held against a schema.
pub(crate) static VALIDATED: AtomicUsize = AtomicUsize::new(0);

#[derive(Debug)]
pub(crate) struct Description {
    document: Value,
    /// In the order of [`OPERATIONS`]; none where the answer has no body.
    success: Vec<Option<Validator>>,
    refusal: Validator,
}

/// `None` where there is no file.
pub(crate) fn description() -> Option<&'static Description> {
    static DESCRIPTION: OnceLock<Option<Description>> = OnceLock::new();
    DESCRIPTION.get_or_init(|| published::document().map(read)).as_ref()
}

fn read(document: Value) -> Description {
    let success = OPERATIONS.iter().map(|operation| {
        let pointer = schema_of(&document, operation, &operation.success.to_string())?;
        Some(validator(&document, &pointer))
    });
    let success = success.collect();
    let refusal = validator(&document, "#/components/schemas/GenericErrorModel");
    Description { document, success, refusal }
}

/// Where the schema of an answer is: the description names each answer by a reference.
fn schema_of(document: &Value, operation: &Operation, status: &str) -> Option<String> {
    let response =
        document["paths"][operation.path][operation.method.to_lowercase()]["responses"][status]["$ref"]
            .as_str()
            .unwrap_or_else(|| panic!("the description has no {} with {status}", operation.name()));
    let pointer = format!("{response}/content/application~1json/schema");
    document.pointer(pointer.trim_start_matches('#')).map(|_| pointer)
}

fn validator(document: &Value, pointer: &str) -> Validator {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "components": document["components"],
        "$ref": pointer,
    });
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema")
}

/// Holds an answer of success against the schema of its operation.
#[track_caller]
pub(crate) fn success(operation: &Operation, answer: &Answer) {
    let Some(description) = description() else { return };
    if let Some(validator) = description.success_of(operation) {
        hold(validator, answer);
    }
}

/// Holds a refusal against the schema of all of them.
#[track_caller]
pub(crate) fn refusal(answer: &Answer) {
    if let Some(description) = description() {
        hold(&description.refusal, answer);
    }
}

#[track_caller]
fn hold(validator: &Validator, answer: &Answer) {
    VALIDATED.fetch_add(1, Ordering::Relaxed);
    let errors: Vec<String> = validator
        .iter_errors(&answer.json)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:?}: {answer:#?}");
}

impl Description {
    fn success_of(&self, operation: &Operation) -> Option<&Validator> {
        let index = OPERATIONS.iter().position(|found| std::ptr::eq(found, operation)).expect("one of them");
        self.success[index].as_ref()
    }

    /// Whether a success of this operation may be so.
    pub(crate) fn allows(&self, operation: &Operation, json: &Value) -> bool {
        self.success_of(operation).is_none_or(|validator| validator.is_valid(json))
    }
}

#[test]
fn the_table_and_the_description_name_the_same_operations() {
    let Some(description) = description() else { return skipped("the table of the operations") };
    let mut described = Vec::new();
    for (path, methods) in description.document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let statuses = operation["responses"].as_object().expect("responses").keys();
            let success: Vec<&String> = statuses.filter(|status| status.starts_with('2')).collect();
            let secured = operation.get("security").is_some();
            let bodied = operation.get("requestBody").is_some();
            described.push(format!("{} {path} {success:?} {secured} {bodied}", method.to_uppercase()));
        }
    }
    let row = |operation: &Operation| {
        let (success, secured) = ([operation.success.to_string()], operation.token == Token::Required);
        format!("{} {success:?} {secured} {}", operation.name(), operation.body.is_some())
    };
    let mut table: Vec<String> = OPERATIONS.iter().map(row).collect();
    table.sort();
    described.sort();
    assert_eq!(table, described);
    assert_eq!(table.len(), 19);
}

#[test]
fn the_schemas_refuse_what_is_wrong() {
    let Some(description) = description() else { return skipped("what the schemas refuse") };
    let refusal = |json: Value| description.refusal.is_valid(&json);
    assert!(refusal(json!({"errors": {"body": ["A sentence."], "title": ["can't be empty"]}})));
    for wrong in
        [json!({}), json!({"errors": {}}), json!({"errors": {"body": "x"}}), json!({"errors": {"body": [1]}})]
    {
        assert!(!refusal(wrong.clone()), "{wrong}");
    }
}

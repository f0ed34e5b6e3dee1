//! Each field of each body: missing, of another type, empty, too long.

use serde_json::{Value, json};

use crate::client::{Answer, Client, PASSWORD};
use crate::operations::{OPERATIONS, Operation};
use crate::server::Server;

/// A body that is taken, and an operation to send it with.
struct Sample {
    operation: &'static Operation,
    key: &'static str,
    fields: Value,
    /// Whether a field may be left out, and be null.
    update: bool,
}

const TEXTS: [&str; 8] = ["username", "email", "password", "title", "description", "body", "bio", "image"];

fn samples() -> Vec<Sample> {
    let sample = |operation: &'static Operation| {
        let key = operation.body?;
        let (fields, update) = match (operation.method, operation.path) {
            (_, "/users/login") => (json!({"email": "ann@conduit.test", "password": PASSWORD}), false),
            ("POST", "/users") => {
                (json!({"username": "new", "email": "new@conduit.test", "password": PASSWORD}), false)
            }
            ("PUT", "/user") => {
                let fields = json!({
                    "username": "ann", "email": "ann@conduit.test", "password": PASSWORD, "bio": "B", "image": "I",
                });
                (fields, true)
            }
            ("POST", "/articles") => (json!({"title": "T", "description": "D", "body": "B"}), false),
            ("PUT", "/articles/{slug}") => (json!({"title": "T", "description": "D", "body": "B"}), true),
            _ => (json!({"body": "B"}), false),
        };
        Some(Sample { operation, key, fields, update })
    };
    OPERATIONS.iter().filter_map(sample).collect()
}

impl Sample {
    fn names(&self) -> Vec<String> {
        self.fields.as_object().expect("fields").keys().cloned().collect()
    }

    /// Sends these fields instead.
    fn send(&self, client: &Client, slug: &str, fields: &Value) -> Answer {
        let mut body = json!({});
        body[self.key] = fields.clone();
        self.send_text(client, slug, &body.to_string())
    }

    fn send_text(&self, client: &Client, slug: &str, body: &str) -> Answer {
        let target = self.operation.target("ann", slug, "1");
        client.ask(self.operation.method, &target, crate::client::JSON, body.as_bytes())
    }

    /// Sends the sample with another value of one field.
    fn send_with(&self, client: &Client, slug: &str, field: &str, value: Value) -> Answer {
        let mut fields = self.fields.clone();
        fields[field] = value;
        self.send(client, slug, &fields)
    }
}

fn scene() -> (Server, Client, String) {
    let server = Server::start();
    let ann = server.register("ann");
    let slug = ann.slug("Before");
    (server, ann, slug)
}

/// Nothing that was refused has left anything.
#[track_caller]
fn is_untouched(ann: &Client, slug: &str) {
    let article = ann.get(&format!("/articles/{slug}")).is(200).take("article");
    assert_eq!((&article["title"], &article["updatedAt"]), (&json!("Before"), &article["createdAt"]));
    assert_eq!(ann.titles("/articles").0, 1);
    assert_eq!(ann.get(&format!("/articles/{slug}/comments")).is(200).json, json!({"comments": []}));
    let user = ann.get("/user").is(200).take("user");
    assert_eq!((&user["username"], &user["bio"]), (&json!("ann"), &json!("")));
    ann.get("/profiles/new").is(404);
}

#[test]
fn six_operations_take_a_body() {
    let (_server, ann, slug) = scene();
    assert_eq!(samples().len(), 6);
    for sample in samples() {
        // A title of its own keeps the slug of the others.
        let fields = match sample.operation.path {
            "/articles/{slug}" => json!({"description": "D"}),
            _ => sample.fields.clone(),
        };
        sample.send(&ann, &slug, &fields).is(sample.operation.success);
    }
}

#[test]
fn a_missing_field_is_named() {
    let (_server, ann, slug) = scene();
    for sample in samples().iter().filter(|sample| !sample.update) {
        for field in sample.names() {
            let mut fields = sample.fields.clone();
            fields.as_object_mut().expect("fields").remove(&field);
            sample.send(&ann, &slug, &fields).refuses(422, &field);
        }
        let answer = sample.send(&ann, &slug, &json!({})).is(422);
        assert!(sample.names().iter().any(|field| answer.json["errors"].get(field).is_some()), "{answer:#?}");
    }
    is_untouched(&ann, &slug);
}

#[test]
fn another_type_is_named() {
    let (_server, ann, slug) = scene();
    for sample in samples() {
        for field in sample.names() {
            for wrong in
                [json!(1), json!(1.5), json!(true), json!([]), json!({}), json!(["x"]), json!({"x": "y"})]
            {
                sample.send_with(&ann, &slug, &field, wrong).refuses(422, &field);
            }
            let clears = sample.update && (field == "bio" || field == "image");
            if !clears {
                sample.send_with(&ann, &slug, &field, json!(null)).refuses(422, &field);
            }
        }
    }
    is_untouched(&ann, &slug);
}

#[test]
fn another_shape_is_refused() {
    let (_server, ann, slug) = scene();
    for sample in samples() {
        let key = sample.key;
        for body in ["{}", "null", "[]", "1", "\"x\"", "true", r#"{"x": {}}"#, "[[]]", "[{}]"] {
            sample.send_text(&ann, &slug, body).is(422);
        }
        for inner in ["null", "[]", "1", "\"s3cret\"", "true", "[[]]", "[{}]"] {
            sample.send_text(&ann, &slug, &format!(r#"{{"{key}": {inner}}}"#)).is(422);
        }
        // The fields in a list, in their order, are no object.
        let values: Vec<&Value> = sample.fields.as_object().expect("fields").values().collect();
        for values in [json!(values), json!([PASSWORD, PASSWORD, PASSWORD, PASSWORD, PASSWORD])] {
            sample.send(&ann, &slug, &values).is(422);
            sample.send_text(&ann, &slug, &values.to_string()).is(422);
        }
        sample.send_text(&ann, &slug, &json!([sample.fields]).to_string()).is(422);
        // Without what it should be in.
        sample.send_text(&ann, &slug, &sample.fields.to_string()).is(422);
        // The case of a name matters.
        let upper = format!(r#"{{"{}": {}}}"#, key.to_uppercase(), sample.fields);
        sample.send_text(&ann, &slug, &upper).is(422);
    }
    is_untouched(&ann, &slug);
}

#[test]
fn what_may_not_be_empty_says_so() {
    let (_server, ann, slug) = scene();
    for sample in samples() {
        for field in sample.names().iter().filter(|field| !["bio", "image"].contains(&field.as_str())) {
            for blank in ["", " ", " \t\r\n", "\u{3000}"] {
                let answer = sample.send_with(&ann, &slug, field, json!(blank));
                // A password of blanks is one that nobody has.
                if sample.operation.path == "/users/login" && !blank.is_empty() {
                    answer.one_of(&[401, 422]);
                } else {
                    answer.says(422, field, "can't be empty");
                }
            }
        }
    }
    // Where all is wrong, at least one is named.
    for sample in samples().iter().filter(|sample| !sample.update) {
        let fields: serde_json::Map<String, Value> =
            sample.names().into_iter().map(|field| (field, json!(""))).collect();
        let answer = sample.send(&ann, &slug, &json!(fields)).is(422);
        let named = |field: &String| answer.json["errors"][field] == json!(["can't be empty"]);
        assert!(fields.keys().any(named), "{answer:#?}");
    }
    is_untouched(&ann, &slug);
}

#[test]
fn what_is_too_long_is_refused_or_kept_whole() {
    let (_server, ann, slug) = scene();
    let long = "x".repeat(900_000);
    let bound = ["username", "email", "password", "title"];
    for sample in samples().iter().filter(|sample| sample.operation.path != "/users/login") {
        for field in sample.names() {
            let value = match field.as_str() {
                "email" => format!("{long}@conduit.test"),
                _ => long.clone(),
            };
            let answer = sample.send_with(&ann, &slug, &field, json!(value)).one_of(&[200, 201, 422]);
            if bound.contains(&field.as_str()) || answer.status == 422 {
                answer.refuses(422, &field);
            } else {
                assert!(
                    TEXTS.contains(&field.as_str()) && answer.json[sample.key][&field] == value,
                    "{field}"
                );
            }
        }
    }
    let long = &long[..400_000];
    let login = json!({"user": {"email": format!("{long}@conduit.test"), "password": long}});
    ann.post("/users/login", &login).one_of(&[401, 422]);
}

#[test]
fn what_nobody_asked_for_is_passed_over() {
    let (_server, ann, slug) = scene();
    for sample in samples().iter().filter(|sample| sample.operation.path != "/articles/{slug}") {
        let mut fields = sample.fields.clone();
        fields["nothing"] = json!({"known": [1, null]});
        let mut body = json!({"more": null});
        body[sample.key] = fields;
        sample.send_text(&ann, &slug, &body.to_string()).one_of(&[sample.operation.success, 422]);
    }
}

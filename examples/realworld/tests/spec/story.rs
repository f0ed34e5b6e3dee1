//! One story that needs all 19 operations, told from the first user to the last deletion.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::client::{Client, PASSWORD, each, text};
use crate::operations::{OPERATIONS, Operation, Shape};
use crate::server::Server;
use crate::{published, schema};

#[test]
fn every_operation_has_its_part_in_the_story() {
    let server = Server::start();
    two_people_join(&server);
    let anonymous = server.anonymous();
    let login = json!({"user": {"email": "ann@conduit.test", "password": PASSWORD}});
    let ann =
        anonymous.with_token(text(&anonymous.post("/users/login", &login).is(200).json["user"]["token"]));
    let bob =
        anonymous.post("/users/login", &json!({"user": {"email": "bob@conduit.test", "password": PASSWORD}}));
    let bob = anonymous.with_token(text(&bob.is(200).json["user"]["token"]));

    let slug = ann_writes(&ann);
    bob_reads_and_likes(&bob, &slug);
    they_discuss(&ann, &bob, &slug);
    it_all_goes_away(&ann, &bob, &anonymous, &slug);

    let log = server.log.lock().expect("no panic").clone();
    let mut all: Vec<String> = OPERATIONS.iter().map(Operation::name).collect();
    all.sort();
    assert_eq!(log.keys().cloned().collect::<Vec<_>>(), all, "some operation has not succeeded");
    println!("all {} operations answered with success", all.len());
    the_schemas_mean_each_of_these_answers(&log);
}

fn two_people_join(server: &Server) {
    let ann = server.register("ann");
    let user = ann.get("/user").is(200).take("user");
    assert_eq!((&user["username"], &user["email"]), (&json!("ann"), &json!("ann@conduit.test")));
    // Strings, also while nothing is said.
    assert_eq!((&user["bio"], &user["image"]), (&json!(""), &json!("")));

    let bob = server.register("bob");
    let change = json!({"user": {"bio": "I like to read.", "image": "https://conduit.test/bob.png"}});
    let user = bob.put("/user", &change).is(200).take("user");
    assert_eq!((&user["username"], &user["bio"]), (&json!("bob"), &json!("I like to read.")));
    assert_eq!(
        bob.with_token(text(&user["token"])).get("/user").is(200).json["user"]["bio"],
        "I like to read."
    );
}

fn ann_writes(ann: &Client) -> String {
    let article = json!({"article": {
        "title": "How to train your dragon",
        "description": "Ever wonder how?",
        "body": "You have to believe.",
        "tagList": ["angularjs", "dragons", "reactjs"],
    }});
    let article = ann.post("/articles", &article).is(201).take("article");
    for (field, value) in [
        ("title", json!("How to train your dragon")),
        ("description", json!("Ever wonder how?")),
        ("body", json!("You have to believe.")),
        ("tagList", json!(["angularjs", "dragons", "reactjs"])),
        ("favorited", json!(false)),
        ("favoritesCount", json!(0)),
        ("author", json!({"username": "ann", "bio": "", "image": "", "following": false})),
    ] {
        assert_eq!(article[field], value, "{field}");
    }
    let slug = text(&article["slug"]);
    assert!(slug.starts_with("how-to-train-your-dragon"), "{slug}");
    assert_eq!(article["createdAt"], article["updatedAt"]);

    let change = json!({"article": {"body": "With your bare hands."}});
    let changed = ann.put(&format!("/articles/{slug}"), &change).is(200).take("article");
    assert_eq!((text(&changed["slug"]), text(&changed["body"])), (slug, "With your bare hands."));
    slug.to_owned()
}

fn bob_reads_and_likes(bob: &Client, slug: &str) {
    assert_eq!(bob.titles("/articles/feed"), (0, vec![]));
    assert_eq!(bob.get("/profiles/ann").is(200).json["profile"]["following"], false);
    assert_eq!(bob.touch("/profiles/ann/follow").is(200).json["profile"]["following"], true);
    assert_eq!(bob.titles("/articles/feed"), (1, vec!["How to train your dragon".to_owned()]));

    let liked = bob.touch(&format!("/articles/{slug}/favorite")).is(200).take("article");
    assert_eq!((&liked["favorited"], &liked["favoritesCount"]), (&json!(true), &json!(1)));
    let read = bob.get(&format!("/articles/{slug}")).is(200).take("article");
    assert_eq!(read, liked);
    assert_eq!(read["author"]["following"], true);
    let listed = bob.get("/articles?favorited=bob&author=ann&tag=dragons").is(200).json;
    assert_eq!((&listed["articlesCount"], each(&listed["articles"], "slug")), (&json!(1), vec![slug]));
    assert_eq!(listed["articles"][0]["author"]["following"], true);

    let tags = bob.get("/tags").is(200).take("tags");
    let mut tags: Vec<&str> = tags.as_array().expect("tags").iter().map(text).collect();
    tags.sort_unstable();
    assert_eq!(tags, ["angularjs", "dragons", "reactjs"]);
}

fn they_discuss(ann: &Client, bob: &Client, slug: &str) {
    let path = format!("/articles/{slug}/comments");
    let comment = json!({"comment": {"body": "His name was my name too."}});
    let comment = bob.post(&path, &comment).is(200).take("comment");
    assert_eq!(comment["body"], "His name was my name too.");
    assert_eq!(
        (&comment["author"]["username"], &comment["author"]["following"]),
        (&json!("bob"), &json!(false))
    );
    let second = ann.comment(slug, "Thank you.");

    let comments = bob.get(&path).is(200).take("comments");
    let mut bodies = each(&comments, "body");
    bodies.sort_unstable();
    assert_eq!(bodies, ["His name was my name too.", "Thank you."]);

    assert_eq!(ann.delete(&format!("{path}/{second}")).is(204).body, "");
    assert_eq!(each(&bob.get(&path).is(200).json["comments"], "body"), ["His name was my name too."]);
}

fn it_all_goes_away(ann: &Client, bob: &Client, anonymous: &Client, slug: &str) {
    let left = bob.delete(&format!("/articles/{slug}/favorite")).is(200).take("article");
    assert_eq!((&left["favorited"], &left["favoritesCount"]), (&json!(false), &json!(0)));
    assert_eq!(bob.delete("/profiles/ann/follow").is(200).json["profile"]["following"], false);
    assert_eq!(bob.titles("/articles/feed").0, 0);

    ann.delete(&format!("/articles/{slug}")).is(204);
    anonymous.get(&format!("/articles/{slug}")).says(404, "article", "not found");
    assert_eq!(anonymous.titles("/articles"), (0, vec![]));
    assert_eq!(anonymous.get("/tags").is(200).json, json!({"tags": []}));
}

/// Each answer passed; without any of its fields, or with another type in it, it would not have.
fn the_schemas_mean_each_of_these_answers(log: &BTreeMap<String, String>) {
    let Some(description) = schema::description() else {
        return published::skipped("the schemas of the answers");
    };
    let mut refused = 0;
    for operation in OPERATIONS.iter().filter(|operation| operation.shape != Shape::Nothing) {
        let answer = serde_json::from_str(&log[&operation.name()]).expect("JSON");
        assert!(description.allows(operation, &answer), "{answer}");
        for broken in breaks(&answer) {
            assert!(!description.allows(operation, &broken), "{} may be {broken}", operation.name());
            refused += 1;
        }
    }
    println!("{refused} broken answers refused");
    assert!(refused > 200, "only {refused}");
}

/// Each value with one field missing, and with one value of another type.
fn breaks(value: &Value) -> Vec<Value> {
    let mut broken = Vec::new();
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                let mut without = fields.clone();
                without.remove(name);
                broken.push(Value::Object(without));
                for inner in breaks(inner) {
                    let mut other = fields.clone();
                    other.insert(name.clone(), inner);
                    broken.push(Value::Object(other));
                }
                if name.ends_with("At") {
                    let mut other = fields.clone();
                    other.insert(name.clone(), json!("yesterday"));
                    broken.push(Value::Object(other));
                }
            }
            broken.push(json!([]));
        }
        Value::Array(elements) => {
            broken.extend(elements.iter().flat_map(breaks).map(|element| json!([element])));
            broken.push(json!({}));
        }
        Value::String(_) => broken.push(json!(null)),
        _ => broken.push(json!("x")),
    }
    broken
}

//! The largest answers: full lists of the longest texts that the application takes, whatever its limits are.

use serde_json::{Value, json};

use crate::client::{Client, SECRET, text};
use crate::server::Server;

/// No letter takes more room: each is six bytes of JSON.
const WIDEST: &str = "\u{1}";

fn wide(length: usize) -> String {
    WIDEST.repeat(length)
}

/// The largest number that is taken. A body of more than a mebibyte never is.
fn largest(taken: impl Fn(usize) -> bool) -> usize {
    let (mut fits, mut fails) = (0, 150_000);
    while fails - fits > 1 {
        let middle = usize::midpoint(fits, fails);
        if taken(middle) {
            fits = middle;
        } else {
            fails = middle;
        }
    }
    fits
}

/// Does it so many times, some of them at once.
fn repeat(times: usize, act: impl Fn(usize) + Sync) {
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let act = &act;
            scope.spawn(move || (thread..times).step_by(4).for_each(act));
        }
    });
}

/// How many there are in a list. It is not held against the schemas: they need long for so much.
#[track_caller]
fn count(client: &Client, path: &str, key: &str) -> usize {
    let answer = client.unchecked("GET", &format!("/api{path}"));
    assert_eq!(answer.status, 200, "{path}: {:.500}", answer.body);
    assert!(!answer.body.contains(SECRET));
    let count = answer.json[key].as_array().expect("a list").len();
    println!("{path}: {count} {key} in {} bytes", answer.body.len());
    count
}

/// A user who says as much of themselves as is taken: it is a part of all that they write.
fn talkative(server: &Server) -> Client {
    let ann = server.register("ann");
    for field in ["bio", "image"] {
        let says = |length| ann.put("/user", &json!({"user": {field: wide(length)}})).one_of(&[200, 422]);
        let length = largest(|length| says(length).status == 200);
        says(length).is(200);
    }
    ann
}

/// The longest article that is taken, but for its body, which is in no list.
fn longest_article(ann: &Client) -> Value {
    let publish = |article: &Value| {
        let answer = ann.post("/articles", &json!({"article": article})).one_of(&[201, 413, 422]);
        let taken = answer.status == 201;
        if taken {
            ann.delete(&format!("/articles/{}", text(&answer.json["article"]["slug"]))).is(204);
        }
        taken
    };
    let mut article = json!({"title": "T", "description": "D", "body": "B"});
    for field in ["title", "description"] {
        let mut probe = article.clone();
        let length = largest(|length| {
            let mut probe = probe.clone();
            probe[field] = json!(wide(length));
            publish(&probe)
        });
        probe[field] = json!(wide(length));
        article = probe;
    }
    let with = |tags: Vec<String>| {
        let mut probe = article.clone();
        probe["tagList"] = json!(tags);
        probe
    };
    // A thousand of them must fit into one body.
    let length = largest(|length| publish(&with(vec![wide(length)]))).clamp(4, 100);
    let tags = |count| (0..count).map(|number| format!("{number:04}{}", wide(length - 4))).collect();
    let count = largest(|count| count <= 1000 && publish(&with(tags(count))));
    with(tags(count))
}

#[test]
fn the_largest_page_of_articles_is_an_answer() {
    let server = Server::start();
    let ann = talkative(&server);
    let article = json!({"article": longest_article(&ann)});
    repeat(1000, |_| drop(ann.post("/articles", &article).is(201)));
    assert_eq!(count(&ann, "/articles?limit=1000", "articles"), 1000);
}

#[test]
fn a_long_list_of_comments_is_an_answer() {
    let server = Server::start();
    let ann = talkative(&server);
    let path = format!("/articles/{}/comments", ann.slug("Discussed"));
    let comment = |length| json!({"comment": {"body": wide(length)}});
    let length = largest(|length| ann.post(&path, &comment(length)).one_of(&[200, 422]).status == 200);
    let longest = comment(length.min(10_000));
    repeat(1000, |_| drop(ann.post(&path, &longest).is(200)));
    // A list without pages may end somewhere. It is a list all the same.
    assert!(count(&ann, &path, "comments") >= 100);
}

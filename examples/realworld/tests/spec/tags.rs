//! Tags.

use std::collections::BTreeSet;

use serde_json::json;

use crate::client::{Client, encode, new_article, text};
use crate::server::Server;

/// All tags; each comes once.
#[track_caller]
fn tags(client: &Client) -> BTreeSet<String> {
    let tags = client.get("/tags").is(200).take("tags");
    let list: Vec<_> = tags.as_array().expect("a list").iter().map(|tag| text(tag).to_owned()).collect();
    let set: BTreeSet<_> = list.iter().cloned().collect();
    assert_eq!(list.len(), set.len(), "{list:?}");
    set
}

fn set(tags: &[&str]) -> BTreeSet<String> {
    tags.iter().map(|tag| (*tag).to_owned()).collect()
}

#[test]
fn there_are_the_tags_of_the_articles_there_are() {
    let server = Server::start();
    let ann = server.register("ann");
    let anonymous = server.anonymous();
    assert_eq!(tags(&anonymous), set(&[]));
    let first = ann.article("First", &["b", "shared", "a"]);
    let second = ann.article("Second", &["shared", "c"]);
    assert_eq!(tags(&anonymous), set(&["a", "b", "c", "shared"]));
    assert_eq!(tags(&ann), tags(&anonymous));

    ann.delete(&format!("/articles/{}", text(&first["slug"]))).is(204);
    assert_eq!(tags(&anonymous), set(&["c", "shared"]));
    ann.delete(&format!("/articles/{}", text(&second["slug"]))).is(204);
    assert_eq!(tags(&anonymous), set(&[]));
}

#[test]
fn an_article_has_its_tags_by_the_alphabet_and_each_once() {
    let server = Server::start();
    let ann = server.register("ann");
    let article = ann.article("Tagged", &["z", "a", "z", "m", "a", "1"]);
    assert_eq!(article["tagList"], json!(["1", "a", "m", "z"]));
    let path = format!("/articles/{}", text(&article["slug"]));
    assert_eq!(ann.get(&path).is(200).json["article"]["tagList"], json!(["1", "a", "m", "z"]));
    assert_eq!(ann.get("/articles").is(200).json["articles"][0]["tagList"], json!(["1", "a", "m", "z"]));

    let retag = |tags| ann.put(&path, &json!({"article": {"tagList": tags}}));
    assert_eq!(retag(json!(["x", "a", "x"])).is(200).json["article"]["tagList"], json!(["a", "x"]));
    assert_eq!(tags(&ann), set(&["a", "x"]));
    for (tag, count) in [("x", 1), ("a", 1), ("z", 0), ("m", 0)] {
        assert_eq!(ann.titles(&format!("/articles?tag={tag}")).0, count, "{tag}");
    }
    // What is not named is kept.
    ann.put(&path, &json!({"article": {"body": "New."}})).is(200);
    assert_eq!(tags(&ann), set(&["a", "x"]));
    retag(json!(null)).refuses(422, "tagList");
    assert_eq!(retag(json!([])).is(200).json["article"]["tagList"], json!([]));
    assert_eq!(tags(&ann), set(&[]));
}

#[test]
fn an_article_needs_no_tags() {
    let server = Server::start();
    let ann = server.register("ann");
    let bare = json!({"article": {"title": "Bare", "description": "D", "body": "B"}});
    assert_eq!(ann.post("/articles", &bare).is(201).json["article"]["tagList"], json!([]));
    assert_eq!(ann.article("Empty", &[])["tagList"], json!([]));
}

#[test]
fn tags_are_texts() {
    let server = Server::start();
    let ann = server.register("ann");
    for wrong in
        [json!("a"), json!(1), json!({}), json!([1]), json!(["a", null]), json!([["a"]]), json!(true)]
    {
        let article = json!({"article": {"title": "T", "description": "D", "body": "B", "tagList": wrong}});
        ann.post("/articles", &article).refuses(422, "tagList");
    }
    assert_eq!(ann.titles("/articles").0, 0);
    // Many, long, and blank ones: refused or kept, but whole.
    let many: Vec<String> = (0..2000).map(|number| format!("tag{number}")).collect();
    for tags in [json!(many), json!(["x".repeat(100_000)]), json!([""]), json!(["  "])] {
        let article = json!({"article": {"title": "T", "description": "D", "body": "B", "tagList": tags}});
        let answer = ann.post("/articles", &article).one_of(&[201, 422]);
        assert!(answer.status == 201 || answer.json["errors"].get("tagList").is_some(), "{}", answer.body);
    }
}

#[test]
fn any_text_is_a_tag_that_finds_its_article() {
    let server = Server::start();
    let ann = server.register("ann");
    let odd = [
        "c++",
        "c#",
        "a,b",
        "a&b=c",
        "100%",
        "日本",
        "🐉",
        "x y",
        "'; DROP TABLE tags; --",
        "a/b",
        "\\",
        "\"q\"",
    ];
    for tag in odd {
        ann.post("/articles", &new_article(tag, &[tag, "all"])).is(201);
    }
    for tag in odd {
        assert_eq!(ann.titles(&format!("/articles?tag={}", encode(tag))), (1, vec![tag.to_owned()]));
    }
    assert_eq!(ann.titles("/articles?tag=x+y").0, 1);
    assert_eq!(ann.titles("/articles?tag=all").0, odd.len() as i64);
    assert_eq!(tags(&ann).len(), odd.len() + 1);
}

//! Single articles: written, changed, liked, deleted.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Client, encode, new_article, text};
use crate::server::Server;

fn path(article: &Value) -> String {
    format!("/articles/{}", text(&article["slug"]))
}

/// An article's own data in a list of its kind.
fn without_body(mut article: Value) -> Value {
    article.as_object_mut().expect("an article").remove("body");
    article
}

#[test]
fn an_article_is_the_same_wherever_it_is_shown() {
    let server = Server::start();
    let (ann, bob) = (server.register("ann"), server.register("bob"));
    let created = ann.article("Everywhere", &["t"]);
    assert_eq!(created["createdAt"], created["updatedAt"]);
    for reader in [&ann, &bob, &server.anonymous()] {
        assert_eq!(reader.get(&path(&created)).is(200).json["article"], created);
        assert_eq!(reader.get("/articles").is(200).json["articles"][0], without_body(created.clone()));
    }
    bob.touch("/profiles/ann/follow").is(200);
    let seen = bob.get(&path(&created)).is(200).take("article");
    assert_eq!(bob.get("/articles/feed").is(200).json["articles"][0], without_body(seen));
}

#[test]
fn an_update_changes_what_it_names() {
    let server = Server::start();
    let ann = server.register("ann");
    let created = ann.article("Before", &["t"]);
    let mut expected = created.clone();
    for (field, value) in [("description", "Other."), ("body", "New."), ("body", "Newer.")] {
        std::thread::sleep(Duration::from_millis(3));
        let changed = ann.put(&path(&created), &json!({"article": {field: value}})).is(200).take("article");
        assert!(text(&changed["updatedAt"]) > text(&expected["updatedAt"]), "{changed}");
        expected[field] = json!(value);
        expected["updatedAt"] = changed["updatedAt"].clone();
        assert_eq!(changed, expected);
        assert_eq!(ann.get(&path(&created)).is(200).json["article"], expected);
    }
    assert_eq!(expected["createdAt"], created["createdAt"]);
}

#[test]
fn null_or_nothing_is_no_title_description_or_body() {
    let server = Server::start();
    let ann = server.register("ann");
    let created = ann.article("Kept", &["t"]);
    for nothing in [json!(null), json!(""), json!(" \t\n")] {
        for field in ["title", "description", "body"] {
            let mut change = json!({"article": {"title": "Lost", "description": "Lost", "body": "Lost"}});
            change["article"][field] = nothing.clone();
            ann.put(&path(&created), &change).refuses(422, field);
        }
    }
    ann.put(&path(&created), &json!({"article": {}})).one_of(&[200, 422]);
    let kept = ann.get(&path(&created)).is(200).take("article");
    assert_eq!(
        (&kept["title"], &kept["body"], &kept["tagList"]),
        (&json!("Kept"), &json!("It."), &json!(["t"]))
    );
}

#[test]
fn a_new_title_is_a_new_slug() {
    let server = Server::start();
    let (ann, bob) = (server.register("ann"), server.register("bob"));
    let old = ann.article("Old title", &[]);
    ann.comment(text(&old["slug"]), "Stays.");
    bob.touch(&format!("{}/favorite", path(&old))).is(200);

    let same = ann.put(&path(&old), &json!({"article": {"title": "Old title"}})).is(200).take("article");
    assert_eq!(same["slug"], old["slug"]);
    let new = ann.put(&path(&old), &json!({"article": {"title": "New title"}})).is(200).take("article");
    assert_eq!(new["title"], "New title");
    assert_ne!(new["slug"], old["slug"]);
    assert!(text(&new["slug"]).starts_with("new-title"), "{new}");
    ann.get(&path(&old)).says(404, "article", "not found");
    assert_eq!(ann.get(&path(&new)).is(200).json["article"]["favoritesCount"], 1);
    let comments = ann.get(&format!("{}/comments", path(&new))).is(200).take("comments");
    assert_eq!(comments[0]["body"], "Stays.");

    // The old slug may be another's now.
    let next = bob.article("Old title", &[]);
    let back = ann.put(&path(&new), &json!({"article": {"title": "Old title"}})).is(200).take("article");
    assert_ne!(back["slug"], next["slug"]);
    assert_eq!(ann.get(&path(&next)).is(200).json["article"]["author"]["username"], "bob");
}

#[test]
fn any_title_has_a_slug_that_finds_its_article() {
    let server = Server::start();
    let ann = server.register("ann");
    let titles = [
        "Feed",
        "feed",
        "FEED",
        "feed!",
        "Hello, World!",
        "hello world",
        "Hello  World",
        "Hello World",
        "🐉",
        "🐉🐉",
        "龙",
        "驯龙高手",
        "Как приручить дракона",
        "---",
        "...",
        ".",
        "..",
        "/",
        "?",
        "#",
        "%",
        "%2F",
        "a/b",
        "new",
        "comments",
        "0",
        "Crème brûlée",
        "مرحبا",
        "\u{200b}x",
        "x".repeat(100).as_str(),
        "../../etc/passwd",
    ]
    .map(str::to_owned);
    let mut slugs = BTreeSet::new();
    for title in &titles {
        let article = ann.article(title, &[]);
        let slug = text(&article["slug"]);
        let usable = |char: char| char.is_ascii_alphanumeric() || "-_~.".contains(char);
        assert!(!slug.is_empty() && slug != "feed" && slug.chars().all(usable), "{title:?}: {slug:?}");
        assert!(slug.chars().any(|char| char.is_ascii_alphanumeric()), "{title:?}: {slug:?}");
        assert!(slugs.insert(slug.to_owned()), "{title:?}: {slug:?} twice");
        let found = ann.get(&format!("/articles/{}", encode(slug))).is(200).take("article");
        assert_eq!(&found["title"], title);
    }
    // A change of the title is no way around it.
    let last = ann.article("Something else", &[]);
    let feed = ann.put(&path(&last), &json!({"article": {"title": "Feed"}})).is(200).take("article");
    assert_eq!(ann.get(&path(&feed)).is(200).json["article"]["title"], "Feed");
    assert_eq!(ann.titles("/articles?limit=1000").0, titles.len() as i64 + 1);
}

#[test]
fn a_favorite_counts_once_for_each_user() {
    let server = Server::start();
    let (ann, bob) = (server.register("ann"), server.register("bob"));
    let article = ann.article("Liked", &[]);
    let favorite = format!("{}/favorite", path(&article));
    let seen_by = |reader: &Client| {
        let article = reader.get(&path(&article)).is(200).take("article");
        let listed = reader.get("/articles").is(200).take("articles");
        assert_eq!(without_body(article.clone()), listed[0]);
        (
            article["favorited"].as_bool().expect("a bool"),
            article["favoritesCount"].as_u64().expect("a count"),
        )
    };
    for _ in 0..2 {
        let liked = bob.touch(&favorite).is(200).take("article");
        assert_eq!((&liked["favorited"], &liked["favoritesCount"]), (&json!(true), &json!(1)));
    }
    assert_eq!(ann.touch(&favorite).is(200).json["article"]["favoritesCount"], 2);
    assert_eq!(
        [seen_by(&ann), seen_by(&bob), seen_by(&server.anonymous())],
        [(true, 2), (true, 2), (false, 2)]
    );
    for _ in 0..2 {
        let left = bob.delete(&favorite).is(200).take("article");
        assert_eq!((&left["favorited"], &left["favoritesCount"]), (&json!(false), &json!(1)));
    }
    assert_eq!(
        [seen_by(&ann), seen_by(&bob), seen_by(&server.anonymous())],
        [(true, 1), (false, 1), (false, 1)]
    );
}

#[test]
fn a_deleted_article_takes_everything_with_it() {
    let server = Server::start();
    let (ann, bob) = (server.register("ann"), server.register("bob"));
    let kept = ann.article("Kept", &["kept"]);
    bob.comment(text(&kept["slug"]), "Kept.");
    let gone = ann.article("Gone", &["gone", "kept"]);
    let comment = bob.comment(text(&gone["slug"]), "Gone.");
    bob.touch(&format!("{}/favorite", path(&gone))).is(200);

    let answer = ann.delete(&path(&gone)).is(204);
    assert!(answer.body.is_empty() && answer.header("content-type").is_none(), "{answer:#?}");
    for _ in 0..2 {
        bob.get(&path(&gone)).says(404, "article", "not found");
        ann.delete(&path(&gone)).says(404, "article", "not found");
        ann.put(&path(&gone), &json!({"article": {"body": "x"}})).says(404, "article", "not found");
        bob.touch(&format!("{}/favorite", path(&gone))).says(404, "article", "not found");
        bob.get(&format!("{}/comments", path(&gone))).says(404, "article", "not found");
        bob.delete(&format!("{}/comments/{comment}", path(&gone))).is(404);
    }
    assert_eq!(bob.titles("/articles"), (1, vec!["Kept".to_owned()]));
    assert_eq!(bob.titles("/articles?favorited=bob").0, 0);
    assert_eq!(bob.titles("/articles?tag=gone").0, 0);

    // Its like is a new one, not the old one again.
    let again = ann.article("Gone", &[]);
    assert_eq!(bob.get(&path(&again)).is(200).json["article"]["favoritesCount"], 0);
    assert_eq!(bob.get(&format!("{}/comments", path(&again))).is(200).json, json!({"comments": []}));
    assert_eq!(bob.get(&format!("{}/comments", path(&kept))).is(200).json["comments"][0]["body"], "Kept.");
}

#[test]
fn an_article_is_its_authors() {
    let server = Server::start();
    let (ann, bob) = (server.register("ann"), server.register("bob"));
    let article = ann.article("Mine", &["t"]);
    bob.put(&path(&article), &json!({"article": {"title": "Yours"}})).says(403, "article", "forbidden");
    bob.put(&path(&article), &json!({"article": {"tagList": []}})).says(403, "article", "forbidden");
    bob.delete(&path(&article)).says(403, "article", "forbidden");
    assert_eq!(server.anonymous().get(&path(&article)).is(200).json["article"], article);
}

#[test]
fn what_is_not_there_is_not_found() {
    let server = Server::start();
    let ann = server.register("ann");
    ann.article("There", &[]);
    for slug in ["nowhere", "ther", "There", "%25", "_here", "1", "..%2F", "%20", "*"] {
        let path = format!("/articles/{slug}");
        for reader in [&ann, &server.anonymous()] {
            reader.get(&path).says(404, "article", "not found");
            reader.get(&format!("{path}/comments")).says(404, "article", "not found");
        }
        ann.put(&path, &json!({"article": {"title": "x"}})).says(404, "article", "not found");
        ann.delete(&path).says(404, "article", "not found");
        ann.post(&format!("{path}/comments"), &json!({"comment": {"body": "x"}})).says(
            404,
            "article",
            "not found",
        );
        ann.touch(&format!("{path}/favorite")).says(404, "article", "not found");
        ann.delete(&format!("{path}/favorite")).says(404, "article", "not found");
        ann.delete(&format!("{path}/comments/1")).is(404);
    }
    assert_eq!(ann.titles("/articles"), (1, vec!["There".to_owned()]));
}

#[test]
fn nobody_writes_in_the_name_of_another() {
    let server = Server::start();
    let (ann, _bob) = (server.register("ann"), server.register("bob"));
    let mut article = new_article("Claimed", &[]);
    for (field, value) in [
        ("author", json!({"username": "bob"})),
        ("slug", json!("mine")),
        ("favoritesCount", json!(1000)),
        ("favorited", json!(true)),
        ("createdAt", json!("2001-01-01T00:00:00.000Z")),
        ("id", json!(1)),
    ] {
        article["article"][field] = value;
    }
    let created = ann.post("/articles", &article).is(201).take("article");
    assert_eq!((&created["author"]["username"], &created["favoritesCount"]), (&json!("ann"), &json!(0)));
    assert!(created["slug"] != "mine" && text(&created["createdAt"]) > "2020", "{created}");
    let changed = ann.put(&path(&created), &article).is(200).take("article");
    assert_eq!((&changed["author"]["username"], &changed["favoritesCount"]), (&json!("ann"), &json!(0)));
    assert_eq!((&changed["slug"], &changed["createdAt"]), (&created["slug"], &created["createdAt"]));
}

//! Many at once. What was acknowledged is there, and every count is exact.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::client::{Answer, Client, PASSWORD, each, new_article, text};
use crate::server::Server;

/// What each of so many does at the same time.
fn parallel<T: Send>(times: usize, act: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let barrier = std::sync::Barrier::new(times);
    std::thread::scope(|scope| {
        let (act, barrier) = (&act, &barrier);
        let start = move |number| {
            barrier.wait();
            act(number)
        };
        let threads: Vec<_> = (0..times).map(|number| scope.spawn(move || start(number))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    })
}

fn users(server: &Server, names: &[&str]) -> Vec<Client> {
    names.iter().map(|name| server.register(name)).collect()
}

#[test]
fn articles_of_one_title_written_at_once_are_all_there() {
    let server = Server::start();
    let writers = users(&server, &["ann", "bob", "carl"]);
    let slugs: Vec<String> = parallel(9, |number| {
        let writer = &writers[number % writers.len()];
        let write = |_| {
            let article =
                writer.post("/articles", &new_article("Same", &["same", "new"])).is(201).take("article");
            text(&article["slug"]).to_owned()
        };
        (0..10).map(write).collect::<Vec<_>>()
    })
    .concat();
    let unique: BTreeSet<&String> = slugs.iter().collect();
    assert_eq!((slugs.len(), unique.len()), (90, 90));
    let list = writers[0].get("/articles?limit=1000").is(200).json;
    assert_eq!(list["articlesCount"], 90);
    let listed: BTreeSet<&str> = each(&list["articles"], "slug").into_iter().collect();
    assert_eq!(listed, unique.iter().map(|slug| slug.as_str()).collect());
    for writer in &writers {
        assert_eq!(writer.titles(&format!("/articles?author={}&tag=same", writer.name)).0, 30);
    }
    assert_eq!(writers[0].get("/tags").is(200).json["tags"].as_array().expect("a list").len(), 2);
}

#[test]
fn one_name_is_registered_once() {
    let server = Server::start();
    let anonymous = server.anonymous();
    let register = |name: &str, email: &str| {
        anonymous.post("/users", &json!({"user": {"username": name, "email": email, "password": PASSWORD}}))
    };
    let names = parallel(6, |number| register("ann", &format!("{number}@conduit.test")));
    let emails = parallel(6, |number| register(&format!("user{number}"), "one@conduit.test"));
    let cases =
        parallel(4, |number| register(["cy", "Cy", "cY", "CY"][number], &format!("cy{number}@conduit.test")));
    for (answers, field) in [(names, "username"), (emails, "email"), (cases, "username")] {
        let (created, refused): (Vec<Answer>, Vec<Answer>) =
            answers.into_iter().partition(|answer| answer.status == 201);
        assert_eq!(created.len(), 1);
        for answer in refused {
            answer.says(422, field, "has already been taken");
        }
        let token = text(&created[0].json["user"]["token"]).to_owned();
        anonymous.with_token(&token).get("/user").is(200);
    }
}

#[test]
fn favorites_are_counted_exactly() {
    let server = Server::start();
    let readers = users(&server, &["ann", "bob", "carl", "dora"]);
    let slug = readers[0].slug("Liked");
    let path = format!("/articles/{slug}/favorite");
    let count =
        || readers[0].get(&format!("/articles/{slug}")).is(200).json["article"]["favoritesCount"].clone();
    // One, many times.
    parallel(8, |_| assert_eq!(readers[0].touch(&path).is(200).json["article"]["favoritesCount"], 1));
    assert_eq!(count(), 1);
    parallel(8, |_| assert_eq!(readers[0].delete(&path).is(200).json["article"]["favoritesCount"], 0));
    assert_eq!(count(), 0);
    // Each, several times.
    parallel(12, |number| readers[number % 4].touch(&path).is(200));
    assert_eq!(count(), 4);
    // Half of them leave while the others come again.
    parallel(12, |number| match number % 4 {
        0 | 1 => readers[number % 4].delete(&path).is(200),
        other => readers[other].touch(&path).is(200),
    });
    assert_eq!(count(), 2);
    for (reader, likes) in readers.iter().zip([0, 0, 1, 1]) {
        assert_eq!(reader.titles(&format!("/articles?favorited={}", reader.name)).0, likes);
    }
}

#[test]
fn comments_and_follows_made_at_once_are_all_there() {
    let server = Server::start();
    let people = users(&server, &["ann", "bob", "carl", "dora"]);
    let slug = people[0].slug("Discussed");
    let ids: Vec<i64> = parallel(8, |number| {
        let comment = |count| people[number % 4].comment(&slug, &format!("{number} {count}"));
        (0..10).map(comment).collect::<Vec<_>>()
    })
    .concat();
    let unique: BTreeSet<_> = ids.iter().copied().collect();
    assert_eq!(unique.len(), 80);
    let path = format!("/articles/{slug}/comments");
    let comments = people[0].get(&path).is(200).take("comments");
    let listed =
        comments.as_array().expect("a list").iter().map(|comment| comment["id"].as_i64().expect("an id"));
    assert_eq!(listed.collect::<BTreeSet<_>>(), unique);

    // Everybody follows everybody else, twice.
    let pairs: Vec<(usize, usize)> = (0..4)
        .flat_map(|one| (0..4).map(move |other| (one, other)))
        .filter(|(one, other)| one != other)
        .collect();
    parallel(pairs.len() * 2, |number| {
        let (one, other) = pairs[number % pairs.len()];
        people[one].touch(&format!("/profiles/{}/follow", people[other].name)).is(200)
    });
    for (one, other) in &pairs {
        let profile = people[*one].get(&format!("/profiles/{}", people[*other].name)).is(200).take("profile");
        assert_eq!(profile["following"], true);
    }
    assert_eq!(people[1].titles("/articles/feed").0, 1);
    assert_eq!(people[0].titles("/articles/feed").0, 0);
    // Each comment is deleted once, whoever is faster.
    let deleted = parallel(2, |_| {
        let delete = |id| people[0].delete(&format!("{path}/{id}")).one_of(&[204, 403, 404]).status;
        ids.iter().map(delete).filter(|status| *status == 204).count()
    });
    assert_eq!(deleted.iter().sum::<usize>(), 20);
}

#[test]
fn changes_of_one_article_follow_one_another() {
    let server = Server::start();
    let ann = server.register("ann");
    let bob = server.register("bob");
    let slug = ann.slug("Before");
    let path = format!("/articles/{slug}");
    // Only one finds it under its old slug, unless its new title comes later.
    let answers = parallel(6, |number| {
        ann.put(&path, &json!({"article": {"title": format!("After {number}")}})).one_of(&[200, 404])
    });
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    let (count, titles) = ann.titles("/articles");
    assert!(count == 1 && titles[0].starts_with("After "), "{titles:?}");

    // Readers, writers and the end of it, all at once.
    let slug = text(&ann.get("/articles").is(200).json["articles"][0]["slug"]).to_owned();
    let path = format!("/articles/{slug}");
    let answers: Vec<(usize, Answer)> = parallel(18, |number| {
        let answer = match number % 6 {
            0 => bob.get(&path),
            1 => bob.touch(&format!("{path}/favorite")),
            2 => bob.post(&format!("{path}/comments"), &json!({"comment": {"body": "x"}})),
            3 => ann.put(&path, &json!({"article": {"body": "x", "tagList": ["late"]}})),
            4 => ann.delete(&path),
            _ => bob.get(&format!("{path}/comments")),
        };
        (number % 6, answer)
    });
    let mut deleted = 0;
    for (what, answer) in answers {
        let answer = answer.one_of(&[200, 204, 404]);
        deleted += usize::from(what == 4 && answer.status == 204);
        if answer.status == 404 {
            answer.says(404, "article", "not found");
        }
    }
    assert_eq!(deleted, 1);
    assert_eq!(ann.titles("/articles").0, 0);
    assert_eq!(ann.titles("/articles?favorited=bob").0, 0);
    assert_eq!(ann.get("/tags").is(200).json, json!({"tags": []}));
}

#[test]
fn one_title_for_many_articles_is_still_many_slugs() {
    let server = Server::start();
    let ann = server.register("ann");
    let slugs: Vec<String> = (0..8).map(|number| ann.slug(&format!("Own {number}"))).collect();
    let changed: BTreeSet<String> = parallel(8, |number| {
        let change = json!({"article": {"title": "Shared"}});
        let article: Value =
            ann.put(&format!("/articles/{}", slugs[number]), &change).is(200).take("article");
        text(&article["slug"]).to_owned()
    })
    .into_iter()
    .collect();
    assert_eq!(changed.len(), 8);
    assert_eq!(ann.titles("/articles"), (8, vec!["Shared".to_owned(); 8]));
}

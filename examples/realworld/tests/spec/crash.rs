//! `kill -9` in the middle of writes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Answer, Client, JSON, each, new_article, text};
use crate::server::{Folder, Server};

/// What one writer was told is done.
#[derive(Debug)]
struct Done {
    articles: BTreeSet<String>,
    deleted: BTreeSet<String>,
    /// The ids of the comments on each article.
    comments: BTreeMap<String, BTreeSet<i64>>,
    favorites: BTreeSet<String>,
    /// What the own text may be: what it was told, and the change that was on its way.
    bios: Vec<String>,
}

impl Done {
    fn nothing() -> Done {
        let (articles, deleted, comments, favorites) = Default::default();
        Done { articles, deleted, comments, favorites, bios: vec![String::new()] }
    }

    fn count(&self) -> usize {
        let comments: usize = self.comments.values().map(BTreeSet::len).sum();
        self.articles.len() + self.deleted.len() + comments + self.favorites.len()
    }
}

/// One write; `None` when the server is gone.
fn write(
    client: &Client,
    count: &AtomicUsize,
    method: &str,
    path: &str,
    body: &Value,
    status: u16,
) -> Option<Answer> {
    let (headers, body) = if body.is_null() { ("", String::new()) } else { (JSON, body.to_string()) };
    let answer = client.try_ask(method, &format!("/api{path}"), headers, body.as_bytes()).ok()?.is(status);
    count.fetch_add(1, Ordering::Relaxed);
    Some(answer)
}

/// Writes until the server is gone.
fn work(client: &Client, round: usize, count: &AtomicUsize, done: &mut Done) {
    let mut numbers = 0..;
    while numbers.next().and_then(|number| step(client, round, number, count, done)).is_some() {}
}

fn step(client: &Client, round: usize, number: usize, count: &AtomicUsize, done: &mut Done) -> Option<()> {
    let title = format!("{} {round} {number}", client.name);
    let article = new_article(&title, &["all", &client.name]);
    let article = write(client, count, "POST", "/articles", &article, 201)?.take("article");
    let slug = text(&article["slug"]).to_owned();
    done.articles.insert(slug.clone());
    for _ in 0..2 {
        let comment = json!({"comment": {"body": title}});
        let answer = write(client, count, "POST", &format!("/articles/{slug}/comments"), &comment, 200)?;
        let id = answer.json["comment"]["id"].as_i64().expect("an id");
        done.comments.entry(slug.clone()).or_default().insert(id);
    }
    write(client, count, "POST", &format!("/articles/{slug}/favorite"), &Value::Null, 200)?;
    done.favorites.insert(slug.clone());
    if number % 5 == 4 {
        // Unlike anything else, the end of it is on its way when nobody answers.
        done.articles.remove(&slug);
        done.comments.remove(&slug);
        done.favorites.remove(&slug);
        write(client, count, "DELETE", &format!("/articles/{slug}"), &Value::Null, 204)?;
        done.deleted.insert(slug);
    }
    if number % 7 == 6 {
        done.bios.push(title.clone());
        write(client, count, "PUT", "/user", &json!({"user": {"bio": title}}), 200)?;
        done.bios = vec![title];
    }
    Some(())
}

/// All slugs and likes of one author, page by page.
fn kept(client: &Client) -> BTreeMap<String, u64> {
    let mut kept = BTreeMap::new();
    loop {
        let path = format!("/articles?author={}&limit=100&offset={}", client.name, kept.len());
        let list = client.get(&path).is(200).json;
        let articles = list["articles"].as_array().expect("a list");
        for article in articles {
            let likes = article["favoritesCount"].as_u64().expect("a count");
            assert!(kept.insert(text(&article["slug"]).to_owned(), likes).is_none(), "{article} twice");
            assert_eq!(article["tagList"], json!(["all", client.name]), "half an article");
        }
        if articles.is_empty() {
            assert_eq!(list["articlesCount"], kept.len());
            return kept;
        }
    }
}

/// All that this writer was told is there.
#[track_caller]
fn verify(client: &Client, done: &Done, rounds: usize) {
    let kept = kept(client);
    let lost: Vec<_> = done.articles.iter().filter(|slug| !kept.contains_key(*slug)).collect();
    assert!(lost.is_empty(), "lost articles: {lost:?}");
    let back: Vec<_> = done.deleted.iter().filter(|slug| kept.contains_key(*slug)).collect();
    assert!(back.is_empty(), "deleted articles that are back: {back:?}");
    // In each round one may have been on its way, either way.
    assert!(kept.len() <= done.articles.len() + rounds, "{} of {}", kept.len(), done.articles.len());
    let lost: Vec<_> = done.favorites.iter().filter(|slug| kept.get(*slug) != Some(&1)).collect();
    assert!(lost.is_empty(), "lost favorites: {lost:?}");
    let mut more = 0;
    for (slug, ids) in &done.comments {
        let comments = client.get(&format!("/articles/{slug}/comments")).is(200).take("comments");
        let found: BTreeSet<i64> = comments
            .as_array()
            .expect("a list")
            .iter()
            .map(|comment| comment["id"].as_i64().expect("an id"))
            .collect();
        assert!(found.is_superset(ids), "lost comments of {slug}: {found:?} of {ids:?}");
        assert!(each(&comments, "body").iter().all(|body| body.starts_with(&client.name)));
        more += found.len() - ids.len();
    }
    assert!(more <= rounds, "{more} comments that nobody was told of");
    let bio = client.get("/user").is(200).take("user")["bio"].take();
    assert!(done.bios.iter().any(|possible| bio == **possible), "{bio} is none of {:?}", done.bios);
}

#[test]
fn every_acknowledged_write_survives_kill_9() {
    const ROUNDS: usize = 3;
    const ENOUGH: usize = 250;
    let folder = Folder::new();
    let mut server = Server::on(&folder);
    let mut writers: Vec<Client> =
        ["ann", "bob", "carl", "dora"].iter().map(|name| server.register(name)).collect();
    let mut done: Vec<Done> = writers.iter().map(|_| Done::nothing()).collect();
    let mut total = 0;
    for round in 1..=ROUNDS {
        let count = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for (writer, done) in writers.iter().zip(&mut done) {
                let count = &count;
                scope.spawn(move || work(writer, round, count, done));
            }
            let start = Instant::now();
            while count.load(Ordering::Relaxed) < ENOUGH && start.elapsed() < Duration::from_secs(60) {
                std::thread::sleep(Duration::from_millis(1));
            }
            server.kill();
        });
        total += count.load(Ordering::Relaxed);
        // The same key: who had a token has it still.
        server = Server::on(&folder);
        for (writer, done) in writers.iter_mut().zip(&done) {
            writer.address = server.address;
            verify(writer, done, round);
        }
    }
    let counts: usize = done.iter().map(Done::count).sum();
    let articles: usize = done.iter().map(|done| done.articles.len()).sum();
    let all = writers[0].titles("/articles?tag=all").0;
    println!(
        "{total} writes acknowledged before {ROUNDS} times kill -9, {counts} facts of them checked, none lost; \
         {all} articles kept, {articles} of them acknowledged"
    );
    assert!(total >= ENOUGH * ROUNDS, "only {total} writes");
    // It goes on as if nothing had been.
    let slug = writers[0].slug("After all");
    writers[0].comment(&slug, "Still here.");
    writers[0].delete(&format!("/articles/{slug}")).is(204);
    assert!(server.end("-TERM").success());
}

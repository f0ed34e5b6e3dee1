//! Profiles, and who follows whom.

use serde_json::json;

use crate::server::Server;

#[test]
fn following_is_what_the_one_who_asks_does() {
    let server = Server::start();
    let (ann, bob) = (server.register("ann"), server.register("bob"));
    let anonymous = server.anonymous();
    let profile =
        |following| json!({"profile": {"username": "ann", "bio": "", "image": "", "following": following}});

    assert_eq!(anonymous.get("/profiles/ann").is(200).json, profile(false));
    // Twice is once.
    for _ in 0..2 {
        assert_eq!(bob.touch("/profiles/ann/follow").is(200).json, profile(true));
    }
    assert_eq!(bob.get("/profiles/ann").is(200).json, profile(true));
    assert_eq!(anonymous.get("/profiles/ann").is(200).json, profile(false));
    assert_eq!(ann.get("/profiles/ann").is(200).json, profile(false));
    // It has one direction.
    assert_eq!(ann.get("/profiles/bob").is(200).json["profile"]["following"], false);

    let slug = ann.slug("Read me");
    ann.comment(&slug, "Me too.");
    for (reader, following) in [(&bob, true), (&ann, false), (&anonymous, false)] {
        let article = reader.get(&format!("/articles/{slug}")).is(200).take("article");
        assert_eq!(article["author"]["following"], following);
        let articles = reader.get("/articles").is(200).take("articles");
        assert_eq!(articles[0]["author"]["following"], following);
        let comments = reader.get(&format!("/articles/{slug}/comments")).is(200).take("comments");
        assert_eq!(comments[0]["author"]["following"], following);
    }
    for _ in 0..2 {
        assert_eq!(bob.delete("/profiles/ann/follow").is(200).json, profile(false));
    }
    assert_eq!(bob.get("/profiles/ann").is(200).json, profile(false));
}

#[test]
fn a_profile_shows_nothing_private() {
    let server = Server::start();
    let ann = server.register("ann");
    ann.put("/user", &json!({"user": {"bio": "About me.", "image": "https://conduit.test/ann.png"}})).is(200);
    let profile = json!({"profile": {
        "username": "ann",
        "bio": "About me.",
        "image": "https://conduit.test/ann.png",
        "following": false,
    }});
    assert_eq!(ann.get("/profiles/ann").is(200).json, profile);
    assert_eq!(server.anonymous().get("/profiles/ann").is(200).json, profile);
}

#[test]
fn nobody_has_no_profile() {
    let server = Server::start();
    let ann = server.register("ann");
    for name in ["nobody", "an", "ann%20", "%25", "_nn", "*", "ann@conduit.test", "1"] {
        ann.get(&format!("/profiles/{name}")).says(404, "profile", "not found");
        ann.touch(&format!("/profiles/{name}/follow")).says(404, "profile", "not found");
        ann.delete(&format!("/profiles/{name}/follow")).says(404, "profile", "not found");
    }
    server.anonymous().get("/profiles/nobody").says(404, "profile", "not found");
}

#[test]
fn the_feed_is_of_those_one_follows() {
    let server = Server::start();
    let (ann, bob, carl) = (server.register("ann"), server.register("bob"), server.register("carl"));
    for title in ["A1", "A2"] {
        ann.article(title, &[]);
    }
    bob.article("B1", &[]);
    ann.article("A3", &[]);
    carl.article("C1", &[]);
    assert_eq!(carl.titles("/articles/feed"), (0, vec![]));

    carl.touch("/profiles/ann/follow").is(200);
    assert_eq!(carl.titles("/articles/feed"), (3, ["A3", "A2", "A1"].map(str::to_owned).to_vec()));
    carl.touch("/profiles/bob/follow").is(200);
    assert_eq!(carl.titles("/articles/feed"), (4, ["A3", "B1", "A2", "A1"].map(str::to_owned).to_vec()));
    assert_eq!(carl.titles("/articles/feed?limit=2"), (4, ["A3", "B1"].map(str::to_owned).to_vec()));
    assert_eq!(carl.titles("/articles/feed?limit=2&offset=3"), (4, vec!["A1".to_owned()]));
    assert_eq!(carl.titles("/articles/feed?offset=4"), (4, vec![]));

    let feed = carl.get("/articles/feed").is(200).take("articles");
    assert!(feed.as_array().expect("a list").iter().all(|article| article["author"]["following"] == true));
    carl.delete("/profiles/ann/follow").is(200);
    assert_eq!(carl.titles("/articles/feed"), (1, vec!["B1".to_owned()]));
    assert_eq!(ann.titles("/articles/feed"), (0, vec![]));
}

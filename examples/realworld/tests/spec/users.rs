//! Registration, login, and the user's own data.

use std::time::Instant;

use serde_json::{Value, json};

use crate::client::{Answer, Client, PASSWORD, encode, text};
use crate::server::Server;

fn register(client: &Client, name: &str, email: &str) -> Answer {
    client.post("/users", &json!({"user": {"username": name, "email": email, "password": PASSWORD}}))
}

fn login(client: &Client, email: &str, password: &str) -> Answer {
    client.post("/users/login", &json!({"user": {"email": email, "password": password}}))
}

fn change(client: &Client, user: &Value) -> Answer {
    client.put("/user", &json!({"user": user}))
}

#[test]
fn a_taken_name_or_email_is_refused_at_its_field() {
    let server = Server::start();
    let ann = server.register("ann");
    let anonymous = server.anonymous();
    let taken = "has already been taken";

    let answer = register(&anonymous, "ann", "other@conduit.test").says(422, "username", taken);
    assert!(answer.json["errors"].get("email").is_none(), "{answer:#?}");
    let answer = register(&anonymous, "other", "ann@conduit.test").says(422, "email", taken);
    assert!(answer.json["errors"].get("username").is_none(), "{answer:#?}");
    register(&anonymous, "ann", "ann@conduit.test").says(422, "username", taken).says(422, "email", taken);
    // Nobody may pass for another by an upper-case letter.
    register(&anonymous, "ANN", "Ann@Conduit.Test").says(422, "username", taken).says(422, "email", taken);

    // A refused registration leaves nothing.
    anonymous.get("/profiles/other").says(404, "profile", "not found");
    let other = server.register("other");
    change(&other, &json!({"username": "Ann"})).says(422, "username", taken);
    change(&other, &json!({"email": "ANN@conduit.test"})).says(422, "email", taken);
    change(&other, &json!({"username": "ann", "email": "ann@conduit.test", "bio": "x"}))
        .says(422, "username", taken)
        .says(422, "email", taken);
    let user = other.get("/user").is(200).take("user");
    assert_eq!((&user["username"], &user["bio"]), (&json!("other"), &json!("")));

    // One's own is not taken.
    change(&ann, &json!({"username": "ann", "email": "ann@conduit.test"})).is(200);
    let user = change(&ann, &json!({"username": "Ann", "email": "Ann@conduit.test"})).is(200).take("user");
    assert_eq!(user["username"], "Ann");
}

#[test]
fn only_the_right_password_logs_in() {
    let server = Server::start();
    let ann = server.register("ann");
    let anonymous = server.anonymous();
    let user = login(&anonymous, &ann.email, PASSWORD).is(200).take("user");
    assert_eq!(user["username"], "ann");
    anonymous.with_token(text(&user["token"])).get("/user").is(200);

    let wrong = login(&anonymous, &ann.email, "s3cret-but-wrong").says(401, "credentials", "invalid");
    let unknown = login(&anonymous, "nobody@conduit.test", PASSWORD).says(401, "credentials", "invalid");
    // Nobody learns who has an account.
    assert_eq!(wrong.body, unknown.body);
    let names = |answer: &Answer| answer.headers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&wrong), names(&unknown));

    for password in ["S3cret-passphrase", " s3cret-passphrase", "s3cret-passphrase ", "s3cret", "' OR '1'='1"]
    {
        login(&anonymous, &ann.email, password).says(401, "credentials", "invalid");
    }
    for email in ["' OR 1=1 --", "%", "ann@conduit.test' --", "ann@conduit.test\0", "ann", "_nn@conduit.test"]
    {
        login(&anonymous, email, PASSWORD).one_of(&[401, 422]);
    }
}

#[test]
fn the_time_of_a_refusal_tells_nothing() {
    let server = Server::start();
    let ann = server.register("ann");
    let anonymous = server.anonymous();
    // The fastest of several: other tests run beside this one.
    let fastest = |email: &str| {
        let time = |_| {
            let start = Instant::now();
            login(&anonymous, email, "s3cret-but-wrong").is(401);
            start.elapsed()
        };
        (0..5).map(time).min().expect("five of them")
    };
    let (known, unknown) = (fastest(&ann.email), fastest("nobody@conduit.test"));
    assert!(unknown * 3 > known && known * 3 > unknown, "{known:?} with an account, {unknown:?} without");
}

#[test]
fn a_token_does_not_matter_where_none_is_asked_for() {
    let server = Server::start();
    let ann = server.register("ann");
    for client in [&ann, &ann.with("Token nonsense"), &ann.with("")] {
        login(client, "ann@conduit.test", PASSWORD).is(200);
        client.get("/tags").is(200);
    }
    register(&ann.with("Token nonsense"), "bob", "bob@conduit.test").is(201);
}

#[test]
fn an_update_changes_what_it_names() {
    let server = Server::start();
    let ann = server.register("ann");
    let before = json!({"username": "ann", "email": "ann@conduit.test", "bio": "", "image": ""});
    let mut expected = before;
    for (field, value) in [
        ("bio", "About me."),
        ("image", "https://conduit.test/ann.png"),
        ("email", "ann@new.test"),
        ("username", "anna"),
    ] {
        let mut user = change(&ann, &json!({field: value})).is(200).take("user");
        let token = user.as_object_mut().expect("a user").remove("token").expect("a token");
        expected[field] = json!(value);
        assert_eq!(user, expected, "{field}");
        let mut kept = ann.with_token(text(&token)).get("/user").is(200).take("user");
        kept.as_object_mut().expect("a user").remove("token");
        assert_eq!(kept, expected, "{field}");
    }
    ann.get("/profiles/ann").says(404, "profile", "not found");
    assert_eq!(ann.get("/profiles/anna").is(200).json["profile"]["bio"], "About me.");
}

#[test]
fn null_or_nothing_clears_what_may_be_empty_and_nothing_else() {
    let server = Server::start();
    let ann = server.register("ann");
    for nothing in [json!(null), json!("")] {
        for field in ["bio", "image"] {
            change(&ann, &json!({"bio": "About me.", "image": "https://conduit.test/ann.png"})).is(200);
            let user = change(&ann, &json!({field: nothing})).is(200).take("user");
            assert_eq!(user[field], "", "{user}");
            let other = if field == "bio" { "image" } else { "bio" };
            assert_ne!(user[other], "", "{user}");
        }
        for field in ["username", "email", "password"] {
            change(&ann, &json!({field: nothing, "bio": "changed"})).refuses(422, field);
        }
    }
    change(&ann, &json!({})).is(422);
    let user = ann.get("/user").is(200).take("user");
    assert_eq!((&user["username"], &user["email"]), (&json!("ann"), &json!("ann@conduit.test")));
    assert_ne!(user["bio"], "changed");
    login(&ann, "ann@conduit.test", PASSWORD).is(200);
}

#[test]
fn a_new_password_replaces_the_old_one() {
    let server = Server::start();
    let ann = server.register("ann");
    let user = change(&ann, &json!({"password": "s3cret-and-new"})).is(200).take("user");
    ann.with_token(text(&user["token"])).get("/user").is(200);
    login(&ann, &ann.email, PASSWORD).says(401, "credentials", "invalid");
    login(&ann, &ann.email, "s3cret-and-new").is(200);
}

#[test]
fn a_new_name_is_everywhere() {
    let server = Server::start();
    let (ann, bob) = (server.register("ann"), server.register("bob"));
    let slug = ann.slug("Signed");
    ann.comment(&slug, "By me.");
    ann.touch(&format!("/articles/{slug}/favorite")).is(200);
    bob.touch("/profiles/ann/follow").is(200);
    let user = change(&ann, &json!({"username": "anna", "bio": "New."})).is(200).take("user");
    let anna = ann.with_token(text(&user["token"]));

    assert_eq!(anna.get(&format!("/articles/{slug}")).is(200).json["article"]["author"]["username"], "anna");
    let comments = bob.get(&format!("/articles/{slug}/comments")).is(200).take("comments");
    assert_eq!(
        comments[0]["author"],
        json!({"username": "anna", "bio": "New.", "image": "", "following": true})
    );
    for (filter, count) in
        [("author=anna", 1), ("favorited=anna", 1), ("author=ann", 0), ("favorited=ann", 0)]
    {
        assert_eq!(bob.titles(&format!("/articles?{filter}")).0, count, "{filter}");
    }
    assert_eq!(bob.titles("/articles/feed").0, 1);
    assert_eq!(bob.get("/profiles/anna").is(200).json["profile"]["following"], true);
    // The old name is free again, and brings none of its past.
    let next = server.anonymous().register("ann", "next@conduit.test");
    assert_eq!(bob.get("/profiles/ann").is(200).json["profile"]["following"], false);
    assert_eq!(next.titles("/articles?author=ann").0, 0);
}

#[test]
fn an_email_looks_like_one() {
    let server = Server::start();
    let ann = server.register("ann");
    for email in ["ann", "ann@", "@conduit.test", "@", "ann conduit.test"] {
        register(&ann, "bob", email).says(422, "email", "is invalid");
        change(&ann, &json!({"email": email})).says(422, "email", "is invalid");
    }
    assert_eq!(ann.get("/user").is(200).json["user"]["email"], "ann@conduit.test");
    for (name, email) in
        [("bob", "b@c"), ("carl", "carl+news@sub.conduit.test"), ("dörte", "dörte@müller.test")]
    {
        ann.register(name, email);
    }
}

#[test]
fn a_name_holds_anything_but_control_characters() {
    let server = Server::start();
    let anonymous = server.anonymous();
    for (number, name) in
        ["a/b?c#d%", "<script>alert(1)</script>", "王小明 🐉", "%2e%2e", "a b"].iter().enumerate()
    {
        let user = anonymous.register(name, &format!("{number}@conduit.test"));
        let path = format!("/profiles/{}", encode(name));
        assert_eq!(anonymous.get(&path).is(200).json["profile"]["username"], *name);
        assert_eq!(user.get("/user").is(200).json["user"]["username"], *name);
        assert_eq!(
            user.touch(&format!("{path}/follow")).one_of(&[200, 422]).request,
            format!("POST /api{path}/follow")
        );
    }
    // Nor is it one that browsers take out of a path.
    for name in ["a\0b", "a\nb", "a\u{7f}b", "\u{1b}[31m", "a\u{85}b", ".", "..", " a", "a "] {
        register(&anonymous, name, "control@conduit.test").refuses(422, "username");
    }
}

//! Comments.

use serde_json::json;

use crate::client::{each, text};
use crate::server::Server;

#[test]
fn comments_are_listed_where_they_were_made() {
    let server = Server::start();
    let (ann, bob) = (server.register("ann"), server.register("bob"));
    let (one, two) = (ann.slug("One"), ann.slug("Two"));
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(bob.comment(&one, &format!("Comment {number}")));
    }
    ids.push(ann.comment(&two, "Elsewhere"));
    let unique: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");

    for reader in [&ann, &server.anonymous()] {
        let comments = reader.get(&format!("/articles/{one}/comments")).is(200).take("comments");
        let bodies = each(&comments, "body");
        // The description is silent about which end comes first.
        let oldest_first = ["Comment 0", "Comment 1", "Comment 2", "Comment 3", "Comment 4"];
        let newest_first: Vec<_> = oldest_first.iter().rev().copied().collect();
        assert!(bodies == oldest_first || bodies == newest_first, "{bodies:?}");
        for comment in comments.as_array().expect("a list") {
            let author = json!({"username": "bob", "bio": "", "image": "", "following": false});
            assert_eq!(comment["author"], author);
            assert_eq!(comment["createdAt"], comment["updatedAt"]);
        }
    }
    let answer = bob.delete(&format!("/articles/{one}/comments/{}", ids[2])).is(204);
    assert!(answer.body.is_empty() && answer.header("content-type").is_none(), "{answer:#?}");
    let comments = bob.get(&format!("/articles/{one}/comments")).is(200).take("comments");
    let mut bodies = each(&comments, "body");
    bodies.sort_unstable();
    assert_eq!(bodies, ["Comment 0", "Comment 1", "Comment 3", "Comment 4"]);
    assert_eq!(
        each(&ann.get(&format!("/articles/{two}/comments")).is(200).json["comments"], "body"),
        ["Elsewhere"]
    );
}

#[test]
fn a_comment_is_as_it_was_answered() {
    let server = Server::start();
    let ann = server.register("ann");
    let slug = ann.slug("Discussed");
    let path = format!("/articles/{slug}/comments");
    let comment = ann.post(&path, &json!({"comment": {"body": "Word for word."}})).is(200).take("comment");
    assert_eq!(ann.get(&path).is(200).json["comments"], json!([comment]));
    // Others' claims in a comment are nothing.
    let claimed = json!({"comment": {"body": "x", "id": 1000, "author": {"username": "bob"}}});
    let comment = ann.post(&path, &claimed).is(200).take("comment");
    assert!(comment["id"] != 1000 && text(&comment["author"]["username"]) == "ann", "{comment}");
}

#[test]
fn a_comment_is_its_authors() {
    let server = Server::start();
    let (ann, bob, carl) = (server.register("ann"), server.register("bob"), server.register("carl"));
    let slug = ann.slug("Discussed");
    let path = format!("/articles/{slug}/comments/{}", bob.comment(&slug, "Mine."));
    // Not even the author of the article may delete it.
    for other in [&ann, &carl] {
        other.delete(&path).says(403, "comment", "forbidden");
    }
    assert_eq!(
        each(&carl.get(&format!("/articles/{slug}/comments")).is(200).json["comments"], "body"),
        ["Mine."]
    );
    bob.delete(&path).is(204);
    bob.delete(&path).says(404, "comment", "not found");
}

#[test]
fn a_comment_is_found_by_its_article_and_number_only() {
    let server = Server::start();
    let ann = server.register("ann");
    let (one, two) = (ann.slug("One"), ann.slug("Two"));
    let id = ann.comment(&one, "Of the first.");
    ann.delete(&format!("/articles/{two}/comments/{id}")).says(404, "comment", "not found");
    ann.delete(&format!("/articles/nowhere/comments/{id}")).is(404);
    ann.delete(&format!("/articles/{one}/comments/{}", id + 1)).says(404, "comment", "not found");
    for wrong in ["0", "-1", "9223372036854775807"] {
        ann.delete(&format!("/articles/{one}/comments/{wrong}")).one_of(&[400, 404, 422]);
    }
    for wrong in ["x", "1x", "1.0", "99999999999999999999", "%00", "%27%20OR%201%3D1", "%ff", "1%2F2", "%20"]
    {
        ann.delete(&format!("/articles/{one}/comments/{wrong}")).one_of(&[400, 404, 422]);
    }
    assert_eq!(
        each(&ann.get(&format!("/articles/{one}/comments")).is(200).json["comments"], "body").len(),
        1
    );
}

//! Lists of articles: pages, filters, order.

use crate::client::encode;
use crate::server::Server;

#[test]
fn a_list_is_read_page_by_page() {
    let server = Server::start();
    let (ann, bob) = (server.register("ann"), server.register("bob"));
    bob.touch("/profiles/ann/follow").is(200);
    for number in 0..25 {
        ann.article(&format!("T{number}"), &[]);
    }
    let newest_first: Vec<String> = (0..25).rev().map(|number| format!("T{number}")).collect();
    for list in ["/articles", "/articles/feed"] {
        for (query, from, to) in [
            ("", 0, 20),
            ("?", 0, 20),
            ("?limit=20", 0, 20),
            ("?limit=1", 0, 1),
            ("?limit=24", 0, 24),
            ("?limit=25", 0, 25),
            ("?limit=26", 0, 25),
            ("?limit=1000", 0, 25),
            ("?offset=0", 0, 20),
            ("?offset=1", 1, 21),
            ("?offset=20", 20, 25),
            ("?offset=24", 24, 25),
            ("?offset=25", 25, 25),
            ("?offset=26", 25, 25),
            ("?offset=1000000", 25, 25),
            ("?offset=9223372036854775807", 25, 25),
            ("?limit=7&offset=7", 7, 14),
            ("?offset=21&limit=7", 21, 25),
            ("?limit=1000&offset=9223372036854775807", 25, 25),
        ] {
            let page = newest_first[from..to].to_vec();
            assert_eq!(bob.titles(&format!("{list}{query}")), (25, page), "{list}{query}");
        }
    }
    // A filter counts what it lets through.
    assert_eq!(bob.titles("/articles?author=ann&limit=2&offset=1"), (25, newest_first[1..3].to_vec()));
    assert_eq!(bob.titles("/articles?author=bob&limit=2"), (0, vec![]));
}

#[test]
fn a_page_out_of_range_is_refused() {
    let server = Server::start();
    let ann = server.register("ann");
    for list in ["/articles", "/articles/feed"] {
        for limit in ["0", "-1", "1001", "9223372036854775807", "-9223372036854775808"] {
            ann.get(&format!("{list}?limit={limit}")).refuses(422, "limit");
        }
        for offset in ["-1", "-9223372036854775808"] {
            ann.get(&format!("{list}?offset={offset}")).refuses(422, "offset");
        }
        ann.get(&format!("{list}?limit=0&offset=-1")).is(422);
        for word in ["x", "1x", "1.5", "1e1", "0x10", "%00", "%EF%BC%91", "1%20", "true", "NaN", "[]", "%ff"]
        {
            ann.get(&format!("{list}?limit={word}")).is(400);
            ann.get(&format!("{list}?offset={word}")).is(400);
        }
        for word in ["", "99999999999999999999", "-99999999999999999999"] {
            ann.get(&format!("{list}?limit={word}")).one_of(&[400, 422]);
            ann.get(&format!("{list}?offset={word}")).one_of(&[400, 422]);
        }
        // What the description leaves open may be either, but an answer it is.
        for query in
            ["limit=1&limit=2", "limit[]=1", "limit", "&&&", "=", "=x", "limit=1&nothing=known", "%ff=1"]
        {
            ann.get(&format!("{list}?{query}")).one_of(&[200, 400, 422]);
        }
    }
}

#[test]
fn filters_narrow_and_combine() {
    let server = Server::start();
    let (ann, bob) = (server.register("ann"), server.register("bob"));
    for (author, title, tags) in [
        (&ann, "A1", ["x", "y"]),
        (&bob, "B1", ["x", "z"]),
        (&ann, "A2", ["y", "z"]),
        (&bob, "B2", ["y", "w"]),
        (&ann, "A3", ["x", "w"]),
    ] {
        let slug = author.article(title, &tags)["slug"].clone();
        if title != "A1" {
            bob.touch(&format!("/articles/{}/favorite", slug.as_str().expect("a slug"))).is(200);
        }
    }
    let reader = server.anonymous();
    for (query, titles) in [
        ("", vec!["A3", "B2", "A2", "B1", "A1"]),
        ("?tag=x", vec!["A3", "B1", "A1"]),
        ("?author=ann", vec!["A3", "A2", "A1"]),
        ("?favorited=bob", vec!["A3", "B2", "A2", "B1"]),
        ("?favorited=ann", vec![]),
        ("?tag=x&author=ann", vec!["A3", "A1"]),
        ("?tag=y&favorited=bob", vec!["B2", "A2"]),
        ("?author=ann&favorited=bob", vec!["A3", "A2"]),
        ("?tag=x&author=ann&favorited=bob", vec!["A3"]),
        ("?tag=z&author=bob&favorited=bob", vec!["B1"]),
        ("?tag=w&author=ann&favorited=ann", vec![]),
        // What there is none of is in no article.
        ("?tag=nothing", vec![]),
        ("?author=nobody", vec![]),
        ("?favorited=nobody", vec![]),
        ("?tag=x&author=nobody", vec![]),
    ] {
        let titles: Vec<String> = titles.into_iter().map(str::to_owned).collect();
        assert_eq!(reader.titles(&format!("/articles{query}")), (titles.len() as i64, titles), "{query}");
    }
    assert_eq!(reader.titles("/articles?tag=x&limit=1&offset=1"), (3, vec!["B1".to_owned()]));
    assert_eq!(reader.titles("/articles?favorited=bob&limit=3&offset=2").0, 4);
}

#[test]
fn a_filter_is_compared_and_never_interpreted() {
    let server = Server::start();
    let ann = server.register("ann");
    ann.slug("Only");
    ann.article("Tagged", &["rust"]);
    let strange = [
        "%",
        "_",
        "*",
        "r%",
        "' OR '1'='1",
        "' OR 1=1 --",
        "rust' --",
        "\" OR \"\"=\"",
        "rust\0",
        "\0",
        "rust;",
        "rus",
        "1 OR 1=1",
        "x') UNION SELECT 1 --",
        "<script>",
        "\u{202e}",
        "ann%",
        "a_n",
        "ann' --",
        " ",
        "\\",
        "[a-z]*",
    ];
    for value in strange {
        for filter in ["tag", "author", "favorited"] {
            let list = ann.titles(&format!("/articles?{filter}={}", encode(value)));
            assert_eq!(list, (0, vec![]), "{filter}={value:?}");
        }
    }
    // Broken UTF-8 is no name. Refused or found nowhere, it is not everything.
    for filter in ["tag", "author", "favorited"] {
        for value in ["%ff", "%C0%AF", "%ED%A0%80", "%", "%zz", "%u0041"] {
            let answer = ann.get(&format!("/articles?{filter}={value}")).one_of(&[200, 400]);
            assert!(answer.status == 400 || answer.json["articlesCount"] == 0, "{filter}={value}");
        }
    }
    assert_eq!(ann.titles("/articles").0, 2);
}

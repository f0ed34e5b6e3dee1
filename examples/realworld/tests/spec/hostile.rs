//! Input that wants to be something else: SQL, script, a path, a control character.

use serde_json::json;

use crate::client::{Client, PASSWORD, each, encode, text};
use crate::server::Server;

/// Texts that must come back as they went in.
const TEXTS: [&str; 22] = [
    "'; DROP TABLE users; --",
    "Robert'); DROP TABLE articles;--",
    "' OR '1'='1",
    "\" OR \"\"=\"",
    "1; DELETE FROM comments WHERE 1=1",
    "x' UNION SELECT password FROM users --",
    "?1 :name @name $name {slug} {{7*7}} ${7*7} %s %n",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</script><!--",
    "javascript:alert(1)",
    "../../../../etc/passwd",
    "$(touch x) `touch x` | touch x && touch x",
    "\\ \\n \\u0000 \\\\",
    "quote\" 'single' `back`",
    "Ünïcödé ß ﬁ Ǆ İı",
    "王小明 ありがとう 한국어 עברית العربية",
    "👩‍👩‍👧‍👦 🏳️‍🌈 🐉",
    "Z̡̛͎a̶lg̵o",
    "\u{202e}right to left\u{202c}",
    "a\u{feff}b\u{200b}c\u{fffd}d\u{10ffff}",
    "null",
];

/// Texts that only a longer field may hold.
const LONG_TEXTS: [&str; 6] = [
    "line\nline\r\nline\ttab",
    "  blanks around  ",
    "\u{1b}[31mred\u{7}",
    "\u{1}\u{2}\u{7f}\u{85}",
    "{\"json\": [1, 2, null]}",
    "# Markdown\n\n* *list*\n\n```sql\nDROP TABLE users;\n```\n",
];

/// Somebody whose data must survive all of it.
fn witness(server: &Server) -> (Client, String) {
    let witness = server.register("witness");
    let article = witness.article("Untouched", &["untouched"]);
    let slug = text(&article["slug"]).to_owned();
    witness.comment(&slug, "Untouched.");
    witness.touch(&format!("/articles/{slug}/favorite")).is(200);
    (witness, slug)
}

#[track_caller]
fn is_untouched(witness: &Client, slug: &str) {
    let article = witness.get(&format!("/articles/{slug}")).is(200).take("article");
    assert_eq!((&article["title"], &article["favoritesCount"]), (&json!("Untouched"), &json!(1)));
    assert_eq!((&article["tagList"], &article["updatedAt"]), (&json!(["untouched"]), &article["createdAt"]));
    let comments = witness.get(&format!("/articles/{slug}/comments")).is(200).take("comments");
    assert_eq!(each(&comments, "body"), ["Untouched."]);
    assert_eq!(witness.get("/user").is(200).json["user"]["username"], "witness");
    assert_eq!(witness.titles("/articles?author=witness"), (1, vec!["Untouched".to_owned()]));
}

#[test]
fn every_text_of_an_article_comes_back_word_for_word() {
    let server = Server::start();
    let (witness, untouched) = witness(&server);
    let ann = server.register("ann");
    for input in TEXTS {
        let article =
            json!({"article": {"title": input, "description": input, "body": input, "tagList": [input]}});
        let created = ann.post("/articles", &article).is(201).take("article");
        for field in ["title", "description", "body"] {
            assert_eq!(created[field], input);
        }
        assert_eq!(created["tagList"], json!([input]));
        let path = format!("/articles/{}", encode(text(&created["slug"])));
        assert_eq!(ann.get(&path).is(200).json["article"], created);
        assert_eq!(ann.titles(&format!("/articles?tag={}", encode(input))), (1, vec![input.to_owned()]));

        let comment = json!({"comment": {"body": input}});
        let comment = ann.post(&format!("{path}/comments"), &comment).is(200).take("comment");
        assert_eq!(comment["body"], input);
        assert_eq!(ann.get(&format!("{path}/comments")).is(200).json["comments"], json!([comment]));
    }
    let slug = ann.slug("Long");
    for input in LONG_TEXTS.iter().chain(&TEXTS) {
        let article = json!({"article": {"description": input, "body": input}});
        ann.put(&format!("/articles/{slug}"), &article).is(200);
        let article = ann.get(&format!("/articles/{slug}")).is(200).take("article");
        assert_eq!((text(&article["description"]), text(&article["body"])), (*input, *input));
        ann.comment(&slug, input);
    }
    let comments = ann.get(&format!("/articles/{slug}/comments")).is(200).take("comments");
    let mut bodies = each(&comments, "body");
    let mut expected: Vec<&str> = LONG_TEXTS.iter().chain(&TEXTS).copied().collect();
    bodies.sort_unstable();
    expected.sort_unstable();
    assert_eq!(bodies, expected);
    let tags = ann.get("/tags").is(200).take("tags");
    assert_eq!(tags.as_array().expect("a list").len(), TEXTS.len() + 1);
    is_untouched(&witness, &untouched);
}

#[test]
fn every_text_of_a_user_comes_back_word_for_word() {
    let server = Server::start();
    let (witness, untouched) = witness(&server);
    let mut ann = server.register("ann");
    for (number, input) in TEXTS.iter().enumerate() {
        let email = format!("{number}'--@conduit.test");
        let change = json!({"user": {"username": input, "email": email, "bio": input, "image": input}});
        let user = ann.put("/user", &change).is(200).take("user");
        ann = ann.with_token(text(&user["token"]));
        let kept = ann.get("/user").is(200).take("user");
        for (field, value) in [("username", *input), ("bio", *input), ("image", *input), ("email", &email)] {
            assert_eq!((text(&user[field]), text(&kept[field])), (value, value), "{field}");
        }
        let path = format!("/profiles/{}", encode(input));
        let profile = witness.get(&path).is(200).take("profile");
        assert_eq!(profile, json!({"username": input, "bio": input, "image": input, "following": false}));
        assert_eq!(witness.touch(&format!("{path}/follow")).is(200).json["profile"]["following"], true);
        assert_eq!(witness.delete(&format!("{path}/follow")).is(200).json["profile"]["following"], false);
        assert_eq!(witness.titles(&format!("/articles?author={}", encode(input))).0, 0);
        assert_eq!(witness.titles(&format!("/articles?favorited={}", encode(input))).0, 0);
    }
    for input in LONG_TEXTS {
        let user = ann.put("/user", &json!({"user": {"bio": input}})).is(200).take("user");
        assert_eq!(user["bio"], input);
    }
    is_untouched(&witness, &untouched);
}

#[test]
fn a_password_may_be_anything() {
    let server = Server::start();
    let anonymous = server.anonymous();
    for (number, odd) in ["' OR '1'='1", "пароль 🐉\u{301}", "\\\"%s"].iter().enumerate() {
        let (email, password) = (format!("{number}@conduit.test"), format!("s3cret{odd}"));
        let name = format!("user{number}");
        let user = json!({"user": {"username": name, "email": email, "password": password}});
        anonymous.post("/users", &user).is(201);
        let login = |password: &str| {
            anonymous.post("/users/login", &json!({"user": {"email": email, "password": password}}))
        };
        login(&password).is(200);
        login(&password[..password.len() - odd.len()]).one_of(&[401]);
    }
}

#[test]
fn a_zero_byte_is_refused_or_kept() {
    let server = Server::start();
    let (witness, untouched) = witness(&server);
    let ann = server.register("ann");
    for zero in ["\0", "a\0b", "\0a", "a\0"] {
        let mut article =
            json!({"article": {"title": "T", "description": "D", "body": "B", "tagList": ["t"]}});
        for field in ["title", "description", "body", "tagList"] {
            let kept = article["article"][field].clone();
            article["article"][field] = if field == "tagList" { json!([zero]) } else { json!(zero) };
            let answer = ann.post("/articles", &article).one_of(&[201, 422]);
            if answer.status == 201 {
                let path = format!("/articles/{}", encode(text(&answer.json["article"]["slug"])));
                let read = ann.get(&path).is(200).take("article");
                assert_eq!(read[field], article["article"][field]);
            } else {
                answer.refuses(422, field);
            }
            article["article"][field] = kept;
        }
        let comment =
            ann.post(&format!("/articles/{untouched}/comments"), &json!({"comment": {"body": zero}}));
        let comment = comment.one_of(&[200, 422]);
        if comment.status == 200 {
            assert_eq!(comment.json["comment"]["body"], zero);
            ann.delete(&format!("/articles/{untouched}/comments/{}", comment.json["comment"]["id"])).is(204);
        }
        for field in ["username", "email", "bio", "image"] {
            let answer = ann.put("/user", &json!({"user": {field: zero}})).one_of(&[200, 422]);
            assert!(answer.status == 422 || answer.json["user"][field] == zero, "{answer:#?}");
        }
        let user = json!({"user": {"username": "zero", "email": format!("{zero}@conduit.test"), "password": PASSWORD}});
        ann.post("/users", &user).refuses(422, "email");
        let user =
            json!({"user": {"email": "witness@conduit.test", "password": format!("{PASSWORD}{zero}")}});
        ann.post("/users/login", &user).one_of(&[401, 422]);
    }
    is_untouched(&witness, &untouched);
}

#[test]
fn a_path_may_hold_anything() {
    let server = Server::start();
    let (witness, untouched) = witness(&server);
    let mut segments: Vec<String> = TEXTS.iter().chain(&LONG_TEXTS).map(|text| encode(text)).collect();
    segments.extend(
        [
            "%00",
            "%ff",
            "%C0%AF",
            "%ED%A0%80",
            "%F5%80%80%80",
            "%",
            "%2",
            "%zz",
            "%25",
            "%2F",
            "%2e%2e",
            "%5C",
            "%0d%0a",
            "%0d%0aset-cookie:x",
            "'",
            "''",
            "';--",
            "~",
            "+",
            "!*'();:@&=$,[]",
            "%E2%80%AE",
            "%u0041",
        ]
        .map(str::to_owned),
    );
    segments.push("x".repeat(5000));
    segments.push("%27".repeat(5000));
    for segment in &segments {
        let (comment, article) = (json!({"comment": {"body": "x"}}), json!({"article": {"body": "x"}}));
        let missing = [400, 404, 414];
        for answer in [
            witness.get(&format!("/articles/{segment}")),
            witness.put(&format!("/articles/{segment}"), &article),
            witness.delete(&format!("/articles/{segment}")),
            witness.touch(&format!("/articles/{segment}/favorite")),
            witness.delete(&format!("/articles/{segment}/favorite")),
            witness.get(&format!("/articles/{segment}/comments")),
            witness.post(&format!("/articles/{segment}/comments"), &comment),
            witness.delete(&format!("/articles/{segment}/comments/1")),
            witness.get(&format!("/profiles/{segment}")),
            witness.touch(&format!("/profiles/{segment}/follow")),
            witness.delete(&format!("/profiles/{segment}/follow")),
        ] {
            assert!(missing.contains(&answer.status), "{answer:#?}");
            assert!(answer.header("set-cookie").is_none(), "{answer:#?}");
        }
        let answer = witness.delete(&format!("/articles/{untouched}/comments/{segment}"));
        assert!([400, 404, 414, 422].contains(&answer.status), "{answer:#?}");
    }
    is_untouched(&witness, &untouched);
}

#[test]
fn headers_may_hold_anything() {
    let server = Server::start();
    let (witness, untouched) = witness(&server);
    // A second `Host` is refused before any layer, those of CORS too.
    for name in ["x-forwarded-for", "x-forwarded-host", "user-agent", "accept", "referer", "cookie"] {
        for value in
            ["'; DROP TABLE users; --", "<script>", "%00%ff", "\u{1f409}", "", "../../etc/passwd", "*/*;q=x"]
        {
            witness.ask("GET", "/api/user", &format!("{name}: {value}\r\n"), b"").one_of(&[200, 400, 406]);
        }
    }
    for header in
        ["accept: text/html", "accept-encoding: gzip", "if-none-match: *", "range: bytes=0-1", "expect: x"]
    {
        witness.ask("GET", "/api/user", &format!("{header}\r\n"), b"").one_of(&[200, 304, 400, 406, 417]);
    }
    // Two of them are one too many, or the first one counts.
    witness.ask("GET", "/api/user", "authorization: Token nonsense\r\n", b"").one_of(&[200, 400, 401]);
    for header in ["x-http-method-override: DELETE", "x-method-override: DELETE", "x-original-url: /api/user"]
    {
        witness.ask("GET", &format!("/api/articles/{untouched}"), &format!("{header}\r\n"), b"").is(200);
    }
    is_untouched(&witness, &untouched);
}

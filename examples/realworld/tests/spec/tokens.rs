//! Who may ask at all: tokens that are missing, broken, forged, or too old.

use serde_json::{Value, json};

use crate::client::{Answer, Client, JSON, text};
use crate::jwt::{HEADER, claims, encode, parts, sign, signature};
use crate::operations::{OPERATIONS, Operation, Token};
use crate::server::{Folder, KEY, Server};

/// One article with one comment, and those who made them.
struct Scene {
    server: Server,
    ann: Client,
    slug: String,
    comment: String,
}

fn scene() -> Scene {
    let server = Server::start();
    let ann = server.register("ann");
    let slug = ann.slug("There");
    let comment = ann.comment(&slug, "There.").to_string();
    Scene { server, ann, slug, comment }
}

impl Scene {
    /// The operation on what is there, and on what is not.
    fn targets(&self, operation: &Operation) -> [String; 2] {
        [operation.target("ann", &self.slug, &self.comment), operation.target("nobody", "nowhere", "999999")]
    }

    /// What was there is there, as it was.
    #[track_caller]
    fn is_untouched(&self) {
        let article = self.ann.get(&format!("/articles/{}", self.slug)).is(200).take("article");
        let written = (&article["title"], &article["favoritesCount"], &article["createdAt"]);
        assert_eq!(written, (&json!("There"), &json!(0), &article["updatedAt"]));
        let comments = self.ann.get(&format!("/articles/{}/comments", self.slug)).is(200).take("comments");
        assert_eq!(comments.as_array().expect("a list").len(), 1);
        assert_eq!(self.ann.titles("/articles").0, 1);
        assert_eq!(self.ann.get("/user").is(200).json["user"]["bio"], "");
    }
}

/// Bodies that would be taken, and such that would be refused if anybody looked.
fn bodies(operation: &Operation) -> Vec<(&'static str, String)> {
    let Some(key) = operation.body else { return vec![("", String::new())] };
    let fields = json!({"bio": "x", "title": "x", "description": "x", "body": "x"});
    let mut body = json!({});
    body[key] = fields;
    vec![
        (JSON, body.to_string()),
        (JSON, "{".to_owned()),
        (JSON, "{}".to_owned()),
        ("", String::new()),
        ("content-type: text/plain\r\n", "x".to_owned()),
    ]
}

fn required() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter().filter(|operation| operation.token == Token::Required)
}

/// Headers that name nobody.
fn invalid(valid: &str) -> Vec<Vec<u8>> {
    let [header, payload, signed] = parts(valid);
    let mut other = claims(valid);
    // A payload that says the same and one more thing: the signature covers every byte.
    other["more"] = json!(true);
    let changed = encode(other.to_string());
    let none = encode(r#"{"alg":"none","typ":"JWT"}"#);
    let wrong_case = encode(r#"{"alg":"None","typ":"JWT"}"#);
    let other_algorithm = encode(r#"{"alg":"HS512","typ":"JWT"}"#);
    let text = claims(valid).to_string();
    let half = &signed[..signed.len() / 2];
    let mut headers: Vec<Vec<u8>> = [
        String::new(),
        "Token".to_owned(),
        "Token ".to_owned(),
        "Token nonsense".to_owned(),
        "Token a.b.c".to_owned(),
        "Token ..".to_owned(),
        "Token null".to_owned(),
        "Token ' OR 1=1 --".to_owned(),
        "Token <script>alert(1)</script>".to_owned(),
        valid.to_owned(),
        format!("Bearer {valid}"),
        format!("Basic {valid}"),
        format!("Basic {}", encode("ann:s3cret-passphrase")),
        format!("Token{valid}"),
        format!("Token {valid}x"),
        format!("Token {valid}.{signed}"),
        format!("Token {valid}, Token {valid}"),
        format!("Token {valid} {valid}"),
        format!("Token {header}.{payload}"),
        format!("Token {header}.{payload}."),
        format!("Token {header}.{payload}.{half}"),
        format!("Token {header}.{changed}.{signed}"),
        format!("Token {none}.{payload}."),
        format!("Token {none}.{payload}.{signed}"),
        format!("Token {none}.{payload}"),
        format!("Token {wrong_case}.{payload}."),
        format!("Token {other_algorithm}.{payload}.{signed}"),
        format!("Token {}", sign(b"another key, also long enough", HEADER, &text)),
        format!("Token {}", sign(b"", HEADER, &text)),
        format!("Token {}", "x".repeat(8000)),
    ]
    .map(String::into_bytes)
    .to_vec();
    headers.push(b"Token \xff\xfe".to_vec());
    headers.push("Token \u{1f409}".as_bytes().to_vec());
    headers.push([b"Token ".as_slice(), valid.as_bytes(), b"\xff"].concat());
    headers
}

#[test]
fn twelve_operations_ask_for_a_token() {
    let scene = scene();
    let anonymous = scene.server.anonymous();
    let mut asked = 0;
    for operation in required() {
        for target in scene.targets(operation) {
            for (headers, body) in bodies(operation) {
                let answer = anonymous.ask(operation.method, &target, headers, body.as_bytes());
                answer.says(401, "token", "is missing");
            }
        }
        asked += 1;
    }
    assert_eq!(asked, 12);
    scene.is_untouched();
}

#[test]
fn no_operation_takes_a_token_that_is_none() {
    let scene = scene();
    for header in invalid(&scene.ann.token()) {
        let client = scene.ann.with(header.clone());
        for operation in required() {
            for target in scene.targets(operation) {
                let (headers, body) = bodies(operation).swap_remove(0);
                let answer = client.ask(operation.method, &target, headers, body.as_bytes());
                is_invalid(answer, &header);
            }
        }
    }
    // Before any look at the body.
    let client = scene.ann.with("Token nonsense");
    for operation in required() {
        for (headers, body) in bodies(operation) {
            let target = &scene.targets(operation)[0];
            client.ask(operation.method, target, headers, body.as_bytes()).says(401, "token", "is invalid");
        }
    }
    scene.is_untouched();
}

#[track_caller]
fn is_invalid(answer: Answer, header: &[u8]) {
    let header = String::from_utf8_lossy(header).into_owned();
    assert_eq!(answer.status, 401, "{header:?}: {answer:#?}");
    answer.says(401, "token", "is invalid");
}

#[test]
fn a_token_matters_before_the_path_does() {
    let scene = scene();
    for operation in required().filter(|operation| operation.path.contains('{')) {
        for segment in ["%20", "%27", "%25", "x%2Fy", "%E9%BE%99", "-1", &"x".repeat(5000)] {
            let target = operation.target(segment, segment, segment);
            let (headers, body) = bodies(operation).swap_remove(0);
            let ask = |client: &Client| client.ask(operation.method, &target, headers, body.as_bytes());
            ask(&scene.server.anonymous()).says(401, "token", "is missing");
            ask(&scene.ann.with("Token nonsense")).says(401, "token", "is invalid");
        }
        // What is no text may be refused before anybody looks at anything else.
        for segment in ["%ff", "%00"] {
            let target = operation.target(segment, segment, segment);
            let (headers, body) = bodies(operation).swap_remove(0);
            let answer = scene.server.anonymous().ask(operation.method, &target, headers, body.as_bytes());
            answer.one_of(&[400, 401]);
        }
    }
}

#[test]
fn where_a_token_is_optional_a_broken_one_is_refused() {
    let scene = scene();
    let anonymous = scene.server.anonymous();
    let optional: Vec<_> = OPERATIONS.iter().filter(|operation| operation.token == Token::Optional).collect();
    assert_eq!(optional.len(), 4);
    for operation in optional {
        let [there, nowhere] = scene.targets(operation);
        anonymous.ask(operation.method, &there, "", b"").is(200);
        scene.ann.ask(operation.method, &there, "", b"").is(200);
        for header in invalid(&scene.ann.token()) {
            let client = scene.ann.with(header.clone());
            for target in [&there, &nowhere] {
                is_invalid(client.ask(operation.method, target, "", b""), &header);
            }
        }
    }
}

#[test]
fn a_token_expires() {
    let scene = scene();
    let valid = scene.ann.token();
    let [header, payload, signed] = parts(&valid);
    // The control: these are the key and the algorithm, so what is refused below is refused for its time.
    assert_eq!(signature(KEY.as_bytes(), &format!("{header}.{payload}")), signed);
    let mut claims = claims(&valid);
    assert!(claims["exp"].as_u64().expect("a time") > 1_700_000_000, "{claims}");
    scene.ann.with_token(&sign(KEY.as_bytes(), HEADER, &claims.to_string())).get("/user").is(200);

    for time in [json!(1_000_000_000), json!(0), json!(-1)] {
        claims["exp"] = time;
        let expired = scene.ann.with_token(&sign(KEY.as_bytes(), HEADER, &claims.to_string()));
        expired.get("/user").says(401, "token", "is invalid");
        expired.get("/articles").says(401, "token", "is invalid");
        expired.touch(&format!("/articles/{}/favorite", scene.slug)).says(401, "token", "is invalid");
    }
    scene.is_untouched();
}

#[test]
fn odd_claims_are_no_user() {
    let scene = scene();
    let valid = claims(&scene.ann.token());
    let mut odd: Vec<String> =
        ["", "null", "[]", "{}", "1", "\"x\"", "{", "\u{feff}{}"].map(str::to_owned).to_vec();
    for (name, value) in valid.as_object().expect("claims") {
        // What is no time or user, whatever the claim is.
        for wrong in [json!(null), json!("x"), json!([]), json!({}), json!(1e300), json!(true)] {
            let mut claims = valid.clone();
            claims[name] = wrong;
            odd.push(claims.to_string());
        }
        if !["exp", "iat", "nbf"].contains(&name.as_str()) {
            for wrong in [json!(i64::MAX), json!(i64::MIN), json!("' OR 1=1 --"), json!("999999"), json!(-1)]
            {
                assert_ne!(*value, wrong);
                let mut claims = valid.clone();
                claims[name] = wrong;
                odd.push(claims.to_string());
            }
        }
    }
    for payload in odd {
        let client = scene.ann.with_token(&sign(KEY.as_bytes(), HEADER, &payload));
        // A claim that nobody needs may be anything.
        let answer = client.get("/user").one_of(&[200, 401]);
        assert!(answer.status == 401 || answer.json["user"]["username"] == "ann", "{payload}");
    }
    for header in
        ["", "{}", "null", r#"{"alg":1}"#, r#"{"alg":"RS256"}"#, r#"{"alg":"HS256","zip":"DEF"}"#, "x"]
    {
        let client = scene.ann.with_token(&sign(KEY.as_bytes(), header, &valid.to_string()));
        client.get("/user").one_of(&[200, 401]);
    }
}

#[test]
fn a_token_of_nobody_is_invalid() {
    let there = Server::start();
    let ann = there.register("ann");
    // The same key, and no user.
    let here = Server::start();
    let ghost = here.anonymous().with_token(&ann.token());
    ghost.get("/user").says(401, "token", "is invalid");
    ghost.get("/articles").says(401, "token", "is invalid");
    ghost.post("/articles", &json!({})).says(401, "token", "is invalid");
}

#[test]
fn a_token_tells_nothing_private() {
    let server = Server::start();
    let ann = server.register("ann");
    let token = ann.token();
    let header: Value = serde_json::from_str(&decode(parts(&token)[0])).expect("JSON");
    assert_eq!(header["alg"], "HS256");
    let claims = claims(&token).to_string();
    assert!(!claims.contains("s3cret") && !claims.contains("argon2"), "{claims}");
}

fn decode(part: &str) -> String {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64url");
    String::from_utf8(bytes).expect("text")
}

#[test]
fn each_user_has_a_token_of_their_own() {
    let server = Server::start();
    let (ann, bob) = (server.register("ann"), server.register("bob"));
    assert_ne!(ann.token(), bob.token());
    for (client, name) in [(&ann, "ann"), (&bob, "bob")] {
        let user = client.get("/user").is(200).take("user");
        assert_eq!(user["username"], name);
        client.with_token(text(&user["token"])).get("/user").is(200);
    }
}

#[test]
fn without_a_key_tokens_end_with_the_process() {
    let folder = Folder::new();
    let server = Server::with(&folder, &[]);
    let ann = server.register("ann");
    ann.get("/user").is(200);
    for key in ["", "secret", KEY] {
        let forged = sign(key.as_bytes(), HEADER, &claims(&ann.token()).to_string());
        ann.with_token(&forged).get("/user").says(401, "token", "is invalid");
    }
    drop(server);

    let server = Server::with(&folder, &[]);
    let ann = Client { address: server.address, ..ann };
    ann.get("/user").says(401, "token", "is invalid");
    let login = json!({"user": {"email": ann.email, "password": crate::client::PASSWORD}});
    let user = server.anonymous().post("/users/login", &login).is(200).take("user");
    server.anonymous().with_token(text(&user["token"])).get("/user").is(200);
}

#[test]
fn with_the_same_key_tokens_outlive_the_process() {
    let folder = Folder::new();
    let server = Server::on(&folder);
    let ann = server.register("ann");
    assert!(server.end("-TERM").success());

    let server = Server::on(&folder);
    let ann = Client { address: server.address, ..ann };
    assert_eq!(ann.get("/user").is(200).json["user"]["username"], "ann");
    drop(server);

    let server = Server::with(&folder, &[("JWT_SECRET", "another key, also long enough")]);
    let ann = Client { address: server.address, ..ann };
    ann.get("/user").says(401, "token", "is invalid");
}

//! What Next.js 16 answers to 112 requests about routing, and what these routes answer.
//!
//! `cases.json` was recorded from `next start`. An answer that differs stands in [`MEANT`] with its reason; one that is
//! listed there and has become equal fails too.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::Uri;
use route_runtime::testing::TestClient;
use route_runtime::{Routes, TrailingSlash, api_route};
use serde::Deserialize;
use serde_json::{Value, json};

/// Handlers that answer with their file and their parameters, as those of the recorded application.
macro_rules! twin {
    ($($name:ident $path:literal $file:literal ($($argument:ident: $ty:ty),*);)*) => {$(
        #[api_route($path)]
        #[allow(non_snake_case)]
        async fn $name($($argument: $ty),*) -> Json<Value> {
            let mut query = serde_json::Map::new();
            $(query.insert(stringify!($argument).to_owned(), json!($argument));)*
            query.retain(|_, value| !value.is_null());
            Json(json!({ "route": $file, "query": query }))
        }
    )*};
}

twin! {
    index "/api" "index" ();
    users "/api/users" "users/index" ();
    users_me "/api/users/me" "users/me" ();
    users_id "/api/users/[id]" "users/[id]" (id: String);
    posts "/api/users/[id]/posts/[postId]" "users/[id]/posts/[postId]" (id: String, postId: String);
    three "/api/three/[a]/[b]/[c]" "three/[a]/[b]/[c]" (a: String, b: String, c: String);
    docs "/api/docs/[...slug]" "docs/[...slug]" (slug: Vec<String>);
    opt "/api/opt/[[...slug]]" "opt/[[...slug]]" (slug: Option<Vec<String>>);
    mix "/api/mix/[a]/[...rest]" "mix/[a]/[...rest]" (a: String, rest: Vec<String>);
    mix2 "/api/mix2/[a]/[[...rest]]" "mix2/[a]/[[...rest]]" (a: String, rest: Option<Vec<String>>);
    underscore "/api/_underscore" "_underscore" ();
    file_json "/api/file.json" "file.json" ();
    plus_sign "/api/plus+sign" "plus+sign" ();
    unicode "/api/uni/日本" "uni/日本" ();
    deep "/api/only/nested/deep" "only/nested/deep" ();
    upper "/api/Case/Upper" "Case/Upper" ();
    index_in_dir "/api/index-in-dir" "index-in-dir/index" ();
    idx "/api/idx/index" "idx/index/index" ();
    prec_static "/api/prec/static" "prec/static" ();
    prec_id "/api/prec/[id]" "prec/[id]" (id: String);
    prec_deep "/api/prec/[id]/deep" "prec/[id]/deep" (id: String);
    prec_rest "/api/prec/[...rest]" "prec/[...rest]" (rest: Vec<String>);
    prec2_id "/api/prec2/[id]" "prec2/[id]" (id: String);
    prec2_rest "/api/prec2/[[...rest]]" "prec2/[[...rest]]" (rest: Option<Vec<String>>);
    a_static_c "/api/a/static/c" "a/static/c" ();
    a_x_b "/api/a/[x]/b" "a/[x]/b" (x: String);
    bt_end "/api/bt/[x]/[y]/end" "bt/[x]/[y]/end" (x: String, y: String);
    bt_lit "/api/bt/lit/[y]/other" "bt/lit/[y]/other" (y: String);
    bt_all "/api/bt/[...all]" "bt/[...all]" (all: Vec<String>);
}

#[api_route("/api/hello")]
async fn hello() -> Json<Value> {
    Json(json!({ "name": "John Doe" }))
}

#[api_route("/api/echo/param-length/[id]")]
async fn param_length(id: String) -> Json<Value> {
    Json(json!({ "length": id.chars().count() }))
}

/// Differences that are meant: the case, our status, and why. W numbers are weaknesses of Next.js.
const MEANT: &[(&str, u16, &str)] = &[
    ("routing/unicode-file-name", 200, "W14: static text beyond ASCII is reachable, as its percent-encoding"),
    (
        "routing/unicode-file-name-raw",
        404,
        "node refuses raw UTF-8 in a target, hyper takes it: another spelling",
    ),
    ("encoding/utf8-raw", 200, "node refuses raw UTF-8 in a target, hyper takes it"),
    ("routing/pattern-literal-opt", 200, "W13: the text of a pattern is a value like any other"),
    ("precedence/encoded-static", 404, "W14: another spelling of a static path passes by what guards that"),
    ("precedence/encoded-static-vs-dynamic", 404, "W14"),
    ("slash/trailing-unknown", 404, "W18: only known routes redirect"),
    ("slash/trailing-double", 404, "W18: an empty segment is no route's"),
    ("slash/double-leading", 404, "W18: an empty segment is no route's"),
    ("slash/double-leading-host", 404, "W18"),
    ("slash/triple", 404, "W18: an empty segment is no route's"),
    ("slash/backslash", 404, "W18: a backslash is no slash"),
    ("slash/backslash-double", 404, "W18"),
    ("slash/backslash-leading", 404, "W18"),
    ("slash/dotdot", 404, "W17: dot segments are text, nobody resolves them behind a proxy's back"),
    ("slash/dotdot-encoded", 404, "W17"),
    ("slash/dotdot-param", 200, "W17: `..` is the value of `[id]`"),
    ("slash/dotdot-param-encoded", 200, "W17"),
    ("slash/dot-param-encoded", 200, "W17"),
];

/// Cases that only a socket can show; they are replayed by the whole conformance run.
const OF_THE_SOCKET: &[&str] = &["encoding/long-url-20k"];

#[derive(Deserialize)]
struct Case {
    id: String,
    group: String,
    request: Sent,
    recorded: Recorded,
}

#[derive(Deserialize)]
struct Sent {
    method: String,
    path: Path,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Path {
    Text(String),
    Made {
        prefix: String,
        repeat: String,
        count: usize,
        #[serde(default)]
        suffix: String,
    },
}

#[derive(Deserialize)]
struct Recorded {
    #[serde(default)]
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, Value>,
    body: Option<Body>,
}

#[derive(Deserialize)]
struct Body {
    text: Option<String>,
}

impl Sent {
    fn path(&self) -> String {
        match &self.path {
            Path::Text(text) => text.clone(),
            Path::Made { prefix, repeat, count, suffix } => {
                format!("{prefix}{}{suffix}", repeat.repeat(*count))
            }
        }
    }
}

/// What differs from the recording: the status, the target of a redirect, the JSON of a success.
async fn difference(client: &TestClient, case: &Case) -> (u16, Option<String>) {
    let path = case.request.path();
    let recorded = &case.recorded;
    if path.parse::<Uri>().is_err() {
        // hyper answers this before any router sees it.
        return (400, (recorded.status != 400).then(|| "no URI".to_owned()));
    }
    let response = client.request(case.request.method.as_str(), &path).await;
    let status = response.status().as_u16();
    let text = recorded.body.as_ref().and_then(|body| body.text.as_deref()).unwrap_or_default();
    let location = recorded.headers.get("location").and_then(Value::as_str);
    let difference = if status != recorded.status {
        Some(format!("{status} instead of {}", recorded.status))
    } else if status == 308 && response.header("location") != location {
        Some(format!("to {:?} instead of {location:?}", response.header("location")))
    } else if status == 200 && serde_json::from_str(text).ok() != Some(response.json::<Value>()) {
        Some(format!("{} instead of {text}", response.text()))
    } else {
        None
    };
    (status, difference)
}

#[tokio::test]
async fn as_next_js_or_meant() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("cases.json")).unwrap();
    let router = Routes::collect().trailing_slash(TrailingSlash::Redirect).into_router().unwrap();
    let client = TestClient::new(router);
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in &cases {
        let of_routing = matches!(case.group.as_str(), "routing" | "precedence" | "encoding" | "slash");
        if !of_routing || OF_THE_SOCKET.contains(&case.id.as_str()) {
            continue;
        }
        let (equal, meant) = counts.entry(&case.group).or_default();
        let listed = MEANT.iter().find(|(id, _, _)| *id == case.id);
        match (difference(&client, case).await, listed) {
            ((_, None), None) => *equal += 1,
            ((status, Some(_)), Some((_, wanted, _))) if status == *wanted => *meant += 1,
            ((status, difference), _) => {
                wrong.push(format!("{}: {status} {difference:?}, listed: {listed:?}", case.id))
            }
        }
    }
    for (group, (equal, meant)) in &counts {
        println!("{group}: {equal} equal, {meant} meant");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(counts.values().map(|(_, meant)| meant).sum::<usize>(), MEANT.len());
}

//! The properties of the fuzz targets, on a stable compiler: over the seeds, and over inputs made by chance.
//!
//! A failure prints the smallest input that it was found with: make a file of it below `fuzz/seeds`.

#[path = "fuzzed/mod.rs"]
mod fuzzed;

use std::fmt;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any};
use proptest::sample::{Index, select};
use proptest::{prop_oneof, proptest};

/// Every seed of a target, whether it was written or found.
fn seeds(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(target);
    let files: Vec<_> =
        folder.read_dir().expect("a folder").map(|file| file.expect("a file").path()).collect();
    assert!(!files.is_empty());
    for file in files {
        println!("{}", file.display());
        check(&std::fs::read(&file).expect("a seed"));
    }
}

#[test]
fn seeds_of_routing() {
    seeds("routing", fuzzed::routing::check);
}

#[test]
fn seeds_of_decoding() {
    seeds("decoding", fuzzed::decoding::check);
}

#[test]
fn seeds_of_json() {
    seeds("json", fuzzed::json::check);
}

#[test]
fn seeds_of_connection() {
    seeds("connection", fuzzed::connection::check);
}

/// Fragments in a row, with bytes of any kind now and then.
fn fragments(known: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<u8>> {
    let fragment = prop_oneof![
        12 => select(known).prop_map(|text| text.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..4),
        1 => any::<char>().prop_map(|c| c.to_string().into_bytes()),
    ];
    vec(fragment, 0..most).prop_map(|fragments| fragments.concat())
}

/// An input, and the same with some of its bytes changed.
fn mutated(inputs: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let changes = prop_oneof![3 => Just(Vec::new()), 1 => vec((any::<Index>(), any::<u8>()), 1..4)];
    (inputs, changes).prop_map(|(mut input, changes)| {
        for (at, byte) in changes {
            if !input.is_empty() {
                let at = at.index(input.len());
                input[at] = byte;
            }
        }
        input
    })
}

fn routes_and_paths() -> impl Strategy<Value = Vec<u8>> {
    const METHODS: &[&str] =
        &["GET", "POST", "*", "GET,PUT", "HEAD", "OPTIONS", ">GET", ">POST", ">HEAD", ">OPTIONS", ">BREW"];
    const DYNAMIC: &[&str] = &["[x]", "[y]", "[...r]", "[[...r]]", "[x", "{x}", "[x]?q"];
    const TEXTS: &[&str] =
        &["a", "b", "für", "f%C3%BCr", "f%c3%bcr", "%61", "a%2Fb", "%2e%2E", "..", "", "%00", "%FF", "a:b"];
    let segment = || prop_oneof![2 => select(TEXTS), 1 => select(DYNAMIC)];
    let line = (select(METHODS), vec(segment(), 0..5)).prop_map(|(method, segments)| {
        let path: String = segments.iter().flat_map(|segment| ["/", segment]).collect();
        format!("{method} {}\n", if path.is_empty() { "/" } else { &path })
    });
    let setting = select(&["", "slash ignore\n", "slash redirect\n", "base /v1\n"][..]);
    (setting, vec(line, 0..16)).prop_map(|(setting, lines)| [setting, &lines.concat()].concat().into_bytes())
}

const TEXT: &[&str] = &[
    "q=", "page=", "tag=", "flag=", "count=", "name=", "tags=", "limit=", "letter=", "ratio=", "&", "&", "&",
    "=", ";", "\n", "7", "-1", "1.5", "true", "ü", "%C3%BC", "%FF", "%", "%2", "+", "%2B", " ", "\"",
    "kQ7zXw93", "inf", "\0", "..", "/", "\\",
];

/// The pairs that the routes know, most of them right.
fn pairs() -> impl Strategy<Value = Vec<u8>> {
    const NAMES: &[&str] =
        &["q", "page", "tag", "flag", "count", "name", "tags", "limit", "letter", "ratio", "%71", "other"];
    const VALUES: &[&str] = &["7", "7", "true", "%C3%BC", "a+b", "kQ7zXw93", "", "%FF", "1e5", "%2B1"];
    let pair = (select(NAMES), select(VALUES)).prop_map(|(name, value)| format!("{name}={value}"));
    vec(pair, 0..6).prop_map(|mut pairs| {
        // Without these, a query is refused whatever else it has.
        pairs.extend(["count=1".to_owned(), "q=1".to_owned()]);
        pairs.join("&").into_bytes()
    })
}

const HTTP: &[&str] = &[
    "GET /ping HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET /number/7 HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET /number/kQ7zXw93 HTTP/1.1\r\nhost: a\r\n\r\n",
    "POST /bytes HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc",
    "POST /raw HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n",
    "POST /order HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 19\r\n\r\n",
    "{\"id\":1,\"name\":\"n\"}",
    "1\r\nx\r\n",
    "0\r\n\r\n",
    "GET ",
    "HEAD ",
    "OPTIONS ",
    "CONNECT ",
    "POST ",
    "/stream",
    "/files/a/b%2Fc",
    "/filter?q=1",
    "/form",
    "/small",
    " HTTP/1.1\r\n",
    " HTTP/1.0\r\n",
    "\r\n",
    "\r\n\r\n",
    "host: a\r\n",
    "content-length: 1\r\n",
    "content-length: 99\r\n",
    "transfer-encoding: chunked\r\n",
    "expect: 100-continue\r\n",
    "connection: close\r\n",
    "content-type: text/plain\r\n",
    "cookie: a=b\r\n",
];

/// JSON by what the types of the routes know, and not always of the right kind.
fn json() -> impl Strategy<Value = Vec<u8>> {
    const SCALARS: &[&str] = &[
        "null",
        "true",
        "0",
        "7",
        "-1",
        "1.5",
        "99999999999",
        "1e400",
        "\"\"",
        "\"ü\"",
        "\"kQ7zXw93\"",
        "\"unit\"",
        "\"C\"",
        "\"A\"",
        // The fields of structs without their names.
        "[\"s\",1]",
        "[\"unit\",1]",
        "[1,\"n\"]",
        "[null]",
    ];
    const KEYS: &[&str] = &[
        "id", "name", "price", "tags", "address", "street", "zip", "lines", "kind", "amount", "some", "pair",
        "fields", "deep", "counts", "mark", "a/b~c", "type", "a", "order", "own", "kQ7zXw93",
    ];
    let value = select(SCALARS).prop_map(str::to_owned).prop_recursive(4, 24, 4, |inner| {
        let pair = (select(KEYS), inner.clone()).prop_map(|(key, value)| format!("\"{key}\":{value}"));
        prop_oneof![
            3 => vec(pair, 0..6).prop_map(|pairs| format!("{{{}}}", pairs.join(","))),
            1 => vec(inner.clone(), 0..4).prop_map(|values| format!("[{}]", values.join(","))),
            3 => good(inner),
        ]
    });
    value.prop_map(String::into_bytes)
}

/// What is good but for arrays in place of structs, with another value in one place: between two `@` stand those that can be
/// another.
fn good(inner: impl Strategy<Value = String> + Clone) -> impl Strategy<Value = String> {
    const GOOD: &[&str] = &[
        r#"{"kind":@{"fields":{"deep":null}}@,"amount":@1@}"#,
        r#"{"kind":{"fields":@{"deep":null}@},"amount":1}"#,
        r#"{"id":@1@,"name":"n","price":@2.5@,"address":@null@,"lines":[@{"kind":"unit","amount":2}@],"counts":{"k":@3@}}"#,
        r#"{"id":1,"name":"n","address":{"street":"s","zip":@null@,"@other@":1}}"#,
        r#"{"id":1,"name":"n","address":@["s",1]@}"#,
        r#"{"type":"@A@","a":@1@,"order":@null@}"#,
        r#"{"kind":{"fields":[@null@]},"amount":1}"#,
        r#"{"own":@true@,"kind":@"unit"@,"amount":1,"more":@null@}"#,
    ];
    (select(GOOD), any::<Index>(), inner).prop_map(|(good, place, other)| {
        let mut parts: Vec<&str> = good.split('@').collect();
        let place = 2 * place.index(parts.len() / 2) + 1;
        parts[place] = &other;
        parts.concat()
    })
}

/// An input, which a failure shows as text.
struct Input(Vec<u8>);

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// Failures become seeds, so that both kinds of tests have them: no files of proptest's own.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn routing(input in mutated(routes_and_paths()).prop_map(Input)) {
        fuzzed::routing::check(&input.0);
    }

    #[test]
    fn decoding(input in prop_oneof![mutated(fragments(TEXT, 16)), pairs(), mutated(pairs())].prop_map(Input)) {
        fuzzed::decoding::check(&input.0);
    }

    #[test]
    fn json_bodies(input in mutated(json()).prop_map(Input)) {
        fuzzed::json::check(&input.0);
    }

    #[test]
    fn connection(chunks in vec(1_u8.., 0..4), input in mutated(fragments(HTTP, 10)).prop_map(Input)) {
        fuzzed::connection::check(&[&chunks[..], b"\n", &input.0].concat());
    }

    #[test]
    fn any_bytes(input in vec(any::<u8>(), 0..64).prop_map(Input)) {
        fuzzed::routing::check(&input.0);
        fuzzed::decoding::check(&input.0);
        fuzzed::json::check(&input.0);
        fuzzed::connection::check(&input.0);
    }
}

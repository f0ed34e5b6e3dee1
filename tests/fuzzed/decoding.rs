//! Paths, query strings, forms and cookies, beside a reader that is slow and plain.

use axum::body::Body;
use axum::http::{HeaderValue, Request, Uri, header};
use route_runtime::testing::TestClient;
use route_runtime::{RouteInfo, Routes};
use serde_json::{Value, json};
use tests::reference::{self, Found, decoded};

use super::{ask, router, run, tokens};

/// What both a query string and a form can hold at the most.
const MOST_PAIRS: usize = 10_000;

/// The input is a path, a query string, a form, a header, and texts to be encoded.
pub fn check(data: &[u8]) {
    // A longer one is no URI.
    if data.len() > 16_000 {
        return;
    }
    run(async {
        paths(data).await;
        queries(data).await;
        forms(data).await;
        cookies(data).await;
        round_trip(data).await;
    });
}

type Pairs = Vec<(String, String)>;

/// The pairs of a query or a form; `None` where it can't be decoded.
fn pairs(text: &str) -> Option<Pairs> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((decoded(name, true)?, decoded(value, true)?))
    });
    pairs.collect()
}

fn values<'p>(pairs: &'p Pairs, name: &str) -> Vec<&'p str> {
    pairs.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str()).collect()
}

/// One value or none; an error where there are more, or it is no `T`.
fn one<T: std::str::FromStr>(pairs: &Pairs, name: &str) -> Result<Option<T>, ()> {
    match values(pairs, name)[..] {
        [] => Ok(None),
        [value] => value.parse().map(Some).map_err(drop),
        _ => Err(()),
    }
}

async fn paths(data: &[u8]) {
    let routes = Routes::collect();
    let patterns: Vec<&str> = routes.iter().map(RouteInfo::pattern).collect();
    for start in ["/", "/number/", "/text/", "/files/", "/all/"] {
        let Ok(uri) = Uri::try_from([start.as_bytes(), data].concat()) else { continue };
        let path = uri.path().to_owned();
        let answer = ask(router(), Request::get(uri).body(Body::empty()).expect("a request")).await;
        let wanted = match reference::find(&patterns, &path) {
            Found::Pattern(pattern) => value_of_path(pattern, &path),
            Found::Refused => Some(None),
            // axum answers what is nobody's, and of two reasons either may be told.
            Found::Nobody => {
                assert!(
                    answer.status == 404 || path.ends_with('/') && answer.status == 400,
                    "{path}: {answer:?}"
                );
                continue;
            }
        };
        match wanted {
            Some(wanted) => assert_eq!(answer.value(&[400], data), wanted, "{path}: {answer:?}"),
            None => assert!(!answer.status.is_server_error(), "{path}: {answer:?}"),
        }
    }
}

/// What a route whose answer is its parameters makes of a path: `None` where a text is of another type.
fn value_of_path(pattern: &str, path: &str) -> Option<Option<Value>> {
    let texts: Vec<String> = path.split('/').skip(2).filter_map(|raw| decoded(raw, false)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    Some(match (pattern, &texts[..]) {
        ("/number/[number]", [number]) => number.parse::<i64>().ok().map(|number| json!(number)),
        ("/text/[text]/[flag]", [text, flag]) => flag.parse::<bool>().ok().map(|flag| json!([text, flag])),
        ("/files/[...rest]", rest) => Some(json!(rest)),
        ("/all/[[...rest]]", []) => Some(Value::Null),
        ("/all/[[...rest]]", rest) => {
            let numbers: Result<Vec<u8>, _> = rest.iter().map(|text| text.parse()).collect();
            numbers.ok().map(|numbers| json!(numbers))
        }
        _ => return None,
    })
}

async fn queries(data: &[u8]) {
    let uri = |path: &str| Uri::try_from([path.as_bytes(), b"?", data].concat()).ok();
    let Some(query) = uri("/").and_then(|uri| uri.query().map(str::to_owned)) else { return };
    let pairs = pairs(&query);
    for (path, wanted) in [
        ("/pairs", pairs.as_ref().filter(|pairs| pairs.len() <= MOST_PAIRS).map(|pairs| json!(pairs))),
        ("/filter", pairs.as_ref().filter(|pairs| pairs.len() <= MOST_PAIRS).and_then(filter_of_query)),
        ("/typed", pairs.as_ref().and_then(|pairs| typed(pairs).ok())),
    ] {
        let Some(uri) = uri(path) else { continue };
        let answer = ask(router(), Request::get(uri).body(Body::empty()).expect("a request")).await;
        let got = answer.value(&[400], data);
        assert_eq!(got, wanted, "{path}?{query} is {answer:?}");
    }
}

fn filter(pairs: &Pairs) -> Result<Value, ()> {
    let q: Option<String> = one(pairs, "q")?;
    let (page, flag) = (one::<u32>(pairs, "page")?, one::<bool>(pairs, "flag")?);
    Ok(json!({ "q": q.ok_or(())?, "page": page, "tag": values(pairs, "tag"), "flag": flag }))
}

fn filter_of_query(pairs: &Pairs) -> Option<Value> {
    let filter = filter(pairs).ok()?;
    Some(json!([filter, filter["q"], filter["tag"]]))
}

fn typed(pairs: &Pairs) -> Result<Value, ()> {
    let ratio: Option<f64> = one(pairs, "ratio")?;
    if ratio.is_some_and(|ratio| !ratio.is_finite()) {
        return Err(());
    }
    Ok(json!([
        one::<i64>(pairs, "count")?.ok_or(())?,
        one::<bool>(pairs, "flag")?,
        one::<String>(pairs, "name")?,
        values(pairs, "tags"),
        one::<u8>(pairs, "limit")?,
        one::<char>(pairs, "letter")?,
        ratio,
    ]))
}

async fn forms(data: &[u8]) {
    let post = |path: &str| {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        ask(router(), request.body(Body::from(data.to_vec())).expect("a request"))
    };
    let content = data.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(data);
    let read = std::str::from_utf8(content).ok().and_then(pairs).filter(|pairs| pairs.len() <= MOST_PAIRS);

    let answer = post("/form-pairs").await;
    assert_eq!(answer.value(&[400], data), read.as_ref().map(|pairs| json!(pairs)), "{answer:?}");

    let answer = post("/form").await;
    // What can't be read is 400, as nothing at all is; what does not fit is 422.
    let refusal = if read.is_none() || content.is_empty() { 400 } else { 422 };
    let wanted = read.as_ref().and_then(|pairs| filter(pairs).ok());
    assert_eq!(answer.value(&[refusal], data), wanted, "{answer:?}");

    // axum decodes leniently, so that only the refusal is ours.
    post("/form-of-axum").await.value(&[400, 422], data);
}

async fn cookies(data: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(data) else { return };
    let mut wanted = Pairs::new();
    for pair in value.as_bytes().split(|byte| *byte == b';') {
        let Some((name, value)) = std::str::from_utf8(pair).ok().and_then(|pair| pair.split_once('=')) else {
            continue;
        };
        let value = value.trim_ascii();
        let is_quoted = value.len() > 1 && value.starts_with('"') && value.ends_with('"');
        let value = if is_quoted { &value[1..value.len() - 1] } else { value };
        let value = decoded(value, false).unwrap_or_else(|| value.to_owned());
        wanted.push((name.trim_ascii().to_owned(), value));
    }
    let request = Request::get("/cookies").header(header::COOKIE, value).body(Body::empty());
    let answer = ask(router(), request.expect("a request")).await;
    assert_eq!(answer.value(&[], data), Some(json!(wanted)), "{answer:?}");
}

/// What others encode comes out as it went in.
async fn round_trip(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.split('\n').take(32);
    let mut pairs = Pairs::new();
    while let Some(name) = lines.next() {
        pairs.push((name.to_owned(), lines.next().unwrap_or_default().to_owned()));
    }
    let client = TestClient::new(router());
    // Each byte may be thrice as long.
    if text.len() < 10_000 {
        let answer = client.get("/pairs").query(&pairs).await;
        assert_eq!(answer.json::<Pairs>(), pairs);
    }
    let answer = client.post("/form-pairs").form(&pairs).await;
    assert_eq!(answer.json::<Pairs>(), pairs);

    let mut request = client.get("/cookies");
    let named: Pairs =
        (0..).zip(&pairs).map(|(number, (_, value))| (format!("c{number}"), value.clone())).collect();
    for (name, value) in &named {
        request = request.cookie(name, value);
    }
    assert_eq!(request.await.json::<Pairs>(), named);

    // In a path, each value is one segment. An empty one would be none.
    let segments: Vec<&str> =
        pairs.iter().map(|(_, value)| value.as_str()).filter(|value| !value.is_empty()).collect();
    let escaped = |byte: u8| format!("%{byte:02x}");
    let path: String =
        segments.iter().flat_map(|value| ["/".to_owned(), value.bytes().map(escaped).collect()]).collect();
    if segments.is_empty() || path.len() > 30_000 {
        return;
    }
    let answer = client.get(&format!("/files{path}")).await;
    let climbs = |text: &str| {
        text.contains(['\0', '\\'])
            || text.starts_with('/')
            || text.split('/').any(|part| matches!(part, "." | ".."))
    };
    if segments.iter().any(|text| climbs(text)) {
        answer.assert_problem(400, "");
        assert!(tokens(data).iter().all(|token| !answer.text().contains(token)));
    } else {
        assert_eq!(answer.json::<Vec<String>>(), segments);
    }
}

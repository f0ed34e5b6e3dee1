//! JSON bodies and their answers, beside what `serde_json` makes of them.

use std::collections::BTreeSet;
use std::fmt;

use axum::body::Body;
use axum::http::{HeaderValue, Request, header};
use serde::de::{DeserializeOwned, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::routes::{Flat, Order, Tagged, Untagged};
use super::{Answer, ask, pointers, router, run};

/// The input is a body. Behind a NUL, which no JSON has, its content type may stand, and on the next line its content coding.
pub fn check(data: &[u8]) {
    if let Some(end) = data.iter().position(|byte| *byte == 0) {
        let mut headers = data[end + 1..].split(|byte| *byte == b'\n');
        run(of_other_kinds(&data[..end], headers.next().unwrap_or_default(), headers.next()));
        return;
    }
    run(async {
        typed::<Order>("/order", data, is_order).await;
        typed::<Vec<Order>>("/orders", data, |value| each(value, is_order)).await;
        typed::<Option<Order>>("/optional", data, |value| value.is_null() || is_order(value)).await;
        // Of these serde keeps a part to look at it twice, and an array passes.
        typed::<Tagged>("/tagged", data, |_| true).await;
        typed::<Untagged>("/untagged", data, |_| true).await;
        typed::<Flat>("/flat", data, |_| true).await;
        typed::<Value>("/value", data, |_| true).await;
        typed::<String>("/string", data, |_| true).await;
        typed::<(i8, u64, i128, f32)>("/numbers", data, |_| true).await;
        of_axum(data).await;
        small(data).await;
    });
}

async fn post(path: &str, body: &[u8]) -> Answer {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    ask(router(), request.body(Body::from(body.to_vec())).expect("a request")).await
}

/// Whether each element is as it should be; what is no array is serde's to refuse.
fn each(value: &Value, is: fn(&Value) -> bool) -> bool {
    value.as_array().is_none_or(|values| values.iter().all(is))
}

/// Whether no array stands for a struct in an order.
fn is_order(value: &Value) -> bool {
    let is_address = |value: &Value| value.is_null() || value.is_object();
    value.is_object() && is_address(&value["address"]) && each(&value["lines"], is_line)
}

fn is_line(value: &Value) -> bool {
    let fields = &value["kind"]["fields"];
    let deep = &fields["deep"];
    value.is_object() && (fields.is_null() || fields.is_object()) && (deep.is_null() || is_order(deep))
}

/// The answer of a route whose body is a `T`. `is_strict`: whether no array stands for a struct.
async fn typed<T: DeserializeOwned + Serialize>(path: &str, data: &[u8], is_strict: fn(&Value) -> bool) {
    let answer = post(path, data).await;
    let content = data.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(data);
    let wanted = serde_json::from_slice::<T>(content);
    let document = serde_json::from_slice::<Value>(content);
    let got = answer.value(&[400, 422], data);
    if content.is_empty() {
        let is_optional = path == "/optional";
        assert_eq!(got, is_optional.then_some(Value::Null), "{answer:?}");
        return;
    }
    match (wanted, &document) {
        (Ok(wanted), Ok(document)) if is_strict(document) => {
            assert!(answer.is(&wanted), "{path}: {answer:?}");
        }
        (Ok(_), Ok(_)) => assert_eq!(answer.status, 422, "{path}: {answer:?}"),
        // What a type skips may be what no value can hold, such as a number that is too large.
        (Ok(_), Err(_)) => assert!(answer.status == 200 || answer.status == 400, "{path}: {answer:?}"),
        (Err(_), Ok(_)) => assert_eq!(answer.status, 422, "{path}: {answer:?}"),
        (Err(_), Err(_)) => assert_eq!(answer.status, 400, "{path}: {answer:?}"),
    }
    if let (422, Ok(document)) = (answer.status.as_u16(), &document) {
        places(&answer, data, content, document);
    }
}

impl Answer {
    /// Whether it is this value, as text: a number that is read once more may be another.
    fn is(&self, value: &impl Serialize) -> bool {
        self.status == 200 && serde_json::to_vec(value).is_ok_and(|text| text == self.body)
    }
}

/// What a refusal names is there, or would be a field of what is there.
fn places(answer: &Answer, data: &[u8], content: &[u8], document: &Value) {
    let pointers = pointers(&answer.assert_problem(data));
    assert_eq!(pointers.len(), 1, "{answer:?}");
    // Of two values with one name a document keeps the last, and the first may be wrong.
    if serde_json::from_slice::<Unique>(content).is_err() {
        return;
    }
    for pointer in pointers {
        let parent = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
        assert!(document.pointer(parent).is_some(), "{pointer} is nowhere: {answer:?}");
    }
}

async fn of_axum(data: &[u8]) {
    let answer = post("/json-of-axum", data).await;
    answer.value(&[400, 422], data);
    match serde_json::from_slice::<Order>(data) {
        Ok(wanted) => assert!(answer.is(&wanted), "{answer:?}"),
        Err(_) => assert_ne!(answer.status, 200, "{answer:?}"),
    }
}

async fn small(data: &[u8]) {
    let answer = post("/small", data).await;
    let content = data.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(data);
    let refusal = if data.len() > 64 { 413 } else { 400 };
    answer.value(&[refusal], data);
    match serde_json::from_slice::<Value>(content) {
        Ok(wanted) if data.len() <= 64 => assert!(answer.is(&wanted), "{answer:?}"),
        _ => assert_eq!(answer.status, refusal, "{answer:?}"),
    }
}

/// A body that says itself what it is.
async fn of_other_kinds(body: &[u8], kind: &[u8], coding: Option<&[u8]>) {
    let Ok(kind) = HeaderValue::from_bytes(kind) else { return };
    let coding = coding.and_then(|coding| HeaderValue::from_bytes(coding).ok());
    for path in ["/order", "/string", "/value", "/form", "/form-of-axum", "/json-of-axum"] {
        let mut request = Request::post(path).header(header::CONTENT_TYPE, kind.clone());
        if let Some(coding) = &coding {
            request = request.header(header::CONTENT_ENCODING, coding);
        }
        let request = request.body(Body::from(body.to_vec())).expect("a request");
        let answer = ask(router(), request).await;
        let mut sent = body.to_vec();
        for header in [Some(&kind), coding.as_ref()].into_iter().flatten() {
            sent.extend([b" ", header.as_bytes()].concat());
        }
        answer.value(&[400, 415, 422], &sent);
    }
}

/// JSON of which no object has a key twice.
struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Unique)
    }
}

macro_rules! scalars {
    ($($method:ident $ty:ty;)*) => {$(
        fn $method<E>(self, _: $ty) -> Result<Unique, E> {
            Ok(Unique)
        }
    )*};
}

impl<'de> Visitor<'de> for Unique {
    type Value = Unique;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    scalars! {
        visit_bool bool;
        visit_i64 i64;
        visit_u64 u64;
        visit_f64 f64;
        visit_str &str;
    }

    fn visit_unit<E>(self) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Unique, A::Error> {
        while access.next_element::<Unique>()?.is_some() {}
        Ok(Unique)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Unique, A::Error> {
        let mut keys = BTreeSet::new();
        while let Some((key, Unique)) = access.next_entry::<String, Unique>()? {
            if !keys.insert(key) {
                return Err(A::Error::custom("a key stands twice"));
            }
        }
        Ok(Unique)
    }
}

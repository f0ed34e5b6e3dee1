//! What holds for every answer, whatever the test that asked is about.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::client::{Answer, SECRET};
use crate::operations::{Operation, Shape};
use crate::schema;

/// How many answers have been checked.
pub(crate) static ANSWERS: AtomicUsize = AtomicUsize::new(0);

/// What no refusal may tell: what the application is built of, and where it lies.
const INNARDS: [&str; 11] = [
    "sql",
    "argon2",
    "constraint",
    "panicked",
    "unwrap",
    "deserialize",
    "serde",
    ".rs",
    "/tmp",
    "realworld",
    "stack",
];

/// Panics where the answer breaks what holds for all of them.
#[track_caller]
pub(crate) fn answer(method: &str, operation: Option<&Operation>, answer: &Answer) {
    ANSWERS.fetch_add(1, Ordering::Relaxed);
    assert!(answer.status < 500, "{answer:#?}");
    assert!(!answer.body.contains(SECRET) && !answer.body.contains("$argon2"), "{answer:#?}");
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{answer:#?}");
    for name in ["content-type", "content-length", "access-control-allow-origin", "www-authenticate"] {
        let times = answer.headers.iter().filter(|(found, _)| found == name).count();
        assert!(times < 2, "{name} {times} times: {answer:#?}");
    }
    if !answer.body.is_empty() {
        assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"), "{answer:#?}");
        assert!(answer.json.is_object(), "no JSON: {answer:#?}");
    }
    match answer.status {
        400.. => refusal(method, answer),
        200..300 => success(operation, answer),
        304 => assert!(answer.body.is_empty(), "{answer:#?}"),
        _ => panic!("{answer:#?}"),
    }
}

#[track_caller]
fn success(operation: Option<&Operation>, answer: &Answer) {
    let Some(operation) = operation else { return };
    assert_eq!(answer.status, operation.success, "{answer:#?}");
    if let Err(difference) = shape(operation.shape, &answer.json) {
        panic!("{difference}: {answer:#?}");
    }
    schema::success(operation, answer);
}

#[track_caller]
fn refusal(method: &str, answer: &Answer) {
    assert!(answer.status != 401 || answer.header("www-authenticate").is_some(), "{answer:#?}");
    assert!(answer.status != 405 || answer.header("allow").is_some(), "{answer:#?}");
    if method == "HEAD" {
        return;
    }
    let errors = answer.json["errors"].as_object().unwrap_or_else(|| panic!("no errors: {answer:#?}"));
    assert!(errors.contains_key("body"), "no errors.body: {answer:#?}");
    for sentences in errors.values() {
        let sentences = sentences.as_array().unwrap_or_else(|| panic!("no array: {answer:#?}"));
        let all =
            sentences.iter().all(|sentence| sentence.as_str().is_some_and(|text| !text.trim().is_empty()));
        assert!(all && !sentences.is_empty(), "no sentences: {answer:#?}");
    }
    let body = answer.body.to_lowercase();
    let told = INNARDS.iter().find(|word| body.contains(**word));
    assert!(told.is_none(), "{told:?} is told: {answer:#?}");
    let key = match answer.status {
        401 => Some(["token", "credentials"].as_slice()),
        403 => Some(["article", "comment"].as_slice()),
        _ => None,
    };
    if let Some(keys) = key {
        assert!(keys.iter().any(|key| errors.contains_key(*key)), "none of {keys:?}: {answer:#?}");
    }
    schema::refusal(answer);
}

type Checked = Result<(), String>;

/// Whether an answer has exactly what it should: a field more might be one that nobody should see.
fn shape(shape: Shape, json: &Value) -> Checked {
    match shape {
        Shape::User => user(only(json, "user")?),
        Shape::Profile => profile(only(json, "profile")?),
        Shape::Article => article(only(json, "article")?, true),
        Shape::Articles => {
            object(json, &["articles", "articlesCount"])?;
            let count = json["articlesCount"].as_u64().ok_or("no count")?;
            let articles = json["articles"].as_array().ok_or("no list")?;
            if articles.len() as u64 > count {
                return Err("more articles than it counts".to_owned());
            }
            articles.iter().try_for_each(|element| article(element, false))
        }
        Shape::Comment => comment(only(json, "comment")?),
        Shape::Comments => list(only(json, "comments")?)?.iter().try_for_each(comment),
        Shape::Tags => texts(only(json, "tags")?),
        Shape::Nothing if json.is_null() => Ok(()),
        Shape::Nothing => Err("a body".to_owned()),
    }
}

/// Whether it is an object of exactly these fields, given in order of the alphabet.
fn object(value: &Value, fields: &[&str]) -> Checked {
    let found: Vec<&String> =
        value.as_object().ok_or_else(|| format!("no object: {value}"))?.keys().collect();
    let mut sorted = found.clone();
    sorted.sort();
    if sorted != fields {
        return Err(format!("{found:?}, not {fields:?}"));
    }
    Ok(())
}

/// The one field of an object.
fn only<'a>(value: &'a Value, field: &str) -> Result<&'a Value, String> {
    object(value, &[field])?;
    Ok(&value[field])
}

fn list(value: &Value) -> Result<&Vec<Value>, String> {
    value.as_array().ok_or_else(|| format!("no list: {value}"))
}

fn texts(value: &Value) -> Checked {
    list(value)?.iter().all(Value::is_string).then_some(()).ok_or_else(|| format!("no texts: {value}"))
}

fn are(value: &Value, fields: &[&str], right: impl Fn(&Value) -> bool) -> Checked {
    let wrong = fields.iter().find(|field| !right(&value[**field]));
    wrong.map_or(Ok(()), |field| Err(format!("{field} is {}", value[*field])))
}

fn user(user: &Value) -> Checked {
    let fields = ["bio", "email", "image", "token", "username"];
    object(user, &fields)?;
    are(user, &fields, Value::is_string)
}

fn profile(profile: &Value) -> Checked {
    object(profile, &["bio", "following", "image", "username"])?;
    are(profile, &["bio", "image", "username"], Value::is_string)?;
    are(profile, &["following"], Value::is_boolean)
}

fn article(article: &Value, with_body: bool) -> Checked {
    let mut fields = vec!["author", "body", "createdAt", "description", "favorited", "favoritesCount"];
    fields.extend(["slug", "tagList", "title", "updatedAt"]);
    fields.retain(|field| with_body || *field != "body");
    object(article, &fields)?;
    are(article, &["description", "slug", "title"], Value::is_string)?;
    if with_body {
        are(article, &["body"], Value::is_string)?;
    }
    are(article, &["favorited"], Value::is_boolean)?;
    are(article, &["favoritesCount"], Value::is_u64)?;
    texts(&article["tagList"])?;
    times(article)?;
    profile(&article["author"])
}

fn comment(comment: &Value) -> Checked {
    object(comment, &["author", "body", "createdAt", "id", "updatedAt"])?;
    are(comment, &["body"], Value::is_string)?;
    are(comment, &["id"], Value::is_u64)?;
    times(comment)?;
    profile(&comment["author"])
}

fn times(value: &Value) -> Checked {
    are(value, &["createdAt", "updatedAt"], |time| time.as_str().is_some_and(is_time))?;
    // Times of one form are in the order of their letters.
    match value["createdAt"].as_str() <= value["updatedAt"].as_str() {
        true => Ok(()),
        false => Err("updated before it was created".to_owned()),
    }
}

/// `2026-01-31T23:59:59.999Z`: UTC with milliseconds.
fn is_time(text: &str) -> bool {
    let form = "0000-00-00T00:00:00.000Z";
    let fits = |(found, wanted): (char, char)| match wanted {
        '0' => found.is_ascii_digit(),
        _ => found == wanted,
    };
    text.len() == form.len() && text.chars().zip(form.chars()).all(fits)
}

#[test]
fn times_have_milliseconds() {
    assert!(is_time("2026-01-31T23:59:59.999Z"));
    for wrong in ["2026-01-31T23:59:59Z", "2026-01-31T23:59:59.999", "2026-01-31 23:59:59.999Z"] {
        assert!(!is_time(wrong), "{wrong}");
    }
}

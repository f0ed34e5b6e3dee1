//! `cases.json`: requests, and what Next.js answered to them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

/// All cases, in the order of the file.
pub(crate) fn all() -> Vec<Case> {
    serde_json::from_str(include_str!("cases.json")).expect("cases in the format that is read here")
}

#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) group: String,
    pub(crate) request: Request,
    /// A second request on the same connection.
    pub(crate) then: Option<Request>,
    pub(crate) recorded: Recorded,
}

#[derive(Deserialize)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: Text,
    #[serde(default)]
    pub(crate) headers: Vec<(String, Text)>,
    pub(crate) body: Option<Bytes>,
    #[serde(default)]
    pub(crate) framing: Framing,
    #[serde(default)]
    pub(crate) chunks: Vec<Bytes>,
}

/// A text, or how to make a long one. `{i}` in what is repeated is the counter.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Text {
    Plain(String),
    Made {
        #[serde(default)]
        prefix: String,
        repeat: String,
        count: usize,
        suffix: Option<Box<Text>>,
    },
}

impl Text {
    pub(crate) fn text(&self) -> String {
        match self {
            Text::Plain(text) => text.clone(),
            Text::Made { prefix, repeat, count, suffix } => {
                let mut text = prefix.clone();
                if repeat.contains("{i}") {
                    text.extend((0..*count).map(|i| repeat.replace("{i}", &i.to_string())));
                } else {
                    text.push_str(&repeat.repeat(*count));
                }
                text.extend(suffix.as_ref().map(|suffix| suffix.text()));
                text
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Bytes {
    Plain(String),
    Text { text: String },
    Base64 { base64: String },
    Made { r#gen: Text },
}

impl Bytes {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Bytes::Plain(text) | Bytes::Text { text } => text.clone().into_bytes(),
            Bytes::Base64 { base64 } => decode(base64),
            Bytes::Made { r#gen } => r#gen.text().into_bytes(),
        }
    }
}

/// How the length of a body is told.
#[derive(Deserialize, Default)]
#[serde(untagged)]
pub(crate) enum Framing {
    /// By the right `content-length`, where there is a body.
    #[default]
    Right,
    /// `chunked`, or `none`: not at all.
    Named(String),
    Lie {
        content_length: Value,
        #[serde(default)]
        half_close: bool,
    },
}

#[derive(Deserialize)]
pub(crate) struct Recorded {
    pub(crate) outcome: String,
    pub(crate) status: Option<u16>,
    #[serde(default)]
    headers: BTreeMap<String, Lines>,
    #[serde(default)]
    pub(crate) interim: Vec<u16>,
    body: Option<RecordedBody>,
    pub(crate) then: Option<Box<Recorded>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Lines {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct RecordedBody {
    length: usize,
    text: Option<String>,
    base64: Option<String>,
    sha256: Option<String>,
}

/// What is known of a recorded body.
pub(crate) enum Known<'a> {
    Whole(Vec<u8>),
    Digest { length: usize, sha256: &'a str },
}

impl Recorded {
    /// The lines of a header.
    pub(crate) fn lines(&self, name: &str) -> Vec<&str> {
        match self.headers.get(name) {
            None => Vec::new(),
            Some(Lines::One(line)) => vec![line],
            Some(Lines::Many(lines)) => lines.iter().map(String::as_str).collect(),
        }
    }

    pub(crate) fn body(&self) -> Known<'_> {
        let Some(body) = &self.body else { return Known::Whole(Vec::new()) };
        match (&body.text, &body.base64, &body.sha256) {
            (Some(text), _, _) => Known::Whole(text.clone().into_bytes()),
            (_, Some(base64), _) => Known::Whole(decode(base64)),
            (_, _, Some(sha256)) => Known::Digest { length: body.length, sha256 },
            _ => panic!("a body of which nothing is recorded"),
        }
    }
}

fn decode(base64: &str) -> Vec<u8> {
    STANDARD.decode(base64).expect("base64")
}

//! The cases: what is sent and what must come, from `cases/*.json`, a file for each class.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::bytes::Bytes;

/// The classes of requests, and their files.
const FILES: [(&str, &str); 17] = [
    ("syn", include_str!("cases/syn.json")),
    ("smug", include_str!("cases/smug.json")),
    ("int", include_str!("cases/int.json")),
    ("seg", include_str!("cases/seg.json")),
    ("catch", include_str!("cases/catch.json")),
    ("query", include_str!("cases/query.json")),
    ("json", include_str!("cases/json.json")),
    ("cookie", include_str!("cases/cookie.json")),
    ("setcookie", include_str!("cases/setcookie.json")),
    ("redir", include_str!("cases/redir.json")),
    ("hdr", include_str!("cases/hdr.json")),
    ("meth", include_str!("cases/meth.json")),
    ("fault", include_str!("cases/fault.json")),
    ("h2", include_str!("cases/h2.json")),
    ("docs", include_str!("cases/docs.json")),
    ("trust", include_str!("cases/trust.json")),
    ("log", include_str!("cases/log.json")),
];

/// Through what a request comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Way {
    /// `Server` of this library, over a socket.
    Serve,
    /// `axum::serve` of the router, over a socket.
    Axum,
    /// The router as a service.
    Process,
}

pub(crate) const WAYS: [Way; 3] = [Way::Serve, Way::Axum, Way::Process];

impl Way {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Way::Serve => "serve",
            Way::Axum => "axum",
            Way::Process => "process",
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// What the class is about.
    #[serde(rename = "about")]
    _about: String,
    /// Where a case says nothing else.
    through: Vec<Way>,
    cases: Vec<Case>,
}

/// A request, all of its bytes or by its parts, and what must come.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// `class/what`.
    pub(crate) name: String,
    /// Why it is so, where that is not clear.
    #[serde(default, rename = "why")]
    _why: Option<String>,
    /// All bytes, for a socket.
    #[serde(default)]
    pub(crate) send: Bytes,
    /// `GET /path`.
    #[serde(default)]
    pub(crate) ask: Bytes,
    /// `name: value`, each. A `host` is there by itself.
    #[serde(default)]
    pub(crate) headers: Vec<Bytes>,
    /// The body.
    #[serde(default)]
    pub(crate) content: Option<Bytes>,
    /// The body, by POST or another method, as `application/json`.
    #[serde(default)]
    pub(crate) json: Option<Bytes>,
    /// Whether the body comes in chunks, and no length before.
    #[serde(default)]
    pub(crate) chunked: bool,
    /// What the client does once it has sent all.
    #[serde(default)]
    pub(crate) end: End,
    /// What must come.
    pub(crate) want: Wanted,
    /// The same of a router without a server of this library, which has no edge and no 404 for unknown paths.
    #[serde(default)]
    alone: Option<Wanted>,
    #[serde(default)]
    axum: Option<Wanted>,
    #[serde(default)]
    process: Option<Wanted>,
    #[serde(default)]
    through: Option<Vec<Way>>,
}

impl Case {
    pub(crate) fn is_head(&self) -> bool {
        [&self.ask, &self.send].iter().any(|text| text.starts_with("HEAD "))
    }

    /// What makes it another request than all others.
    pub(crate) fn identity(&self) -> Vec<u8> {
        let lines = self.headers.iter().map(Bytes::to_vec);
        let body =
            [&self.content, &self.json].map(|body| body.as_ref().map(Bytes::to_vec).unwrap_or_default());
        let mut all =
            vec![self.send.to_vec(), self.ask.to_vec(), vec![u8::from(self.chunked), self.end as u8]];
        all.extend(body);
        all.extend(lines);
        all.join(&b'\n')
    }

    /// The start of what is sent, for a report.
    pub(crate) fn sent(&self) -> String {
        let text =
            String::from_utf8_lossy(&self.identity()).trim_matches(['\n', '\0']).escape_debug().to_string();
        text.chars().take(300).collect()
    }

    pub(crate) fn class(&self) -> &str {
        self.name.split_once('/').map_or("", |(class, _)| class)
    }

    /// What must come through one way; nothing where the case is not about it.
    pub(crate) fn wanted(&self, way: Way) -> Option<Want> {
        if !self.through.as_ref().is_some_and(|ways| ways.contains(&way)) {
            return None;
        }
        let other = match way {
            Way::Serve => None,
            Way::Axum => self.axum.as_ref().or(self.alone.as_ref()),
            Way::Process => self.process.as_ref().or(self.alone.as_ref()),
        };
        Some(other.unwrap_or(&self.want).want())
    }
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum End {
    /// It waits for the answer.
    #[default]
    Waits,
    /// It closes its half of the connection.
    Half,
    /// It goes away, once the handler runs.
    Aborts,
}

/// What must come: a status alone, or more.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Wanted {
    Status(u16),
    All(Box<Want>),
}

impl Wanted {
    fn want(&self) -> Want {
        match self {
            Wanted::Status(status) => {
                Want { status: Statuses::One(Status::Code(*status)), ..Want::default() }
            }
            Wanted::All(want) => (**want).clone(),
        }
    }
}

/// What must come.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Want {
    /// The status, or several that are allowed.
    #[serde(default)]
    pub(crate) status: Statuses,
    /// What the body must be, where nothing below says it: a problem from 400 on, anything else below that.
    #[serde(default)]
    pub(crate) body: Option<Body>,
    /// It must be this JSON.
    #[serde(default)]
    pub(crate) json: Option<Value>,
    /// It must be this text.
    #[serde(default)]
    pub(crate) text: Option<String>,
    /// It must hold these texts.
    #[serde(default)]
    pub(crate) holds: Vec<String>,
    /// It must not hold these texts.
    #[serde(default)]
    pub(crate) lacks: Vec<String>,
    /// A problem must point there in its `errors`.
    #[serde(default)]
    pub(crate) pointer: Option<String>,
    /// Words of the request that a problem may hold all the same, as names of fields.
    #[serde(default)]
    pub(crate) may_say: Vec<String>,
    /// Headers, and a value that each must have, or be there at least.
    #[serde(default)]
    pub(crate) has: BTreeMap<String, Option<String>>,
    /// Headers that must not be there.
    #[serde(default)]
    pub(crate) no: Vec<String>,
    /// Whether a 100 must come before; without it none may.
    #[serde(default)]
    pub(crate) interim: bool,
    /// Whether the body must break off, so that nobody takes it for whole.
    #[serde(default)]
    pub(crate) cut: bool,
    /// The statuses of the answers to what was sent behind.
    #[serde(default)]
    pub(crate) more: Vec<u16>,
    /// The connection after it.
    #[serde(default)]
    pub(crate) then: Then,
    /// What comes over HTTP/2, first, on the stream that is watched: `200`, `reset`, `goaway`, `closed`.
    #[serde(default)]
    pub(crate) h2: Vec<String>,
    /// The stream that is watched.
    #[serde(default)]
    pub(crate) stream: Option<u32>,
    /// No handler goes on, by the name in its path.
    #[serde(default)]
    pub(crate) dropped: Option<String>,
    /// A line of the log holds this.
    #[serde(default)]
    pub(crate) logs: Option<String>,
}

impl Want {
    /// Whether this status may come; 0 is none.
    pub(crate) fn allows(&self, status: u16) -> bool {
        let status = if status == 0 { Status::Other(Nothing::None) } else { Status::Code(status) };
        self.status.all().contains(&status)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Statuses {
    One(Status),
    Several(Vec<Status>),
}

impl Default for Statuses {
    fn default() -> Self {
        Statuses::Several(Vec::new())
    }
}

impl Statuses {
    pub(crate) fn all(&self) -> &[Status] {
        match self {
            Statuses::One(status) => std::slice::from_ref(status),
            Statuses::Several(all) => all,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Status {
    Code(u16),
    Other(Nothing),
}

/// No answer: the connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Nothing {
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Body {
    Problem,
    Empty,
    Any,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Then {
    /// The next request on the same connection is answered.
    #[default]
    Kept,
    /// Nothing more comes, and the server closes.
    Closed,
    /// Either: who does not read all of a body may close, or not.
    Either,
}

pub(crate) fn classes() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(class, _)| *class)
}

/// All cases of all classes.
pub(crate) fn load() -> Vec<Case> {
    let mut all = Vec::new();
    for (class, text) in FILES {
        let file: File =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("cases/{class}.json: {error}"));
        for mut case in file.cases {
            assert_eq!(case.class(), class, "{}", case.name);
            case.through.get_or_insert_with(|| file.through.clone());
            all.push(case);
        }
    }
    all
}

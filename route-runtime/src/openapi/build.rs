//! All operations -> a document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::document::{Components, Document, Operation, Parameter, Paths, Server};
use super::operation::{self, Errors, PROBLEM};
use super::schemas::{Schemas, references, renamed};
use super::{Info, OpenApi};
use crate::config::RouteConfig;
use crate::entry::Entry;
use crate::methods::Methods;
use crate::pattern::Segment;
use crate::routes::Routes;

pub(super) struct Building {
    base: String,
    defaults: RouteConfig,
    errors: Errors,
    schemas: Schemas,
    paths: Paths,
    unexpressed: Paths,
    undocumented: Vec<String>,
}

impl Building {
    pub(super) fn new(routes: &Routes) -> Self {
        Building {
            base: routes.base_path(),
            defaults: routes.default_config(),
            errors: Errors { are_problems: routes.renderer().is_none() },
            schemas: Schemas::new(),
            paths: Paths::new(),
            unexpressed: Paths::new(),
            undocumented: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, entry: &Entry, id: &str) {
        let info = &entry.info;
        let described = operation::describe(entry, self.defaults, self.errors, &mut self.schemas);
        let mut is_first = true;
        for Template { path, is_bare } in templates(&self.base, info.segments()) {
            let is_taken = self.paths.keys().any(|other| *other != path && shape(other) == shape(&path));
            let known = if is_taken { self.unexpressed.get(&path) } else { self.paths.get(&path) };
            for method in documented(info.methods(), known, described.operation.request_body.is_some()) {
                let mut operation = described.operation.clone();
                operation.operation_id = match (is_first, is_bare) {
                    (true, _) => id.to_owned(),
                    (false, false) => format!("{id}_{method}"),
                    (false, true) => format!("{id}_{method}_bare"),
                };
                if is_bare {
                    let is_whole = |parameter: &Parameter| !parameter.extensions.contains_key("x-catch-all");
                    operation.parameters.retain(is_whole);
                    if operation.parameters.is_empty() && operation.request_body.is_none() {
                        operation.responses.retain(|status, _| !matches!(&**status, "400" | "422"));
                    }
                }
                if info.methods().is_all() {
                    operation.extensions.insert("x-every-method", json!(true));
                }
                is_first = false;
                let paths = if is_taken { &mut self.unexpressed } else { &mut self.paths };
                paths.entry(path.clone()).or_default().insert(method, operation);
            }
        }
        // Nothing is missing of what is not in the document.
        if !is_first {
            let place = format!("`{}` at {}:{}", info.handler(), info.file(), info.line());
            let line = |what| format!("{what} of {place}");
            self.undocumented.extend(described.undocumented.into_iter().map(line));
        }
    }

    pub(super) fn finish(mut self, mut info: Info) -> OpenApi {
        let reserved =
            if self.errors.are_problems { BTreeSet::from([PROBLEM.to_owned()]) } else { BTreeSet::new() };
        let (names, mut components) = self.schemas.finish(reserved);
        let mut used = BTreeSet::new();
        for paths in [&mut self.paths, &mut self.unexpressed] {
            for schema in paths.values_mut().flat_map(BTreeMap::values_mut).flat_map(Operation::schemas) {
                schema.schema = renamed(schema.clone(), &names);
                used.extend(references(&schema.schema));
            }
        }
        if used.contains(PROBLEM) && self.errors.are_problems {
            components.insert(PROBLEM.to_owned(), problem());
        }
        keep_used(&mut components, used);
        let urls =
            if info.servers.is_empty() { vec!["/".to_owned()] } else { std::mem::take(&mut info.servers) };
        let document = Document {
            openapi: "3.1.1",
            info,
            servers: urls.into_iter().map(|url| Server { url }).collect(),
            security: [],
            paths: self.paths,
            components: Components { schemas: components },
            unexpressed: self.unexpressed,
        };
        OpenApi { document, undocumented: self.undocumented }
    }
}

/// Leaves out what nothing refers to: a struct whose fields are parameters.
fn keep_used(components: &mut BTreeMap<String, Value>, mut used: BTreeSet<String>) {
    loop {
        let more: BTreeSet<String> =
            used.iter().filter_map(|name| components.get(name)).flat_map(references).collect();
        let before = used.len();
        used.extend(more);
        if used.len() == before {
            break;
        }
    }
    components.retain(|name, _| used.contains(name));
}

/// A problem (RFC 9457) with the member that says where.
fn problem() -> Value {
    json!({
        "type": "object",
        "description": "What went wrong (RFC 9457).",
        "required": ["title", "status"],
        "properties": {
            "title": { "type": "string" },
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "detail": { "type": "string" },
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["pointer", "detail"],
                    "properties": {
                        "pointer": { "type": "string", "description": "Where: a JSON pointer (RFC 6901)." },
                        "detail": { "type": "string" },
                    },
                },
            },
        },
    })
}

/// The id of each operation: the path of its function in its crate, `blog_create`; with the crate before it where two crates
/// have the same.
pub(super) fn operation_ids(entries: &[&Entry]) -> Vec<String> {
    let in_crate = |entry: &Entry| {
        let path = entry.info.handler().split("::").skip(1);
        path.map(|part| part.strip_prefix("r#").unwrap_or(part)).collect::<Vec<_>>().join("_")
    };
    let short: Vec<String> = entries.iter().map(|entry| in_crate(entry)).collect();
    let ids = entries.iter().zip(&short).map(|(entry, id)| match entry.info.operation_id() {
        Some(own) => own.to_owned(),
        None if short.iter().filter(|other| *other == id).count() > 1 => {
            format!("{}_{id}", entry.info.crate_name())
        }
        None => id.clone(),
    });
    // Functions in bodies of functions may have one path.
    let mut seen = BTreeMap::<String, usize>::new();
    ids.map(|id| {
        let count = seen.entry(id.clone()).and_modify(|count| *count += 1).or_insert(1);
        if *count == 1 { id } else { format!("{id}_{count}") }
    })
    .collect()
}

pub(super) fn has_catch_all(entry: &Entry) -> bool {
    entry.info.segments().iter().any(|segment| !matches!(segment, Segment::Static(_) | Segment::Param(_)))
}

/// A path of a document.
struct Template {
    path: String,
    /// The optional catch-all is left out.
    is_bare: bool,
}

fn templates(base: &str, segments: &[Segment]) -> Vec<Template> {
    let path = |segments: &[Segment]| {
        let parts = segments.iter().map(|segment| match (segment, segment.name()) {
            (Segment::Static(text), _) => format!("/{text}"),
            (_, name) => format!("/{{{}}}", name.unwrap_or_default()),
        });
        let path: String = std::iter::once(base.to_owned()).chain(parts).collect();
        if path.is_empty() { "/".to_owned() } else { path }
    };
    let whole = Template { path: path(segments), is_bare: false };
    match segments.split_last() {
        Some((Segment::OptionalCatchAll(_), before)) => {
            vec![whole, Template { path: path(before), is_bare: true }]
        }
        _ => vec![whole],
    }
}

/// A path without the names in it: two of one shape are the same for OpenAPI (4.8.8.1).
fn shape(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// The methods under which a route is documented, as a path item names them.
fn documented(
    methods: Methods,
    known: Option<&BTreeMap<&'static str, Operation>>,
    reads_body: bool,
) -> Vec<&'static str> {
    if methods.is_all() {
        let wishes = if reads_body {
            ["post", "put", "patch", "delete", "get"]
        } else {
            ["get", "post", "put", "patch", "delete"]
        };
        let free = |method: &&str| known.is_none_or(|known| !known.contains_key(*method));
        return wishes.into_iter().find(free).into_iter().collect();
    }
    let names = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
    names
        .into_iter()
        .filter(|name| methods.iter().any(|method| method.as_str().eq_ignore_ascii_case(name)))
        .collect()
}

//! All operations -> a document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::document::{Components, Document, Operation, Parameter, Paths, Server};
use super::errors::{Errors, PROBLEM};
use super::facts::SchemaFn;
use super::operation::{self, Described, Shared};
use super::schemas::{Schemas, free, references, renamed};
use super::{Info, OpenApi};
use crate::entry::Entry;
use crate::methods::Methods;
use crate::pattern::Segment;
use crate::routes::Routes;

pub(super) struct Building {
    base: String,
    shared: Shared,
    paths: Paths,
    unexpressed: Paths,
    /// The pattern that a path of a document stands for, by the path without its names: two of one shape are the same for
    /// OpenAPI (4.8.8.1).
    owners: BTreeMap<String, &'static str>,
    /// The ids of operations that are taken.
    ids: BTreeSet<String>,
    undocumented: Vec<String>,
}

impl Building {
    /// A document in which the `ids` are taken.
    pub(super) fn new(routes: &Routes, own_errors: Option<SchemaFn>, ids: BTreeSet<String>) -> Self {
        Building {
            base: routes.base_path(),
            shared: Shared {
                defaults: routes.defaults,
                errors: if routes.renderer().is_none() { Errors::Problems } else { Errors::Own(own_errors) },
                schemas: Schemas::new(),
                schemes: BTreeMap::new(),
            },
            paths: Paths::new(),
            unexpressed: Paths::new(),
            owners: BTreeMap::new(),
            ids,
            undocumented: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, entry: &'static Entry, id: &str) {
        let info = &entry.info;
        let mut otherwise = operation::describe(entry, false, &mut self.shared);
        let mut by_get = None;
        let reads_body = otherwise.operation.request_body.is_some();
        let mut is_first = true;
        for Template { path, is_bare } in templates(&self.base, info.segments()) {
            let owner = *self.owners.entry(shape(&path)).or_insert(info.pattern());
            let paths = if owner == info.pattern() { &mut self.paths } else { &mut self.unexpressed };
            for method in documented(info.methods(), paths.get(&path), reads_body) {
                let Described { operation, undocumented } = match method {
                    "get" | "head" => {
                        by_get.get_or_insert_with(|| operation::describe(entry, true, &mut self.shared))
                    }
                    _ => &mut otherwise,
                };
                let mut operation = operation.clone();
                operation.operation_id = match (is_first, is_bare) {
                    (true, _) => id.to_owned(),
                    (false, false) => free(&format!("{id}_{method}"), &mut self.ids),
                    (false, true) => free(&format!("{id}_{method}_bare"), &mut self.ids),
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
                let place = format!("`{}` at {}:{}", info.handler(), info.file(), info.line());
                for line in undocumented.drain(..).map(|what| format!("{what} of {place}")) {
                    // By GET it may lack the same as otherwise.
                    if !self.undocumented.contains(&line) {
                        self.undocumented.push(line);
                    }
                }
                paths.entry(path.clone()).or_default().insert(method, operation);
            }
        }
    }

    pub(super) fn finish(mut self, mut info: Info) -> OpenApi {
        let are_problems = matches!(self.shared.errors, Errors::Problems);
        let reserved = if are_problems { BTreeSet::from([PROBLEM.to_owned()]) } else { BTreeSet::new() };
        let (names, mut components) = self.shared.schemas.finish(reserved);
        let mut used = BTreeSet::new();
        for paths in [&mut self.paths, &mut self.unexpressed] {
            for schema in paths.values_mut().flat_map(BTreeMap::values_mut).flat_map(Operation::schemas) {
                schema.schema = renamed(schema.clone(), &names);
                used.extend(references(&schema.schema));
            }
        }
        if used.contains(PROBLEM) && are_problems {
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
            components: Components { schemas: components, security_schemes: self.shared.schemes },
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

/// The id of each route: the path of its function in its crate, `blog_create`; with the crate before it where two crates
/// have the same.
pub(super) fn operation_ids(entries: &[&Entry]) -> Vec<String> {
    let in_crate = |entry: &Entry| {
        let path = entry.info.handler().split("::").skip(1);
        path.map(|part| part.strip_prefix("r#").unwrap_or(part)).collect::<Vec<_>>().join("_")
    };
    let own = |entry: &Entry| entry.info.operation_id().map(str::to_owned);
    // Those that are written are as they are written, whoever comes first; `conflict` sees to it that no two are the same.
    let mut taken: BTreeSet<String> = entries.iter().filter_map(|entry| own(entry)).collect();
    let mut counts = BTreeMap::<String, usize>::new();
    for entry in entries.iter().filter(|entry| own(entry).is_none()) {
        *counts.entry(in_crate(entry)).or_default() += 1;
    }
    let id = |entry: &&Entry| {
        own(entry).unwrap_or_else(|| {
            let id = in_crate(entry);
            let several = counts.get(&id).is_some_and(|count| *count > 1);
            let id = if several { format!("{}_{id}", entry.info.crate_name()) } else { id };
            // Functions in bodies of functions may have one path.
            free(&id, &mut taken)
        })
    };
    entries.iter().map(id).collect()
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

/// A path without the names in it.
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

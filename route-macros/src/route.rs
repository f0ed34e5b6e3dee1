//! The validated route: rules that need path, options and signature together.

use quote::ToTokens as _;
use syn::{LitStr, Type, parse_quote};

use crate::errors::{Errors, nearest};
use crate::handler::{Argument, Handler, type_text};
use crate::options::Options;
use crate::path::{self, Pattern, Segment};

/// A route without a mistake: all that the expansion needs.
pub(crate) struct Route {
    pub(crate) path: LitStr,
    pub(crate) pattern: Pattern,
    pub(crate) options: Options,
    pub(crate) handler: Handler,
    /// For each argument of the handler, where its value comes from.
    pub(crate) sources: Vec<Source>,
    /// The state type; `()` when there is none.
    pub(crate) state: Type,
}

impl Route {
    /// The arguments that are axum extractors.
    pub(crate) fn extractors(&self) -> impl Iterator<Item = &Argument> {
        let sourced = self.handler.arguments.iter().zip(&self.sources);
        sourced.filter(|(_, source)| **source == Source::Extractor).map(|(argument, _)| argument)
    }
}

/// Where the value of an argument comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// The path segment with this index.
    Segment(usize),
    /// The query parameter with this index.
    Query(usize),
    /// An axum extractor.
    Extractor,
}

/// Extractors that have a value of their own where they are written with a parameter, `State<_>`: never bound to a
/// segment of the same name. A `State` without one may be a type of the application.
const GENERIC_EXTRACTORS: &[&str] = &[
    "ConnectInfo",
    "Extension",
    "Form",
    "Json",
    "Path",
    "Query",
    "State",
    "TypedHeader",
    "ApiRequest",
    "ApiResponse",
];

/// The same without a parameter; only names that mean nothing else.
const PLAIN_EXTRACTORS: &[&str] = &[
    "ApiRequest",
    "ApiResponse",
    "Bytes",
    "HeaderMap",
    "MatchedPath",
    "Multipart",
    "NestedPath",
    "OriginalUri",
    "RawForm",
    "RawPathParams",
    "RawQuery",
    "Request",
    "WebSocketUpgrade",
];

/// Whether the type is written as an extractor.
fn is_extractor(argument: &Argument) -> bool {
    let list = if argument.has_type_arguments() { GENERIC_EXTRACTORS } else { PLAIN_EXTRACTORS };
    argument.type_word().is_some_and(|word| list.contains(&word.as_str()))
}

/// Types beside [`SCALARS`] known not to see path and query. While an argument of another type is unbound, a name may be
/// meant for it.
const BLIND: &[&str] = &[
    "ApiResponse",
    "Body",
    "Bytes",
    "ConnectInfo",
    "CookieJar",
    "Extension",
    "Form",
    "HeaderMap",
    "Json",
    "Method",
    "Multipart",
    "RawBody",
    "RawForm",
    "State",
    "TypedHeader",
    "Version",
    "WebSocketUpgrade",
    "Cow",
    "Vec",
    "Box",
];

/// Types that hold one value, so that a catch-all does not fit.
const SCALARS: &[&str] = &[
    "String", "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32",
    "u64", "u128", "usize",
];

/// Applies the cross rules; `None` when a mistake was recorded, here or before.
pub(crate) fn check(
    path: Option<LitStr>,
    options: Options,
    handler: Option<Handler>,
    errors: &mut Errors,
) -> Option<Route> {
    let pattern = path.as_ref().and_then(|literal| match path::parse(&literal.value()) {
        Ok(pattern) => Some(pattern),
        Err(mistakes) => {
            for mistake in mistakes {
                errors.at_span(literal.span(), mistake);
            }
            None
        }
    });
    let state = handler.as_ref().and_then(|handler| state(&options, handler, errors));
    let (Some(path), Some(pattern), Some(handler)) = (path, pattern, handler) else {
        return None;
    };
    let sources = bind(&path, &pattern, &handler, errors);
    raw_body_rules(&options, &handler, errors);
    let state = state.unwrap_or_else(|| parse_quote!(()));
    Some(Route { path, pattern, options, handler, sources, state })
}

/// Binds arguments to segments and query names, and reports every name that nothing takes.
fn bind(path: &LitStr, pattern: &Pattern, handler: &Handler, errors: &mut Errors) -> Vec<Source> {
    let mut sources = vec![Source::Extractor; handler.arguments.len()];
    let mut unbound = Vec::new();
    let segments = pattern
        .segments
        .iter()
        .enumerate()
        .filter_map(|(i, segment)| segment.name().map(|name| (name, Source::Segment(i))));
    let query = pattern.query.iter().enumerate().map(|(i, name)| (name.as_str(), Source::Query(i)));
    for (name, source) in segments.chain(query) {
        let taker = |argument: &Argument| argument.is_called(name) && !is_extractor(argument);
        let found = handler.arguments.iter().position(taker);
        match found {
            Some(i) => {
                sources[i] = source;
                fits(pattern, source, &handler.arguments[i], errors);
            }
            None => unbound.push((name, source)),
        }
    }
    let free: Vec<&Argument> = handler
        .arguments
        .iter()
        .zip(&sources)
        .filter(|(_, source)| **source == Source::Extractor)
        .map(|(argument, _)| argument)
        .collect();
    let blind = |argument: &&Argument, source: Source| {
        argument.type_word().is_some_and(|word| {
            BLIND.contains(&word.as_str())
                || SCALARS.contains(&word.as_str())
                || (word == "Query" || word == "RawQuery") && matches!(source, Source::Segment(_))
                || (word == "Path" || word == "RawPathParams") && matches!(source, Source::Query(_))
        })
    };
    for (name, source) in unbound {
        // A value of one text with nearly this name would read the body, or nothing. `Path` and `Query` take what they
        // like; that anything else looks at the path is less likely than a slip.
        let taken = free.iter().any(|argument| {
            argument.type_word().is_some_and(|word| match source {
                Source::Segment(_) => matches!(word.as_str(), "Path" | "RawPathParams"),
                _ => matches!(word.as_str(), "Query" | "RawQuery"),
            })
        });
        let misspelt = !taken
            && free.iter().any(|argument| {
                let near = argument
                    .name
                    .as_ref()
                    .and_then(|own| nearest(name, [own.to_string().as_str()]).map(drop));
                // Two short words are near without a slip.
                let near = near.filter(|()| name.chars().count() > 3);
                near.is_some() && argument.type_word().is_some_and(|word| SCALARS.contains(&word.as_str()))
            });
        if misspelt || free.iter().all(|argument| blind(argument, source)) {
            errors.at_span(path.span(), unbound_message(pattern, name, source, &free));
        }
    }
    sources
}

fn unbound_message(pattern: &Pattern, name: &str, source: Source, free: &[&Argument]) -> String {
    let (shown, example) = match source {
        Source::Segment(i) => match &pattern.segments[i] {
            Segment::CatchAll(name) => (format!("`[...{name}]`"), "Vec<String>"),
            Segment::OptionalCatchAll(name) => (format!("`[[...{name}]]`"), "Vec<String>"),
            _ => (format!("`[{name}]`"), "String"),
        },
        _ => (format!("query name `{name}`"), "Option<String>"),
    };
    let word = if is_keyword(name) { format!("r#{name}") } else { name.to_owned() };
    let named: Vec<(String, &&Argument)> = free
        .iter()
        .filter_map(|argument| argument.name.as_ref().map(|name| (name.to_string(), argument)))
        .collect();
    match nearest(name, named.iter().map(|(name, _)| name.as_str())) {
        Some(near) => {
            let argument =
                named.iter().find(|(name, _)| name == near).map_or(String::new(), |(_, found)| found.shown());
            format!("no argument takes {shown}: did you mean {argument}? One of the two names needs mending")
        }
        None => format!(
            "no argument takes {shown}: add `{word}: {example}` (any type that serde reads), or `_{name}: …` to leave it unused"
        ),
    }
}

/// Whether `name` can only be an identifier with `r#` before it.
pub(crate) fn is_keyword(name: &str) -> bool {
    syn::parse_str::<syn::Ident>(name).is_err()
}

/// What text alone shows of a type that can't hold what it is bound to.
fn fits(pattern: &Pattern, source: Source, argument: &Argument, errors: &mut Errors) {
    let Source::Segment(i) = source else { return };
    let scalar = argument.type_word().filter(|word| SCALARS.contains(&word.as_str()));
    match (&pattern.segments[i], scalar) {
        (Segment::CatchAll(name), Some(word)) => {
            errors.at(&argument.ty, format!("`[...{name}]` is one or more segments: write `Vec<{word}>`"));
        }
        (Segment::OptionalCatchAll(name), Some(word)) => errors.at(
            &argument.ty,
            format!(
                "`[[...{name}]]` is any number of segments: write `Vec<{word}>` or `Option<Vec<{word}>>`"
            ),
        ),
        (Segment::Param(name), None) => {
            if let Some(word @ ("Vec" | "Option")) = argument.type_word().as_deref() {
                errors.at(
                    &argument.ty,
                    format!("`[{name}]` is exactly one segment, never a `{word}`: write the type of one value; `[...{name}]` takes several, `[[...{name}]]` any number"),
                );
            }
        }
        _ => {}
    }
}

/// The state type: `state = …`, else the `T` of every `State<T>`.
fn state(options: &Options, handler: &Handler, errors: &mut Errors) -> Option<Type> {
    if let Some(ty) = &options.state {
        return Some(ty.clone());
    }
    let mut found: Option<&Type> = None;
    for ty in handler.arguments.iter().filter_map(Argument::state) {
        match found {
            None => found = Some(ty),
            Some(first) if first.to_token_stream().to_string() == ty.to_token_stream().to_string() => {}
            Some(first) => {
                errors.at(
                    ty,
                    format!(
                        "`State<{}>` beside `State<{}>`: name the type that holds both, `state = AppState`, \
                         and implement `FromRef<AppState>` for each",
                        type_text(ty),
                        type_text(first),
                    ),
                );
                return None;
            }
        }
    }
    found.cloned()
}

/// `body_parser = false` hands the body over unread, so that a typed body contradicts it.
fn raw_body_rules(options: &Options, handler: &Handler, errors: &mut Errors) {
    let Some(parser) = options.body_parser.as_ref().filter(|parser| !parser.value) else { return };
    let typed = handler.arguments.iter().find(|argument| {
        let text = type_text(&argument.ty);
        argument.type_word().as_deref() == Some("ApiRequest")
            && text.contains('<')
            && !text.contains("RawBody")
    });
    if let Some(argument) = typed {
        errors.at(
            &parser.key,
            format!(
                "`body_parser = false` hands over the unread body, but {} wants it parsed: \
                 write `ApiRequest<RawBody>`, or leave `body_parser` out",
                argument.shown()
            ),
        );
    }
}

/// Whether the type may be axum's `Path`, under another name too.
pub(crate) fn may_be_path(argument: &Argument) -> bool {
    argument.type_word().is_none_or(|word| word == "Path") || !is_extractor(argument)
}

//! The table of keys: what each is called, how its value looks, what it means.

use proc_macro2::{Ident, Span};
use syn::spanned::Spanned as _;
use syn::{Expr, ExprLit, Lit, Type};

use crate::args::{Args, RawOption, RawValue};
use crate::errors::{Errors, nearest};

/// How the value of a key is parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Expr,
    Type,
    Path,
}

macro_rules! keys {
    ($($key:ident $name:literal $shape:ident $example:literal;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Key { $($key),* }

        impl Key {
            const ALL: &[Key] = &[$(Key::$key),*];

            pub(crate) fn name(self) -> &'static str {
                match self { $(Key::$key => $name),* }
            }

            pub(crate) fn shape(self) -> Shape {
                match self { $(Key::$key => Shape::$shape),* }
            }

            /// A value as a user would write it.
            pub(crate) fn example(self) -> &'static str {
                match self { $(Key::$key => $example),* }
            }
        }
    };
}

keys! {
    Method           "method"            Expr "GET";
    Status           "status"            Expr "201";
    BodyParser       "body_parser"       Expr "false";
    BodyLimit        "body_limit"        Expr "\"500kb\"";
    ResponseLimit    "response_limit"    Expr "\"4mb\"";
    ExternalResolver "external_resolver" Expr "true";
    MaxDuration      "max_duration"      Expr "\"10s\"";
    DotSegments      "dot_segments"      Expr "true";
    Etag             "etag"              Expr "false";
    State            "state"             Type "AppState";
    Layer            "layer"             Expr "CorsLayer::permissive()";
    Tag              "tag"               Expr "\"posts\"";
    OperationId      "operation_id"      Expr "\"createPost\"";
    Hidden           "hidden"            Expr "true";
    Crate            "crate"             Path "my_reexport::route_runtime";
}

impl Key {
    pub(crate) fn from_name(name: &str) -> Option<Key> {
        Key::ALL.iter().copied().find(|key| key.name() == name)
    }

    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        Key::ALL.iter().map(|key| key.name())
    }

    pub(crate) fn list() -> String {
        Key::names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    }
}

/// A value and the key it was written with, so that a mistake about it has a place.
pub(crate) struct Keyed<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
}

/// The nine methods that a route can be declared for.
pub(crate) const METHODS: [&str; 9] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];

/// What the author wrote, typed. Absent keys stay absent: defaults are the runtime's business.
#[derive(Default)]
pub(crate) struct Options {
    /// Names of [`METHODS`]; absent: every method.
    pub(crate) methods: Option<Vec<&'static str>>,
    pub(crate) status: Option<u16>,
    pub(crate) body_parser: Option<Keyed<bool>>,
    pub(crate) body_limit: Option<Keyed<u64>>,
    /// `None` inside: `false`, no limit.
    pub(crate) response_limit: Option<Option<u64>>,
    pub(crate) external_resolver: Option<bool>,
    /// Milliseconds; `None` inside: `false`, no limit.
    pub(crate) max_duration: Option<Option<u64>>,
    pub(crate) dot_segments: Option<bool>,
    pub(crate) etag: Option<bool>,
    pub(crate) state: Option<Type>,
    pub(crate) layers: Vec<Expr>,
    pub(crate) tag: Option<String>,
    pub(crate) operation_id: Option<String>,
    pub(crate) hidden: Option<bool>,
    pub(crate) krate: Option<syn::Path>,
}

/// Types the raw options of `args`; `verb` is the method of a shorthand like `#[get]`.
pub(crate) fn read(args: Args, verb: Option<&'static str>, errors: &mut Errors) -> Options {
    let mut options = Options { methods: verb.map(|verb| vec![verb]), ..Options::default() };
    let mut seen: Vec<Key> = Vec::new();
    for option in args.options {
        let key = option.key;
        if key != Key::Layer && seen.contains(&key) {
            errors.at(&option.ident, format!("`{}` stands twice: keep one of the two", key.name()));
            continue;
        }
        seen.push(key);
        if let (Key::Method, Some(verb)) = (key, verb) {
            let short = verb.to_lowercase();
            errors.at(
                &option.ident,
                format!("`#[{short}]` already sets the method: leave `method` out, or write `#[api_route(…, method = …)]`"),
            );
            continue;
        }
        set(&mut options, option, errors);
    }
    if let (Some(parser), Some(limit)) = (&options.body_parser, &options.body_limit)
        && !parser.value
    {
        errors.at(
            &limit.key,
            "`body_parser = false` lifts the body limit, so `body_limit` can't stand beside it: \
             keep one; `ApiRequest<RawBody>` alone streams the body under `body_limit`",
        );
    }
    options
}

fn set(options: &mut Options, option: RawOption, errors: &mut Errors) {
    let RawOption { key, ident, value } = option;
    let expr = match value {
        RawValue::Type(ty) => return options.state = Some(ty),
        RawValue::Path(path) => return options.krate = Some(path),
        RawValue::Expr(expr) => expr,
    };
    let result = match key {
        Key::Method => methods(&expr).map(|methods| options.methods = Some(methods)),
        Key::Status => status(&expr).map(|status| options.status = Some(status)),
        Key::BodyParser => {
            boolean(&expr).map(|value| options.body_parser = Some(Keyed { key: ident, value }))
        }
        Key::BodyLimit => {
            body_limit(&expr).map(|value| options.body_limit = Some(Keyed { key: ident, value }))
        }
        Key::ResponseLimit => or_false(&expr, size).map(|limit| options.response_limit = Some(limit)),
        Key::ExternalResolver => boolean(&expr).map(|on| options.external_resolver = Some(on)),
        Key::MaxDuration => or_false(&expr, duration).map(|limit| options.max_duration = Some(limit)),
        Key::DotSegments => boolean(&expr).map(|on| options.dot_segments = Some(on)),
        Key::Etag => boolean(&expr).map(|on| options.etag = Some(on)),
        Key::Layer => {
            options.layers.push(expr);
            return;
        }
        Key::Tag => string(&expr).map(|tag| options.tag = Some(tag)),
        Key::OperationId => operation_id(&expr).map(|id| options.operation_id = Some(id)),
        Key::Hidden => boolean(&expr).map(|on| options.hidden = Some(on)),
        // Parsed as a type and a path above.
        Key::State | Key::Crate => return,
    };
    if let Err(Mistake { span, message }) = result {
        errors.at_span(
            span,
            message.unwrap_or_else(|| {
                format!("this is no value for `{}`: write `{} = {}`", key.name(), key.name(), key.example())
            }),
        );
    }
}

/// A value that does not fit its key; without a sentence of its own, the key's example is shown.
struct Mistake {
    span: Span,
    message: Option<String>,
}

impl Mistake {
    fn plain(expr: &Expr) -> Self {
        Mistake { span: expr.span(), message: None }
    }

    fn says(expr: &Expr, message: impl Into<String>) -> Self {
        Mistake { span: expr.span(), message: Some(message.into()) }
    }
}

fn literal(expr: &Expr) -> Result<&Lit, Mistake> {
    match expr {
        Expr::Lit(ExprLit { lit, .. }) => Ok(lit),
        Expr::Group(group) => literal(&group.expr),
        _ => Err(Mistake::plain(expr)),
    }
}

fn boolean(expr: &Expr) -> Result<bool, Mistake> {
    match literal(expr)? {
        Lit::Bool(value) => Ok(value.value),
        _ => Err(Mistake::plain(expr)),
    }
}

fn string(expr: &Expr) -> Result<String, Mistake> {
    match literal(expr)? {
        Lit::Str(value) if !value.value().trim().is_empty() => Ok(value.value()),
        _ => Err(Mistake::plain(expr)),
    }
}

fn operation_id(expr: &Expr) -> Result<String, Mistake> {
    let id = string(expr)?;
    if id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')) {
        return Ok(id);
    }
    Err(Mistake::says(
        expr,
        "an operation id consists of letters, digits, `_`, `-` and `.`, so that every client generator can use it",
    ))
}

fn methods(expr: &Expr) -> Result<Vec<&'static str>, Mistake> {
    let Expr::Array(array) = expr else {
        return Ok(vec![method(expr)?]);
    };
    if array.elems.is_empty() {
        return Err(Mistake::says(
            expr,
            "no method at all: name one, or leave `method` out to take every method",
        ));
    }
    let mut methods = Vec::new();
    for elem in &array.elems {
        let method = method(elem)?;
        if methods.contains(&method) {
            return Err(Mistake::says(elem, format!("`{method}` stands twice")));
        }
        methods.push(method);
    }
    Ok(methods)
}

fn method(expr: &Expr) -> Result<&'static str, Mistake> {
    let written = match expr {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    };
    let Some(written) = written else {
        return Err(Mistake::says(
            expr,
            "a method is one word: write `method = GET` or `method = [GET, HEAD]`",
        ));
    };
    if let (Expr::Path(_), Some(method)) = (expr, METHODS.iter().find(|method| **method == written)) {
        return Ok(method);
    }
    let message = match nearest(&written, METHODS) {
        Some(near) => format!("`{written}` is no method: write `{near}`"),
        None => format!(
            "`{written}` is no method that a route can be declared for: write one of {}; \
             a function without `method` gets every method, this one too",
            METHODS.join(", ")
        ),
    };
    Err(Mistake::says(expr, message))
}

fn status(expr: &Expr) -> Result<u16, Mistake> {
    let code = match literal(expr)? {
        Lit::Int(code) => code.base10_parse::<u16>().unwrap_or(0),
        _ => return Err(Mistake::plain(expr)),
    };
    if (200..=299).contains(&code) {
        return Ok(code);
    }
    Err(Mistake::says(
        expr,
        "`status` is the success status, 200 to 299: other answers are set in the function, by `ApiResponse::status` or `ApiError`",
    ))
}

/// `false` -> `None`, anything else as `read` takes it.
fn or_false(expr: &Expr, read: impl Fn(&Expr) -> Result<u64, Mistake>) -> Result<Option<u64>, Mistake> {
    match literal(expr) {
        Ok(Lit::Bool(value)) if !value.value => Ok(None),
        _ => read(expr).map(Some),
    }
}

fn body_limit(expr: &Expr) -> Result<u64, Mistake> {
    if let Ok(Lit::Bool(_)) = literal(expr) {
        return Err(Mistake::says(
            expr,
            "a body has a limit: write a size like `\"10mb\"`; `body_parser = false` streams it without one",
        ));
    }
    size(expr)
}

/// Bytes, from an integer or a text as the npm package `bytes` reads it: `"500kb"`, `"1.5 MB"`, `"1000"`.
fn size(expr: &Expr) -> Result<u64, Mistake> {
    match literal(expr)? {
        Lit::Int(bytes) if bytes.suffix().is_empty() => {
            bytes.base10_parse().map_err(|_| Mistake::plain(expr))
        }
        Lit::Str(text) => size_text(&text.value()).ok_or_else(|| {
            Mistake::says(expr, format!(
                "`{}` is no size: write a number, then `b`, `kb`, `mb` or `gb` (1024-based), as in `\"500kb\"` or `\"1.5mb\"`",
                text.value()
            ))
        }),
        _ => Err(Mistake::plain(expr)),
    }
}

fn size_text(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let (number, unit) = split_unit(&text);
    let factor: u64 = match unit {
        "" | "b" => 1,
        "kb" => 1 << 10,
        "mb" => 1 << 20,
        "gb" => 1 << 30,
        _ => return None,
    };
    scaled(number, factor)
}

/// Milliseconds, from `"10s"`, `"1.5s"` or `"500ms"`.
fn duration(expr: &Expr) -> Result<u64, Mistake> {
    let wants = "write a number, then `s` or `ms`, as in `\"10s\"` or `\"500ms\"`, or `false` for no limit";
    let text = match literal(expr)? {
        Lit::Str(text) => text.value(),
        Lit::Int(number) => {
            return Err(Mistake::says(expr, format!("seconds or milliseconds? Write `\"{number}s\"`")));
        }
        _ => return Err(Mistake::says(expr, wants)),
    };
    let (number, unit) = split_unit(text.trim());
    let millis = match unit {
        "s" => scaled(number, 1000),
        "ms" => scaled(number, 1),
        _ => None,
    };
    match millis {
        Some(0) => Err(Mistake::says(
            expr,
            "nothing can be answered in no time: write a duration above zero, or `false` for no limit",
        )),
        Some(millis) => Ok(millis),
        None => Err(Mistake::says(expr, format!("`{text}` is no duration: {wants}"))),
    }
}

fn split_unit(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    (&text[..end], text[end..].trim_start())
}

/// `number` × `factor` rounded down, without floating point.
fn scaled(number: &str, factor: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let ends_in_dot = number.ends_with('.');
    if whole.is_empty() || ends_in_dot || fraction.len() > 9 {
        return None;
    }
    let whole = whole.parse::<u64>().ok()?.checked_mul(factor)?;
    let part = match fraction {
        "" => 0,
        fraction => {
            let parts = 10u128.pow(u32::try_from(fraction.len()).ok()?);
            u64::try_from(u128::from(fraction.parse::<u64>().ok()?) * u128::from(factor) / parts).ok()?
        }
    };
    whole.checked_add(part)
}

//! Attribute text -> the path literal and raw `key = value` options. Knows the shape, not the meaning.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Expr, LitStr, Token, Type};

use crate::errors::{Errors, nearest};
use crate::options::{Key, Shape};

/// What stands between the parentheses of the attribute.
pub(crate) struct Args {
    /// Absent only when a mistake was recorded.
    pub(crate) path: Option<LitStr>,
    pub(crate) options: Vec<RawOption>,
}

pub(crate) struct RawOption {
    pub(crate) key: Key,
    /// The key as written: mistakes about the option as a whole point here.
    pub(crate) ident: Ident,
    pub(crate) value: RawValue,
}

#[allow(clippy::large_enum_variant, reason = "a handful of them live for one expansion")]
pub(crate) enum RawValue {
    Expr(Expr),
    Type(Type),
    Path(syn::Path),
}

pub(crate) fn parse(attribute: &str, tokens: TokenStream, errors: &mut Errors) -> Args {
    let mut args = Args { path: None, options: Vec::new() };
    let parser = |input: ParseStream<'_>| {
        read(attribute, input, &mut args, errors);
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        errors.push(error);
    }
    args
}

fn read(attribute: &str, input: ParseStream<'_>, args: &mut Args, errors: &mut Errors) {
    if let Ok(path) = input.parse::<LitStr>() {
        args.path = Some(path);
        separator(input, errors);
    } else {
        errors.at_span(input.span(), format!("the path comes first: write `#[{attribute}(\"/path\")]`"));
        // Without `=` behind it, what stands there was meant as the path.
        if !(input.peek(Ident::peek_any) && input.peek2(Token![=])) {
            skip_to_comma(input);
            let _ = input.parse::<Token![,]>();
        }
    }
    while !input.is_empty() {
        if let Some(option) = option(input, errors) {
            args.options.push(option);
        }
        separator(input, errors);
    }
}

/// A comma or the end; anything else is one mistake and is skipped.
fn separator(input: ParseStream<'_>, errors: &mut Errors) {
    if !input.is_empty() && !input.peek(Token![,]) {
        errors.at_span(input.span(), "expected `,` before the next `key = value`");
        skip_to_comma(input);
    }
    let _ = input.parse::<Token![,]>();
}

fn option(input: ParseStream<'_>, errors: &mut Errors) -> Option<RawOption> {
    let before = errors.count();
    let option = try_option(input, errors);
    if errors.count() > before {
        skip_to_comma(input);
    }
    option
}

fn try_option(input: ParseStream<'_>, errors: &mut Errors) -> Option<RawOption> {
    let Ok(ident) = input.call(Ident::parse_any) else {
        errors.at_span(input.span(), "expected `key = value`");
        return None;
    };
    let name = ident.to_string();
    let Some(key) = Key::from_name(&name) else {
        errors.at(
            &ident,
            match nearest(&name, Key::names()) {
                Some(near) => format!("there is no key `{name}`: did you mean `{near}`?"),
                None => format!("there is no key `{name}`; the keys are: {}", Key::list()),
            },
        );
        return None;
    };
    if input.parse::<Token![=]>().is_err() {
        errors.at(&ident, format!("`{name}` needs a value: write `{name} = {}`", key.example()));
        return None;
    }
    let start = input.span();
    let value = match key.shape() {
        Shape::Expr => input.parse().map(RawValue::Expr),
        Shape::Type => input.parse().map(RawValue::Type),
        Shape::Path => input.call(syn::Path::parse_mod_style).map(RawValue::Path),
    };
    match value {
        Ok(value) => Some(RawOption { key, ident, value }),
        Err(_) => {
            let span = if input.is_empty() { ident.span() } else { start };
            errors
                .at_span(span, format!("this is no value for `{name}`: write `{name} = {}`", key.example()));
            None
        }
    }
}

fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _ = input.parse::<TokenTree>();
    }
}

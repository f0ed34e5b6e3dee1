//! The annotated item -> a handler: what its signature must be, and what its arguments look like.
//!
//! The body is never parsed: half-written code stays an editor's business.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::spanned::Spanned as _;
use syn::visit::Visit;
use syn::{
    Attribute, FnArg, GenericArgument, Pat, PathArguments, ReturnType, Safety, Signature, Type, Visibility,
    parse_quote,
};

use crate::docs::{self, Docs};
use crate::errors::Errors;

/// The most arguments that the runtime's extraction is written for.
const MAX_ARGUMENTS: usize = 16;

/// A function that can be a route.
pub(crate) struct Handler {
    pub(crate) ident: Ident,
    /// `#[cfg(…)]` of the function, so that its registration goes with it.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) docs: Docs,
    pub(crate) deprecated: bool,
    pub(crate) is_async: bool,
    pub(crate) arguments: Vec<Argument>,
    /// The return type; `_` where it is an `impl Trait`, which can't be named.
    pub(crate) output: Type,
}

/// One argument as the macro sees it: text, not types.
pub(crate) struct Argument {
    /// The binding's name without `r#`; absent for a pattern like `State(db)`.
    pub(crate) name: Option<Ident>,
    pub(crate) ty: Type,
}

impl Argument {
    /// Whether the argument is called `name`, or `_name`.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.name.as_ref().is_some_and(|ident| {
            let ident = ident.unraw().to_string();
            ident == name || ident.strip_prefix('_') == Some(name)
        })
    }

    /// The last word of the type's path: `State` of `axum::extract::State<Db>`.
    pub(crate) fn type_word(&self) -> Option<String> {
        last_word(&self.ty).map(|(word, _)| word)
    }

    /// Whether the type is written with `<…>`.
    pub(crate) fn has_type_arguments(&self) -> bool {
        last_word(&self.ty).is_some_and(|(_, arguments)| !arguments.is_none())
    }

    /// `T` of a `State<T>`.
    pub(crate) fn state(&self) -> Option<&Type> {
        match last_word(&self.ty) {
            Some((word, PathArguments::AngleBracketed(arguments))) if word == "State" => {
                match arguments.args.first() {
                    Some(GenericArgument::Type(ty)) if arguments.args.len() == 1 => Some(ty),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// How a message names the argument.
    pub(crate) fn shown(&self) -> String {
        match &self.name {
            Some(name) => format!("`{name}: {}`", type_text(&self.ty)),
            None => format!("`{}`", type_text(&self.ty)),
        }
    }
}

/// A type on one line as rustfmt would write it, for messages.
pub(crate) fn type_text(ty: &Type) -> String {
    let mut text = ty.to_token_stream().to_string();
    for (from, to) in [(" :: ", "::"), (" < ", "<"), (" >", ">"), ("< ", "<"), (" ,", ","), ("& ", "&")] {
        text = text.replace(from, to);
    }
    text
}

fn last_word(ty: &Type) -> Option<(String, &PathArguments)> {
    match ty {
        Type::Path(path) => {
            path.path.segments.last().map(|segment| (segment.ident.to_string(), &segment.arguments))
        }
        Type::Group(group) => last_word(&group.elem),
        Type::Paren(paren) => last_word(&paren.elem),
        _ => None,
    }
}

/// Reads the item below `#[attribute]`; `None` when it can't be a route, with the mistakes recorded.
pub(crate) fn read(attribute: &str, item: TokenStream, errors: &mut Errors) -> Option<Handler> {
    let parser = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_outer)?;
        let _: Visibility = input.parse()?;
        let signature: Signature = input.parse()?;
        let _body: TokenStream = input.parse()?;
        Ok((attributes, signature))
    };
    let span = item.span();
    let Ok((attributes, signature)) = parser.parse2(item) else {
        errors.at_span(
            span,
            format!("`#[{attribute}]` stands on a function: write `#[{attribute}(\"/path\")] async fn name() {{ … }}`"),
        );
        return None;
    };
    let before = errors.count();
    check_signature(&signature, errors);
    let arguments = signature.inputs.iter().filter_map(|input| argument(input, errors)).collect::<Vec<_>>();
    if arguments.len() > MAX_ARGUMENTS {
        errors.at(
            &signature.inputs,
            format!(
                "{} arguments: a handler has at most {MAX_ARGUMENTS}; group several in one extractor",
                arguments.len()
            ),
        );
    }
    if errors.count() > before {
        return None;
    }
    Some(Handler {
        cfgs: attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect(),
        docs: docs::read(&attributes),
        deprecated: attributes.iter().any(|attribute| attribute.path().is_ident("deprecated")),
        is_async: signature.asyncness.is_some(),
        output: output(&signature),
        ident: signature.ident,
        arguments,
    })
}

fn check_signature(signature: &Signature, errors: &mut Errors) {
    if let Some(token) = &signature.constness {
        errors.at(token, "a handler is no `const fn`: leave `const` out");
    }
    if let Safety::Unsafe(token) = &signature.safety {
        errors.at(token, "a handler is called by every request, so it can't be `unsafe`: leave `unsafe` out");
    }
    if let Some(abi) = &signature.abi {
        errors.at(abi, "a handler is a plain Rust function: leave `extern` out");
    }
    if !signature.generics.params.is_empty() {
        errors.at(
            &signature.generics,
            "a handler can't be generic, one route is one function: write the concrete types",
        );
    }
    if let (None, ReturnType::Type(_, ty)) = (&signature.asyncness, &signature.output)
        && is_future(ty)
    {
        errors.at(ty, "a handler returns its response, not a future: write `async fn` and the output type");
    }
}

fn output(signature: &Signature) -> Type {
    match &signature.output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, ty) if holds_impl(ty) => parse_quote!(_),
        ReturnType::Type(_, ty) => (**ty).clone(),
    }
}

fn holds_impl(ty: &Type) -> bool {
    struct Finder(bool);
    impl<'ast> Visit<'ast> for Finder {
        fn visit_type_impl_trait(&mut self, _: &'ast syn::TypeImplTrait) {
            self.0 = true;
        }
    }
    let mut finder = Finder(false);
    finder.visit_type(ty);
    finder.0
}

/// `impl Future<…>`, `dyn Future<…>` at any depth, `BoxFuture<…>`.
fn is_future(ty: &Type) -> bool {
    struct Finder(bool);
    impl<'ast> Visit<'ast> for Finder {
        fn visit_trait_bound(&mut self, bound: &'ast syn::TraitBound) {
            self.0 |= bound.path.segments.last().is_some_and(|segment| segment.ident == "Future");
        }
    }
    let mut finder = Finder(false);
    finder.visit_type(ty);
    finder.0 || last_word(ty).is_some_and(|(word, _)| matches!(word.as_str(), "BoxFuture" | "LocalBoxFuture"))
}

fn argument(input: &FnArg, errors: &mut Errors) -> Option<Argument> {
    let typed = match input {
        FnArg::Receiver(receiver) => {
            errors.at(
                receiver,
                "a handler is a free function: take what it needs as `State<…>` instead of `self`",
            );
            return None;
        }
        FnArg::Typed(typed) => typed,
    };
    if let Some(cfg) = typed.attrs.iter().find(|attribute| attribute.path().is_ident("cfg")) {
        errors.at(cfg, "an argument of a handler can't be conditional: put `#[cfg]` on two functions");
        return None;
    }
    match &*typed.ty {
        Type::ImplTrait(ty) => {
            errors.at(ty, "an argument of a handler has a concrete type: write it instead of `impl …`");
            return None;
        }
        Type::Reference(ty) => {
            let owned = match &*ty.elem {
                Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
                Type::Slice(slice) => format!("Vec<{}>", type_text(&slice.elem)),
                other => type_text(other),
            };
            errors.at(ty, format!("a handler owns its arguments: write `{owned}`"));
            return None;
        }
        _ => {}
    }
    let name = match &*typed.pat {
        Pat::Ident(pattern) => Some(pattern.ident.clone()),
        _ => None,
    };
    Some(Argument { name, ty: (*typed.ty).clone() })
}

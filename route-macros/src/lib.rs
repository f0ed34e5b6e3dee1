//! The attribute macros of `route-runtime`, which re-exports and documents them: depend on that crate alone.
//!
//! Data flows one way: attribute text (`args`) -> typed keys (`options`) -> path (`path`) and signature
//! (`handler`) -> a route without mistakes (`route`) -> tokens (`expand`). Mistakes go to `errors`.

use proc_macro::TokenStream;

mod args;
mod docs;
mod errors;
mod expand;
mod handler;
mod options;
mod path;
mod route;
#[cfg(test)]
mod tests;

macro_rules! attributes {
    ($($name:ident $verb:expr;)*) => {$(
        #[allow(missing_docs, reason = "documented where route-runtime re-exports it, so that examples compile")]
        #[proc_macro_attribute]
        pub fn $name(attribute: TokenStream, item: TokenStream) -> TokenStream {
            declare(stringify!($name), $verb, attribute.into(), &item.into()).into()
        }
    )*};
}

attributes! {
    api_route None;
    get Some("GET");
    post Some("POST");
    put Some("PUT");
    patch Some("PATCH");
    delete Some("DELETE");
}

/// The function, untouched and first; behind it the registration, or every mistake.
fn declare(
    attribute: &str,
    verb: Option<&'static str>,
    tokens: proc_macro2::TokenStream,
    item: &proc_macro2::TokenStream,
) -> proc_macro2::TokenStream {
    let mut errors = errors::Errors::new();
    let mut args = args::parse(attribute, tokens, &mut errors);
    let path = args.path.take();
    let options = options::read(args, verb, &mut errors);
    let handler = handler::read(attribute, item.clone(), &mut errors);
    let mention = handler.as_ref().map(|handler| expand::mention(&handler.ident, &handler.cfgs));
    let route = route::check(path, options, handler, &mut errors);
    let behind = match (errors.finish(), route) {
        (Ok(()), Some(route)) => expand::registration(&route),
        (Ok(()), None) => mention.unwrap_or_default(),
        (Err(errors), _) => quote::quote!(#errors #mention),
    };
    quote::quote!(#item #behind)
}

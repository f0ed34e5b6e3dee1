//! The validated route -> tokens. The only file that prints code.
//!
//! What is printed is data and one call: constants about the route, and the user's types in the turbofish of a
//! library generic. Only the user's types and the call of the user's function take the user's spans.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned as _;

use crate::handler::Argument;
use crate::path::Segment;
use crate::route::{self, Route, Source};

/// The registration of one route; stands behind the untouched function.
pub(crate) fn registration(route: &Route) -> TokenStream {
    let runtime = match &route.options.krate {
        Some(path) => quote!(#path),
        None => quote!(::route_runtime),
    };
    let cfgs = &route.handler.cfgs;
    // Calling a deprecated function is what it was annotated for.
    let deprecated = route.handler.deprecated.then(|| quote!(#[allow(deprecated)]));
    let entry = entry(route);
    let two_bodies = two_bodies(route);
    quote_spanned! {Span::mixed_site()=>
        #(#cfgs)*
        #deprecated
        const _: () = {
            use #runtime::__private::{self as __rt, NoShape as _, ReadsBody as _};
            #two_bodies
            static __ROUTE: __rt::Entry = #entry;
            __rt::inventory::submit!(__rt::Registered(&__ROUTE));
        };
    }
}

/// The constants: what the author wrote.
fn info(route: &Route) -> TokenStream {
    let Route { path, pattern, options, handler, .. } = route;
    let segments = pattern.segments.iter().map(|segment| match segment {
        Segment::Static(text) => quote!(__rt::Segment::Static(#text)),
        Segment::Param(name) => quote!(__rt::Segment::Param(#name)),
        Segment::CatchAll(name) => quote!(__rt::Segment::CatchAll(#name)),
        Segment::OptionalCatchAll(name) => quote!(__rt::Segment::OptionalCatchAll(#name)),
    });
    let query = &pattern.query;
    let path = path.value();
    let path = path.split('?').next().unwrap_or_default();
    let methods = match &options.methods {
        None => quote!(__rt::Methods::ALL),
        Some(methods) => {
            let mut methods = methods.iter().map(|method| Ident::new(method, Span::mixed_site()));
            let first = methods.next();
            quote!(__rt::Methods::#first #(.or(__rt::Methods::#methods))*)
        }
    };
    let name = handler.ident.to_string();
    // `file!()` and `line!()` take the position of the function's name, wherever the attribute stands.
    let place = quote_spanned! {handler.ident.span()=>
        ::core::concat!(::core::module_path!(), "::", #name), ::core::file!(), ::core::line!()
    };
    let details = details(route);
    quote! {
        __rt::RouteInfo::new(
            #path,
            &[#(#segments),*],
            &[#(#query),*],
            #methods,
            #place,
        ) #details
    }
}

/// Builder calls for what was written beyond path and method; nothing for what was not.
fn details(route: &Route) -> TokenStream {
    let Route { options, handler, .. } = route;
    let mut calls = TokenStream::new();
    let mut call = |tokens: TokenStream| calls.extend(tokens);
    if !handler.docs.summary.is_empty() {
        let (summary, description) = (&handler.docs.summary, &handler.docs.description);
        call(quote!(.docs(#summary, #description)));
    }
    if handler.deprecated {
        call(quote!(.set_deprecated()));
    }
    if let Some(status) = options.status {
        call(quote!(.set_status(#status)));
    }
    if let Some(tag) = &options.tag {
        call(quote!(.set_tag(#tag)));
    }
    if let Some(id) = &options.operation_id {
        call(quote!(.set_operation_id(#id)));
    }
    if options.hidden == Some(true) {
        call(quote!(.set_hidden()));
    }
    let config = config(route);
    if !config.is_empty() {
        call(quote!(.set_config(__rt::RouteConfig::new() #config)));
    }
    calls
}

fn config(route: &Route) -> TokenStream {
    let options = &route.options;
    let mut calls = TokenStream::new();
    let mut call = |tokens: TokenStream| calls.extend(tokens);
    if let Some(parser) = &options.body_parser {
        let on = parser.value;
        call(quote!(.body_parser(#on)));
    }
    if let Some(limit) = &options.body_limit {
        let bytes = limit.value;
        call(quote!(.body_limit(#bytes)));
    }
    match options.response_limit {
        Some(Some(bytes)) => call(quote!(.response_limit(__rt::ResponseLimit::Bytes(#bytes)))),
        Some(None) => call(quote!(.response_limit(__rt::ResponseLimit::Off))),
        None => {}
    }
    if let Some(on) = options.external_resolver {
        call(quote!(.external_resolver(#on)));
    }
    match options.max_duration {
        Some(Some(millis)) => call(quote!(.max_millis(#millis))),
        Some(None) => call(quote!(.no_max_duration())),
        None => {}
    }
    if let Some(on) = options.dot_segments {
        call(quote!(.dot_segments(#on)));
    }
    if let Some(on) = options.etag {
        call(quote!(.etag(#on)));
    }
    calls
}

/// The one call: the route's types, and a closure that calls the function.
fn entry(route: &Route) -> TokenStream {
    let Route { handler, sources, options, state, .. } = route;
    let markers = handler.arguments.iter().zip(sources).map(|(argument, source)| {
        let ty = &argument.ty;
        match source {
            Source::Segment(i) => quote_spanned!(ty.span()=> __rt::PathArg<#ty, #i>, _,),
            Source::Query(i) => quote_spanned!(ty.span()=> __rt::QueryArg<#ty, #i>, _,),
            Source::Extractor => {
                let reads_body = reads_body(argument, state);
                quote_spanned!(ty.span()=> __rt::Extractor<#ty, { #reads_body }>, _,)
            }
        }
    });
    let call = format_ident!("call{}", handler.arguments.len(), span = Span::mixed_site());
    let function = &handler.ident;
    let called = if handler.is_async {
        quote!(#function)
    } else {
        let values = (0..handler.arguments.len()).map(|i| format_ident!("a{i}", span = Span::mixed_site()));
        let values: Vec<Ident> = values.collect();
        quote!(|#(#values),*| __rt::ready(#function(#(#values),*)))
    };
    let info = info(route);
    let output = &handler.output;
    let respond = quote_spanned!(output.span()=> __rt::respond::<#output>);
    let mut slots = TokenStream::new();
    if !options.layers.is_empty() {
        let layers = options
            .layers
            .iter()
            .map(|layer| quote_spanned!(layer.span()=> |service| __rt::layer(#layer, service)));
        slots.extend(quote!(.layers(&[#(#layers),*])));
    }
    let shapes: Vec<TokenStream> = route
        .extractors()
        .filter(|argument| route::may_be_path(argument))
        .map(|argument| {
            let ty = &argument.ty;
            quote_spanned!(ty.span()=> __rt::Probe::<#ty, ()>::SHAPE)
        })
        .collect();
    if !shapes.is_empty() {
        slots.extend(quote!(.path_shapes(&[#(#shapes),*])));
    }
    // Not to be taken for functions that are called so.
    let request_name = Ident::new("request", Span::mixed_site());
    let respond_name = Ident::new("respond", Span::mixed_site());
    let entry = quote! {
        __rt::Entry::new::<#state>(#info, |#request_name| {
            let #respond_name = #respond;
            __rt::#call::<#state, #(#markers)* _, _>(#request_name, #called, #respond_name)
        })#slots
    };
    if cfg!(feature = "types") { with_types(route, &entry) } else { entry }
}

/// An entry and the types of the function, which the runtime asks what they tell.
fn with_types(route: &Route, entry: &TokenStream) -> TokenStream {
    let Route { handler, sources, .. } = route;
    let types = handler.arguments.iter().zip(sources).map(|(argument, source)| {
        let (role, index) = match source {
            Source::Segment(index) => ("segment", *index),
            Source::Query(index) => ("query", *index),
            Source::Extractor => ("extractor", 0),
        };
        let (role, index) = (Ident::new(role, Span::mixed_site()), Literal::usize_unsuffixed(index));
        let ty = &argument.ty;
        quote!(#role #index (#ty),)
    });
    let output = &handler.output;
    quote!(__rt::with_types!(#entry; [#(#types)*] (#output)))
}

/// Whether an extractor reads the body. `State` never does; else the compiler alone knows: an inherent constant under
/// `T: FromRequestParts<S>` wins over a trait's.
fn reads_body(argument: &Argument, state: &Type) -> TokenStream {
    let ty = &argument.ty;
    if argument.state().is_some() {
        return quote!(false);
    }
    quote_spanned! {ty.span()=> __rt::Probe::<#ty, #state>::READS_BODY }
}

/// Two arguments that read the body: an error that names both, as soon as two could.
fn two_bodies(route: &Route) -> Option<TokenStream> {
    let candidates: Vec<TokenStream> = route
        .extractors()
        .filter(|argument| argument.state().is_none())
        .map(|argument| {
            let (shown, ty, state) = (argument.shown(), &argument.ty, &route.state);
            let reads_body = reads_body(argument, state);
            // What is no extractor at all has an error of its own.
            let is_extractor = quote_spanned! {ty.span()=> __rt::Probe::<#ty, #state>::IS_FROM_REQUEST };
            quote!((#shown, #reads_body && #is_extractor))
        })
        .collect();
    if candidates.len() < 2 {
        return None;
    }
    let span = route.handler.arguments.last().map_or(Span::mixed_site(), |argument| argument.ty.span());
    let check = quote_spanned!(span=> __rt::one_body(&[#(#candidates),*]););
    Some(quote!(const _: () = #check))
}

/// Uses the function, so that a mistake in its attribute does not also make it dead code.
pub(crate) fn mention(function: &Ident, cfgs: &[syn::Attribute]) -> TokenStream {
    let function = function.to_token_stream();
    quote_spanned! {Span::mixed_site()=>
        #(#cfgs)*
        #[allow(deprecated)]
        const _: fn() = || { let _ = #function; };
    }
}

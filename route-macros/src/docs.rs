//! Doc comment -> summary and description.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// What `///` above a handler says, as OpenAPI wants it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Docs {
    /// The first paragraph on one line.
    pub(crate) summary: String,
    /// The rest, as written.
    pub(crate) description: String,
}

/// Reads the literal `doc` attributes; `#[doc = include_str!(…)]` is the compiler's to read and is skipped.
pub(crate) fn read(attributes: &[Attribute]) -> Docs {
    let mut lines = Vec::new();
    for attribute in attributes {
        if let Meta::NameValue(meta) = &attribute.meta
            && meta.path.is_ident("doc")
            && let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &meta.value
        {
            // A `/** … */` comment is one attribute of many lines.
            lines.extend(text.value().split('\n').map(|line| line.trim_end().to_owned()));
        }
    }
    let indent =
        lines.iter().filter(|line| !line.is_empty()).map(|line| line.len() - line.trim_start().len()).min();
    let indent = indent.unwrap_or(0);
    let mut text =
        lines.iter().map(|line| line.get(indent..).unwrap_or("")).skip_while(|line| line.is_empty());

    let summary: Vec<&str> = text.by_ref().take_while(|line| !line.is_empty()).map(str::trim).collect();
    let description: Vec<&str> = text.collect();
    Docs { summary: summary.join(" "), description: description.join("\n").trim().to_owned() }
}

//! The path grammar: what is taken, and the sentence for each mistake.

use tests::path::{Segment, parse};

#[track_caller]
fn good(path: &str, segments: &[Segment], query: &[&str]) {
    let pattern = parse(path).unwrap_or_else(|mistakes| panic!("{path}: {mistakes:?}"));
    assert_eq!(
        (&*pattern.segments, &*pattern.query),
        (segments, &*query.iter().map(ToString::to_string).collect::<Vec<_>>())
    );
}

#[track_caller]
fn bad(path: &str, wanted: &[&str]) {
    let mistakes = parse(path).expect_err(path);
    let all = mistakes.len() == wanted.len()
        && mistakes.iter().zip(wanted).all(|(got, wanted)| got.contains(wanted));
    assert!(all, "{path}\nwanted: {wanted:#?}\ngot: {mistakes:#?}");
}

fn text(text: &str) -> Segment {
    Segment::Static(text.to_owned())
}

fn param(name: &str) -> Segment {
    Segment::Param(name.to_owned())
}

#[test]
fn what_is_taken() {
    good("/", &[], &[]);
    good("/a/b", &[text("a"), text("b")], &[]);
    good("/a/[id]", &[text("a"), param("id")], &[]);
    good("/[...rest]", &[Segment::CatchAll("rest".into())], &[]);
    good("/a/[[...rest]]", &[text("a"), Segment::OptionalCatchAll("rest".into())], &[]);
    good("/a?b&c", &[text("a")], &["b", "c"]);
    good("/[type]/[_x]/[größe]", &[param("type"), param("_x"), param("größe")], &[]);
    good("/v1:run/@me/a.b~c-d_e/(x)", &[text("v1:run"), text("@me"), text("a.b~c-d_e"), text("(x)")], &[]);
    good("/für/日", &[text("f%C3%BCr"), text("%E6%97%A5")], &[]);
    let most: String = ('a'..='y').map(|name| format!("/[{name}]")).collect();
    assert!(parse(&most).is_ok());
}

#[test]
fn slashes() {
    bad("", &["the path is empty: write at least `/`"]);
    bad("a/b", &["a path starts with `/`: write `/a/b`"]);
    bad("/a/", &["a path has no trailing `/`"]);
    bad("/a//b", &["the path has an empty segment (`//`)"]);
    bad("/./a", &["`.` is no segment"]);
    bad("/a/..", &["`..` is no segment"]);
}

#[test]
fn brackets() {
    bad("/pre-[id]", &["`pre-[id]` mixes text and a parameter"]);
    bad("/[id].json", &["`[id].json` mixes text and a parameter"]);
    bad("/[id", &["`[id` has 1 `[` and 0 `]`: write `[name]`"]);
    bad("/id]", &["`id]` has 0 `[` and 1 `]`"]);
    bad("/[[id]", &["has 2 `[` and 1 `]`"]);
    bad("/[a]-[b]", &["`[a]-[b]` holds two parameters"]);
    bad("/[a][b]", &["`[a][b]` holds two parameters"]);
    bad("/[[[a]]]", &["`[[[a]]]` has brackets inside brackets"]);
    bad("/[a[b]]", &["has brackets inside brackets"]);
    bad("/[[id]]", &["a single segment can't be optional; write `[[...id]]`"]);
    bad("/[..id]", &["`[..id]` has 2 dots: a catch-all has three, write `[...id]`"]);
    bad("/[....id]", &["`[....id]` has 4 dots"]);
    bad("/[[..id]]", &["has 2 dots"]);
    bad("/[…id]", &["holds the single character `…`: write three dots, `[...id]`"]);
    bad("/[]", &["`[]` has no name: write `[name]`"]);
    bad("/[...]", &["`[...]` has no name: write `[...name]`"]);
    bad("/[[...]]", &["`[[...]]` has no name: write `[[...name]]`"]);
    bad("/][", &["mixes text and a parameter"]);
    bad("/[...a]/b", &["the catch-all `[...a]` must be the last segment"]);
    bad("/[[...a]]/[b]", &["the catch-all `[[...a]]` must be the last segment"]);
}

#[test]
fn names() {
    bad("/[post-id]", &["`post-id` is no identifier; write `[post_id]`"]);
    bad("/[...post id]", &["write `[...post_id]`"]);
    bad("/[1st]", &["write `[_1st]`"]);
    bad("/[_]", &["write `[name]`"]);
    bad("/[self]", &["no argument can be called `self`"]);
    bad("/[a]/[a]", &["the name `a` stands twice"]);
    bad("/[a]?a", &["the name `a` stands twice"]);
    bad("/?a&a", &["the name `a` stands twice"]);
    let many = |count: usize| -> String { (0..count).map(|i| format!("/[p{i}]")).collect() };
    bad(&many(26), &["26 parameters in one path: at most 25"]);
    // axum's matcher takes what the grammar takes; it has no name of its own for a catch-all.
    for path in [many(25), many(25) + "/[...rest]"] {
        let entry = tests::entry(route_runtime::Methods::GET, path.clone().leak(), 1);
        assert!(route_runtime::Routes::from_entries([entry]).into_router().is_ok(), "{path}");
    }
}

#[test]
fn syntax_of_others() {
    bad("/{id}", &["`{id}` is another framework's syntax: write `[id]`"]);
    bad("/{*rest}", &["write `[...rest]`"]);
    bad("/:id", &["write `[id]`"]);
    bad("/*rest", &["write `[...rest]`"]);
    bad("/*", &["write `[...rest]`"]);
    bad("/<id>", &["write `[id]`"]);
    bad("/<rest..>", &["write `[...rest]`"]);
}

#[test]
fn characters() {
    bad("/a%20b", &["holds a percent-escape: write the character itself"]);
    for c in [' ', '"', '#', '<', '\\', '^', '`', '|', '\n', '\u{7f}', '\u{a0}', '{'] {
        bad(&format!("/a{c}b"), &["can't stand in a path"]);
    }
}

#[test]
fn query_names() {
    bad("/a?", &["an empty query name after `?`"]);
    bad("/a?b&", &["an empty query name after `?`"]);
    bad("/a?b=1", &["`b=1` has a value: after `?` only names stand, write `b`"]);
    bad("/a?[b]", &["a query name has no brackets, write `b`"]);
    bad("/a?page-size", &["`page-size` is no identifier; write `page_size`"]);
}

#[test]
fn all_mistakes_come_at_once() {
    bad("/a//[b-c]/{d}?e=1", &["empty segment", "`b-c` is no identifier", "write `[d]`", "has a value"]);
}

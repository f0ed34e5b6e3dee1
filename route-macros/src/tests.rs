//! The macro as a function of tokens: what it prints, and each mistake by its sentence.

use proc_macro2::TokenStream;

use super::declare;

#[path = "tests_tokens.rs"]
mod tokens;

fn expand(attribute: &str, verb: Option<&'static str>, arguments: &str, item: &str) -> TokenStream {
    declare(attribute, verb, arguments.parse().unwrap(), &item.parse().unwrap())
}

/// The sentences of all `compile_error!`s, in order.
fn mistakes(attribute: &str, verb: Option<&'static str>, arguments: &str, item: &str) -> Vec<String> {
    let file: syn::File = syn::parse2(expand(attribute, verb, arguments, item)).expect("items");
    let sentences = file.items.iter().filter_map(|item| match item {
        syn::Item::Macro(item) if item.mac.path.segments.last()?.ident == "compile_error" => {
            Some(item.mac.parse_body::<syn::LitStr>().ok()?.value())
        }
        _ => None,
    });
    sentences.collect()
}

/// `#[api_route(arguments)] item` has exactly these mistakes; each is given by a part of its sentence.
#[track_caller]
fn check(arguments: &str, item: &str, wanted: &[&str]) {
    let got = mistakes("api_route", None, arguments, item);
    let all = got.len() == wanted.len() && got.iter().zip(wanted).all(|(got, wanted)| got.contains(wanted));
    assert!(all, "#[api_route({arguments})] {item}\nwanted: {wanted:#?}\ngot: {got:#?}");
}

#[test]
fn the_path_comes_first() {
    let item = "fn f() {}";
    check("", item, &["the path comes first: write `#[api_route(\"/path\")]`"]);
    check("method = GET", item, &["the path comes first"]);
    check("path, method = GET", item, &["the path comes first"]);
    check("\"/a\" method = GET", item, &["expected `,` before the next `key = value`"]);
    check("\"/a\",", item, &[]);
}

#[test]
fn keys() {
    let check =
        |arguments: &str, wanted: &[&str]| check(&format!("\"/a\", {arguments}"), "fn f() {}", wanted);
    check("methd = GET", &["there is no key `methd`: did you mean `method`?"]);
    check("colour = 7", &["there is no key `colour`; the keys are: `method`, `status`"]);
    check("status", &["`status` needs a value: write `status = 201`"]);
    check("status =", &["this is no value for `status`: write `status = 201`"]);
    check("7 = status", &["expected `key = value`"]);
    check("status = 201, status = 202", &["`status` stands twice: keep one of the two"]);
    check("layer = a, layer = b::<C, D>()", &[]);
    check("status = 404", &["`status` is the success status, 200 to 299"]);
    check("status = 99999", &["`status` is the success status, 200 to 299"]);
    check("status = \"201\"", &["this is no value for `status`"]);
    check("etag = 1", &["this is no value for `etag`: write `etag = false`"]);
    check("tag = \"\"", &["this is no value for `tag`"]);
    check("operation_id = \"a.b-c_d\"", &[]);
    check("operation_id = \"a b\"", &["an operation id consists of"]);
    check("state = 7", &["this is no value for `state`: write `state = AppState`"]);
    check("body_parser = false, body_limit = 7", &["`body_parser = false` lifts the body limit"]);
    check("body_limit = false", &["a body has a limit"]);
    check(
        "methd = GET, status = 1, etag = 2",
        &["there is no key `methd`", "`status` is the success status", "no value for `etag`"],
    );
}

#[test]
fn methods() {
    let check =
        |arguments: &str, wanted: &[&str]| check(&format!("\"/a\", {arguments}"), "fn f() {}", wanted);
    check("method = get", &["`get` is no method: write `GET`"]);
    check("method = \"GET\"", &["`GET` is no method: write `GET`"]);
    check("method = GTE", &["`GTE` is no method: write `GET`"]);
    check("method = PROPFIND", &["a function without `method` gets every method, this one too"]);
    check("method = []", &["no method at all"]);
    check("method = [GET, GET]", &["`GET` stands twice"]);
    check("method = [GET, HEAD, OPTIONS, TRACE, CONNECT, PUT, PATCH, POST, DELETE]", &[]);
    let twice = mistakes("get", Some("GET"), "\"/a\", method = POST", "fn f() {}");
    assert_eq!(twice.len(), 1);
    assert!(twice[0].starts_with("`#[get]` already sets the method"), "{twice:?}");
}

#[test]
fn sizes_and_durations() {
    let check =
        |arguments: &str, wanted: &[&str]| check(&format!("\"/a\", {arguments}"), "fn f() {}", wanted);
    for good in ["7", "\"7\"", "\"7b\"", "\"1.5 MB\"", "\"0.001gb\"", "\" 1 kb \"", "\"0b\""] {
        check(&format!("body_limit = {good}"), &[]);
        check(&format!("response_limit = {good}"), &[]);
    }
    for bad in [
        "\"\"",
        "\"kb\"",
        "\"1 tb\"",
        "\"-1\"",
        "\"1.kb\"",
        "\"1e3\"",
        "\"1 k b\"",
        "\"99999999999999999999\"",
    ] {
        check(&format!("body_limit = {bad}"), &["is no size: write a number, then `b`, `kb`, `mb` or `gb`"]);
    }
    check("body_limit = -1", &["no value for `body_limit`"]);
    check("response_limit = false", &[]);
    check("response_limit = true", &["no value for `response_limit`"]);
    for good in ["\"10s\"", "\"500ms\"", "\"1.5s\"", "\"2 s\"", "false"] {
        check(&format!("max_duration = {good}"), &[]);
    }
    check("max_duration = 10", &["seconds or milliseconds? Write `\"10s\"`"]);
    check("max_duration = \"10\"", &["`10` is no duration"]);
    check("max_duration = \"5m\"", &["`5m` is no duration"]);
    check("max_duration = \"0s\"", &["nothing can be answered in no time"]);
    check("max_duration = true", &["write a number, then `s` or `ms`"]);
}

#[test]
fn signatures() {
    let check = |item: &str, wanted: &[&str]| check("\"/a\"", item, wanted);
    check("struct S;", &["`#[api_route]` stands on a function"]);
    check("const fn f() {}", &["leave `const` out"]);
    check("unsafe fn f() {}", &["leave `unsafe` out"]);
    check("extern \"C\" fn f() {}", &["leave `extern` out"]);
    check("fn f<T>(t: T) {}", &["a handler can't be generic"]);
    check("fn f<'a>() {}", &["a handler can't be generic"]);
    check("fn f(&self) {}", &["a handler is a free function"]);
    check("fn f(x: impl Send) {}", &["write it instead of `impl …`"]);
    check("fn f(x: &str) {}", &["a handler owns its arguments: write `String`"]);
    check("fn f(x: &[u8]) {}", &["a handler owns its arguments: write `Vec<u8>`"]);
    check("fn f() -> impl Future<Output = ()> {}", &["write `async fn` and the output type"]);
    check("fn f() -> Pin<Box<dyn Future<Output = u8>>> {}", &["write `async fn` and the output type"]);
    check("fn f() -> m::Future {}", &[]);
    check("async fn f(#[cfg(x)] a: A) {}", &["an argument of a handler can't be conditional"]);
    check("const unsafe fn f<T>() {}", &["`const`", "`unsafe`", "generic"]);
    let many: Vec<String> = (0..17).map(|i| format!("a{i}: A")).collect();
    check(&format!("fn f({}) {{}}", many.join(", ")), &["17 arguments: a handler has at most 16"]);
}

#[test]
fn every_name_of_the_path_is_taken() {
    let check = |path: &str, arguments: &str, wanted: &[&str]| {
        check(&format!("{path:?}"), &format!("async fn f({arguments}) {{}}"), wanted);
    };
    check("/[nmae]", "name: String", &["no argument takes `[nmae]`: did you mean `name: String`?"]);
    check("/[id]", "", &["no argument takes `[id]`: add `id: String`"]);
    check("/[...rest]", "", &["no argument takes `[...rest]`: add `rest: Vec<String>`"]);
    check("/[[...rest]]", "", &["no argument takes `[[...rest]]`: add `rest: Vec<String>`"]);
    check("/[type]", "", &["no argument takes `[type]`: add `r#type: String`"]);
    check(
        "/a?page",
        "State(db): State<Db>, headers: HeaderMap",
        &["query name `page`: add `page: Option<String>`"],
    );
    check("/[a]/[b]?c", "", &["`[a]`", "`[b]`", "`c`"]);
    check("/[id]", "id: &str", &["a handler owns its arguments: write `String`"]);
    check("/[id]", "query: Query<Q>", &["no argument takes `[id]`"]);
    check("/a?q", "path: Path<P>", &["no argument takes query name `q`"]);
    // What may see the path does not hide a misspelt name.
    check("/[nmae]", "name: String, req: ApiRequest", &["did you mean `name: String`?"]);
    check("/[nmae]", "name: String, user: User", &["did you mean `name: String`?"]);
    // A `Path` takes the segment, and any other name is the body's.
    check("/[id]", "Path(id): Path<u32>, md: String", &[]);
    check("/[note]", "Path(id): Path<String>, notes: String", &[]);
    check("/[id]", "own: Tenant, md: String", &[]);
    check("/[id]", "own: Tenant, s: String", &[]);
    // A type of the application that happens to be called like an extractor.
    for own in ["state: State", "state: Host", "state: Method", "state: my::State"] {
        check("/[state]", own, &[]);
    }
    check("/[state]", "state: State<S>", &["no argument takes `[state]`"]);
    // These may see the path, so the name may be meant for them.
    for seeing in ["Path(id): Path<u8>", "req: ApiRequest", "request: Request", "own: TenantOfPath"] {
        check("/[id]", seeing, &[]);
    }
    for bound in ["id: u8", "_id: u8", "mut id: u8"] {
        check("/[id]", bound, &[]);
    }
    check("/[...rest]", "rest: String", &["is one or more segments: write `Vec<String>`"]);
    check("/[[...rest]]", "rest: u8", &["write `Vec<u8>` or `Option<Vec<u8>>`"]);
    check("/[id]", "id: Vec<u8>", &["`[id]` is exactly one segment, never a `Vec`"]);
    check("/[id]", "id: Option<u8>", &["`[id]` is exactly one segment, never a `Option`"]);
}

#[test]
fn states() {
    check("\"/a\"", "fn f(a: State<A>, b: State<A>) {}", &[]);
    check(
        "\"/a\"",
        "fn f(a: State<A>, b: State<B>) {}",
        &["`State<B>` beside `State<A>`: name the type that holds both"],
    );
    check("\"/a\", state = App", "fn f(a: State<A>, b: State<B>) {}", &[]);
}

#[test]
fn an_unread_body_is_not_parsed() {
    let wanted =
        ["`body_parser = false` hands over the unread body, but `req: ApiRequest<New>` wants it parsed"];
    check("\"/a\", body_parser = false", "fn f(req: ApiRequest<New>) {}", &wanted);
    check("\"/a\", body_parser = false", "fn f(req: ApiRequest<RawBody>) {}", &[]);
    check("\"/a\", body_parser = false", "fn f(req: ApiRequest) {}", &[]);
}

#[test]
fn all_mistakes_come_at_once() {
    check(
        "\"/a/\", methd = GET, status = 404",
        "const fn f<T>(x: &str) {}",
        &[
            "no key `methd`",
            "the success status",
            "leave `const` out",
            "generic",
            "write `String`",
            "trailing `/`",
        ],
    );
}

#[test]
fn the_function_is_printed_first_and_untouched() {
    for arguments in ["\"/a\"", "\"a\""] {
        let item = "# [doc = \" Docs.\"] async fn f () { 1 + 1 ; }";
        let printed = expand("get", Some("GET"), arguments, item).to_string();
        let same: TokenStream = item.parse().unwrap();
        assert!(printed.starts_with(&same.to_string()), "{printed}");
    }
}

/// The expansion of a typical route is in ARCHITECTURE.md, true and short.
#[test]
fn the_expansion_is_as_documented() {
    let printed = expand(
        "get",
        Some("GET"),
        "\"/api/trivia/[number]\"",
        "/// A random fact about a number.
        async fn trivia(number: i64) -> Result<String, ApiError> {
            todo()
        }",
    );
    let text = include_str!("../../ARCHITECTURE.md");
    let documented =
        text.split("```rust\n").find(|block| block.starts_with("const _")).expect("the block is there");
    let documented = documented.split("```").next().unwrap_or_default();
    assert!(documented.lines().count() < 25);
    let registration = printed.to_string();
    let registration = &registration[registration.find("const _").expect("it is printed")..];
    let documented = plain(documented);
    let documented = if cfg!(feature = "types") {
        let with_types = documented.replace("=__rt::Entry::new", "=__rt::with_types!(__rt::Entry::new");
        let types = ");[segment2(i64),](Result<String,ApiError>));__rt::inventory";
        with_types.replace(");__rt::inventory", types)
    } else {
        documented
    };
    assert_eq!(documented, plain(registration), "ARCHITECTURE.md is not true any more");
}

/// Tokens without blanks, and without the commas that a formatter puts at the ends of lines.
fn plain(code: &str) -> String {
    let code: TokenStream = code.parse().expect("tokens");
    let code: String = code.to_string().split_whitespace().collect();
    code.replace(",)", ")")
}

#[test]
fn doc_comments() {
    let check = |item: &str, summary: &str, description: &str| {
        let item: syn::ItemFn = syn::parse_str(&format!("{item}\nfn f() {{}}")).expect("a function");
        let docs = crate::docs::read(&item.attrs);
        assert_eq!((&*docs.summary, &*docs.description), (summary, description), "{:?}", item.sig.ident);
    };
    check("", "", "");
    check("/// One.", "One.", "");
    check("///\n/// One\n/// line.\n///\n/// Two:\n///\n///     code\n///", "One line.", "Two:\n\n    code");
    check("/** One.\n\n Two. */", "One.", "Two.");
    check("#[doc = \"One.\"]\n#[doc(hidden)]\n#[doc = include_str!(\"x\")]", "One.", "");
    check("#[allow(x)]\n///   a\n///  b\n///\n/// ü", "a b", "ü");
}

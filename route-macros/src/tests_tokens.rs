//! Any tokens into the attribute: never a panic, the item first and untouched, and items behind it.
//!
//! `ROUTE_SEED=<number>` repeats a run; the number is in every failure. fastrand and no proptest: what fails is a few tokens
//! long, and the crate that every user builds stays with one dependency for its tests.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

use crate::declare;

/// Attributes that are right, each with all kinds of values.
const ATTRIBUTES: &[&str] = &[
    r#""/a/[id]""#,
    r#""/[...rest]?q&page", status = 201, etag = false,"#,
    r#""/a", method = [GET, HEAD], body_limit = "1kb", response_limit = false, max_duration = "10s""#,
    r#""/a", state = my::State<Db>, layer = a::<B>(|x| x + 1), layer = { let x = 1; x }, crate = a::b"#,
    r#""/a", method = PUT, body_parser = false, tag = "t", operation_id = "o", hidden = true, dot_segments = true"#,
    r#""/[[...rest]]", external_resolver = true, max_duration = false, response_limit = 7"#,
];

/// Items, of which most are right. A request may be what takes a name of the path, so that each fits every attribute.
const ITEMS: &[&str] = &[
    "async fn f(id: u8, req: ApiRequest) -> Result<String, ApiError> { todo!() }",
    "/// Docs.\n #[cfg(x)] #[deprecated] pub(crate) fn f(r#type: Vec<u8>, req: Request) -> impl IntoResponse {}",
    "async fn f(mut rest: Vec<String>, q: Option<u8>, page: [u8; 4], _: (A, B), req: ApiRequest) where A: B { 1 + 1; }",
    "fn f(req: ApiRequest<New>, State(db): State<Db>, #[allow(x)] user: Box<dyn A>) -> Answer<{ 1 + 1 }> {}",
    "async fn r#fn(a: fn(u8) -> u8, b: <A as B>::C, c: !, d: *const u8, req: ApiRequest) {}",
    "fn f(e: &'static str, f: impl Fn() + Send) -> Pin<Box<dyn Future<Output = u8> + 'a>> {}",
    "const unsafe extern \"C\" fn f<'a, T: A, const N: usize>(&self, a: T, ...) {}",
    "struct S<T>(T);",
];

const WORDS: &[&str] = &[
    "method",
    "status",
    "layer",
    "state",
    "crate",
    "tag",
    "etag",
    "body_limit",
    "GET",
    "HEAD",
    "id",
    "rest",
    "f",
    "u8",
    "Vec",
    "Option",
    "State",
    "fn",
    "async",
    "pub",
    "self",
    "Self",
    "super",
    "mut",
    "impl",
    "dyn",
    "where",
    "for",
    "struct",
    "const",
    "unsafe",
    "extern",
    "true",
    "_",
    "__rt",
    "größe",
    "if",
    "match",
    "move",
    "use",
    "cfg",
    "doc",
    "compile",
];

const RAW_WORDS: &[&str] = &["type", "fn", "id", "method", "match", "größe"];

const LITERALS: &[&str] = &[
    "\"/a/[id]\"",
    "\"/[...rest]?q\"",
    "\"/[a]/[a]\"",
    "\"[\"",
    "\"\"",
    "\"/\\u{1F600}\\0\"",
    "r#\"/a\"#",
    "\"/a\"odd",
    "b\"/a\"",
    "c\"/a\"",
    "'x'",
    "b'x'",
    "0",
    "-1",
    "201",
    "0xFF",
    "0b1u8",
    "1_0u16",
    "99999999999999999999",
    "1.",
    "1.5",
    "1e400",
    "1.5f32",
    "\"10s\"",
    "\"1kb\"",
    "\"1e9s\"",
    "\"-1b\"",
    "\"18446744073709551615gb\"",
];

const PUNCTS: &[char] = &[
    '=', ',', ':', '<', '>', '#', '&', '-', '.', ';', '\'', '|', '!', '?', '*', '+', '$', '@', '/', '^', '~',
];

/// How deep groups of one kind stand in each other.
const DEEPEST: usize = 50;

struct Tokens(fastrand::Rng);

impl Tokens {
    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.0.usize(..of.len())]
    }

    fn delimiter(&mut self) -> Delimiter {
        self.one(&[Delimiter::Parenthesis, Delimiter::Brace, Delimiter::Bracket, Delimiter::None])
    }

    fn token(&mut self) -> TokenTree {
        let span = Span::call_site();
        match self.0.u8(..20) {
            0..6 => Ident::new(self.one(WORDS), span).into(),
            6 => Ident::new_raw(self.one(RAW_WORDS), span).into(),
            7..11 => self.one(LITERALS).parse::<Literal>().expect("a literal").into(),
            11..18 => Punct::new(self.one(PUNCTS), self.one(&[Spacing::Alone, Spacing::Joint])).into(),
            18 => Group::new(self.delimiter(), self.stream(4)).into(),
            _ => {
                let mut inner = self.stream(2);
                let delimiter = self.delimiter();
                for _ in 0..self.0.usize(..DEEPEST) {
                    inner = TokenTree::from(Group::new(delimiter, inner)).into();
                }
                Group::new(delimiter, inner).into()
            }
        }
    }

    fn stream(&mut self, most: usize) -> TokenStream {
        (0..self.0.usize(..=most)).map(|_| self.token()).collect()
    }

    /// The tokens with one change at some place.
    fn changed(&mut self, tokens: TokenStream) -> TokenStream {
        let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let Some(last) = tokens.len().checked_sub(1) else { return self.stream(3) };
        let at = self.0.usize(..=last);
        if let TokenTree::Group(group) = &tokens[at]
            && self.0.u8(..4) > 0
        {
            tokens[at] = Group::new(group.delimiter(), self.changed(group.stream())).into();
            return tokens.into_iter().collect();
        }
        match self.0.u8(..8) {
            0 | 1 => drop(tokens.remove(at)),
            2 => tokens.insert(at, tokens[at].clone()),
            3 => {
                let other = self.0.usize(..=last);
                tokens.swap(at, other);
            }
            4 => tokens[at] = self.token(),
            5 => {
                let token = self.token();
                tokens.insert(at, token);
            }
            6 => tokens[at] = Group::new(self.delimiter(), tokens[at].clone().into()).into(),
            _ => drop(tokens.split_off(at)),
        }
        tokens.into_iter().collect()
    }

    /// What is right with some changes, or anything.
    fn like(&mut self, right: &[&str]) -> TokenStream {
        if self.0.u8(..5) == 0 {
            return self.stream(12);
        }
        let mut tokens = self.one(right).parse().expect("tokens");
        for _ in 0..self.one(&[0, 0, 1, 1, 2, 5]) {
            tokens = self.changed(tokens);
        }
        tokens
    }
}

/// `compile_error! { … }`
fn is_mistake(item: &syn::Item) -> bool {
    let syn::Item::Macro(item) = item else { return false };
    item.mac.path.segments.last().is_some_and(|segment| segment.ident == "compile_error")
}

/// On a stack like the compiler's: a test has less, and groups in groups take much of it in a build without optimisation.
#[test]
fn no_token_stream_makes_it_panic() {
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(try_tokens).expect("a thread");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

fn try_tokens() {
    let seed = std::env::var("ROUTE_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("ROUTE_SEED={seed}");
    let mut tokens = Tokens(fastrand::Rng::with_seed(seed));
    let (mut routes, mut refused) = (0, 0);
    for number in 0..12_000 {
        let (attribute, item) = (tokens.like(ATTRIBUTES), tokens.like(ITEMS));
        let (name, verb) = [("api_route", None), ("get", Some("GET"))][number % 2];
        let context = || format!("ROUTE_SEED={seed} #[{name}({attribute})] {item}");
        let expand = || declare(name, verb, attribute.clone(), &item);
        let Ok(printed) = catch_unwind(AssertUnwindSafe(expand)) else { panic!("{}", context()) };
        let mut printed = printed.into_iter();
        let first: TokenStream = printed.by_ref().take(item.clone().into_iter().count()).collect();
        assert_eq!(first.to_string(), item.to_string(), "{}", context());
        match syn::parse2::<syn::File>(printed.clone().collect()) {
            Ok(behind) if behind.items.is_empty() => panic!("nothing is said: {}", context()),
            Ok(behind) if behind.items.iter().any(is_mistake) => refused += 1,
            Ok(_) => routes += 1,
            Err(error) => panic!("{error}: {}\n{}", printed.collect::<TokenStream>(), context()),
        }
    }
    println!("{routes} routes, {refused} refused");
    assert!(routes > 200 && refused > 1000);
}

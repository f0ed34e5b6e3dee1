//! The operations of the interface, as a table of our own: it holds where the public description is not at hand.

/// Whether an operation asks for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    Required,
    Optional,
    Ignored,
}

/// What an answer of success holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    User,
    Profile,
    Article,
    Articles,
    Comment,
    Comments,
    Tags,
    Nothing,
}

#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) method: &'static str,
    /// Below [`BASE`].
    pub(crate) path: &'static str,
    pub(crate) token: Token,
    pub(crate) success: u16,
    pub(crate) shape: Shape,
    /// What the body is an object of: `{"user": {…}}`.
    pub(crate) body: Option<&'static str>,
}

/// Where the interface begins.
pub(crate) const BASE: &str = "/api";

const fn operation(
    method: &'static str,
    path: &'static str,
    token: Token,
    success: u16,
    shape: Shape,
    body: Option<&'static str>,
) -> Operation {
    Operation { method, path, token, success, shape, body }
}

/// All of them; a path that is spelled out stands before one with a parameter that would take it.
#[rustfmt::skip]
pub(crate) static OPERATIONS: [Operation; 19] = [
    operation("POST",   "/users/login",                  Token::Ignored,  200, Shape::User,     Some("user")),
    operation("POST",   "/users",                        Token::Ignored,  201, Shape::User,     Some("user")),
    operation("GET",    "/user",                         Token::Required, 200, Shape::User,     None),
    operation("PUT",    "/user",                         Token::Required, 200, Shape::User,     Some("user")),
    operation("GET",    "/profiles/{username}",          Token::Optional, 200, Shape::Profile,  None),
    operation("POST",   "/profiles/{username}/follow",   Token::Required, 200, Shape::Profile,  None),
    operation("DELETE", "/profiles/{username}/follow",   Token::Required, 200, Shape::Profile,  None),
    operation("GET",    "/articles/feed",                Token::Required, 200, Shape::Articles, None),
    operation("GET",    "/articles",                     Token::Optional, 200, Shape::Articles, None),
    operation("POST",   "/articles",                     Token::Required, 201, Shape::Article,  Some("article")),
    operation("GET",    "/articles/{slug}",              Token::Optional, 200, Shape::Article,  None),
    operation("PUT",    "/articles/{slug}",              Token::Required, 200, Shape::Article,  Some("article")),
    operation("DELETE", "/articles/{slug}",              Token::Required, 204, Shape::Nothing,  None),
    operation("GET",    "/articles/{slug}/comments",     Token::Optional, 200, Shape::Comments, None),
    operation("POST",   "/articles/{slug}/comments",     Token::Required, 200, Shape::Comment,  Some("comment")),
    operation("DELETE", "/articles/{slug}/comments/{id}", Token::Required, 204, Shape::Nothing, None),
    operation("POST",   "/articles/{slug}/favorite",     Token::Required, 200, Shape::Article,  None),
    operation("DELETE", "/articles/{slug}/favorite",     Token::Required, 200, Shape::Article,  None),
    operation("GET",    "/tags",                         Token::Ignored,  200, Shape::Tags,     None),
];

impl Operation {
    /// `GET /tags`, as tests name it.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Its path with all parameters filled in.
    pub(crate) fn target(&self, username: &str, slug: &str, id: &str) -> String {
        let path = self.path.replace("{username}", username).replace("{slug}", slug).replace("{id}", id);
        format!("{BASE}{path}")
    }
}

/// The operation that answers a request.
pub(crate) fn find(method: &str, target: &str) -> Option<&'static Operation> {
    let path = target.split('?').next()?.strip_prefix(BASE)?;
    OPERATIONS.iter().find(|operation| operation.method == method && matches(operation.path, path))
}

fn matches(pattern: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    let fits = pattern.split('/').all(|wanted| {
        segments.next().is_some_and(|found| found == wanted || (wanted.starts_with('{') && !found.is_empty()))
    });
    fits && segments.next().is_none()
}

/// The paths, each once.
pub(crate) fn paths() -> Vec<&'static str> {
    let mut paths: Vec<_> = OPERATIONS.iter().map(|operation| operation.path).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

#[test]
fn there_are_12_paths() {
    assert_eq!(paths().len(), 12, "{:?}", paths());
}

//! Who asks, by an argument: a function that takes a `User` is for those who have a token, and its document says so.
//!
//! `cargo run -p middleware --example auth_extractor`, then
//! `curl -i http://127.0.0.1:3000/me` and `curl http://127.0.0.1:3000/me -H 'Authorization: Bearer s3cret-of-ann'`

use axum::Router;
use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use route_runtime::openapi::{Describe, Description, SecurityScheme};
use route_runtime::{ApiError, Routes, RoutesError, get};

/// Whose tokens are good. A service keeps digests of them in a database, or verifies signatures.
#[derive(Clone)]
struct Tokens(&'static [(&'static str, &'static str)]);

impl Tokens {
    fn owner(&self, token: &str) -> Option<&'static str> {
        self.0.iter().find(|(good, _)| *good == token).map(|(_, owner)| *owner)
    }
}

/// The user whose token came with the request; without a good one it is answered 401.
struct User(&'static str);

/// The challenge that a 401 must have (RFC 9110, 11.6.1), with what RFC 6750, 3.1, says of a token that is no good.
fn unauthorized(detail: &'static str, challenge: &'static str) -> ApiError {
    ApiError::unauthorized(detail).header("www-authenticate", challenge)
}

impl<S: Sync> OptionalFromRequestParts<S> for User
where
    Tokens: FromRef<S>,
{
    type Rejection = ApiError;

    /// Where it is optional, a token that is there must still be good.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, ApiError> {
        let Some(header) = parts.headers.get(AUTHORIZATION) else { return Ok(None) };
        let credentials = header.to_str().ok().and_then(|text| text.split_once(' '));
        // The name of a scheme has no case (RFC 9110, 11.1).
        let token = credentials.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let owner = token.and_then(|(_, token)| Tokens::from_ref(state).owner(token.trim()));
        let invalid = || unauthorized("the token is not valid", "Bearer error=\"invalid_token\"");
        owner.map(|owner| Some(User(owner))).ok_or_else(invalid)
    }
}

impl<S: Sync> FromRequestParts<S> for User
where
    Tokens: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let user = <Self as OptionalFromRequestParts<S>>::from_request_parts(parts, state).await?;
        user.ok_or_else(|| unauthorized("sign in", "Bearer"))
    }
}

/// For the document, of all routes that take it.
impl Describe for User {
    fn describe(description: &mut Description<'_>) {
        description.security("token", SecurityScheme::bearer()).error(401);
    }
}

/// `state`, because no `State<…>` among the arguments says which one the extractor reads.
#[get("/me", state = Tokens)]
async fn me(User(name): User) -> String {
    name.to_owned()
}

#[get("/hello", state = Tokens)]
async fn hello(user: Option<User>) -> String {
    format!("hello {}", user.map_or("whoever you are", |User(name)| name))
}

fn app() -> Result<Router, RoutesError> {
    Routes::collect().with_state(Tokens(&[("s3cret-of-ann", "ann")])).into_router()
}

#[tokio::main]
async fn main() -> Result<(), route_runtime::Error> {
    route_runtime::Server::new(app()?).serve("127.0.0.1:3000").await
}

#[cfg(test)]
mod tests {
    use super::*;
    use route_runtime::openapi::Info;
    use route_runtime::testing::TestClient;
    use serde_json::json;

    #[tokio::test]
    async fn a_token_says_who_it_is() {
        let client = TestClient::new(app().unwrap());
        assert_eq!(client.get("/me").bearer("s3cret-of-ann").await.text(), "ann");
        assert_eq!(client.get("/me").header(AUTHORIZATION, "bearer  s3cret-of-ann").await.text(), "ann");
        assert_eq!(client.get("/hello").bearer("s3cret-of-ann").await.text(), "hello ann");
        assert_eq!(client.get("/hello").await.text(), "hello whoever you are");
    }

    #[tokio::test]
    async fn without_a_good_one_it_is_401_and_says_how() {
        let client = TestClient::new(app().unwrap());
        let anonymous = client.get("/me").await;
        anonymous.assert_problem(401, "sign in");
        assert_eq!(anonymous.header("www-authenticate"), Some("Bearer"));
        for credentials in ["Bearer guess", "Basic YTpi", "Bearer", "\u{e9}"] {
            for path in ["/me", "/hello"] {
                let refused = client.get(path).header(AUTHORIZATION, credentials).await;
                refused.assert_problem(401, "not valid");
                assert_eq!(refused.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));
            }
        }
    }

    #[test]
    fn the_document_says_who_may_ask() {
        let document = Routes::collect().openapi(Info::new("Users", "1.0.0")).to_json();
        let security = |path: &str| document["paths"][path]["get"]["security"].clone();
        assert_eq!(security("/me"), json!([{ "token": [] }]));
        assert_eq!(security("/hello"), json!([{ "token": [] }, {}]));
        assert!(document["paths"]["/me"]["get"]["responses"]["401"].is_object());
    }

    /// A function is still a function.
    #[tokio::test]
    async fn a_handler_is_called_by_hand() {
        assert_eq!(me(User("bob")).await, "bob");
    }
}

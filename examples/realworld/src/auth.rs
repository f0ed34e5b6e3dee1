//! Who asks: tokens, and the extractors `AuthUser` and `Option<AuthUser>`.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use chrono::Duration;
use jwt_compact::alg::{Hs256, Hs256Key};
use jwt_compact::{AlgorithmExt as _, Claims, Header, TimeOptions, UntrustedToken};
use route_runtime::ApiError;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::errors::unauthorized;
use crate::users::User;

/// How long a token is good for.
const DAYS: i64 = 60;

/// The user whose token came with the request. A request without a valid one is answered 401.
pub(crate) struct AuthUser(pub(crate) User);

impl AuthUser {
    pub(crate) fn id(self) -> i64 {
        self.0.id
    }
}

impl FromRequestParts<App> for AuthUser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let user = <Self as OptionalFromRequestParts<App>>::from_request_parts(parts, app).await?;
        user.ok_or_else(|| unauthorized("token", "is missing"))
    }
}

/// Where it is optional, a token that is there must still be valid: who sends one wants to be known.
impl OptionalFromRequestParts<App> for AuthUser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, ApiError> {
        let Some(header) = parts.headers.get(AUTHORIZATION) else { return Ok(None) };
        let invalid = || unauthorized("token", "is invalid");
        let (scheme, token) =
            header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(invalid)?;
        // The name of a scheme has no case (RFC 9110, 11.1).
        let token = scheme.eq_ignore_ascii_case("token").then_some(token.trim()).ok_or_else(invalid)?;
        let id = app.tokens.verify(token).ok_or_else(invalid)?;
        let user = app.db.read(move |db| User::by_id(db, id)).await?;
        user.map(|user| Some(AuthUser(user))).ok_or_else(invalid)
    }
}

/// The id of a user, which RFC 7519, 4.1.2, wants as a text.
#[derive(Serialize, Deserialize)]
struct Subject {
    sub: String,
}

/// Makes and verifies tokens: JWT, signed with HMAC and SHA-256, whatever a token says of itself.
#[derive(Clone)]
pub(crate) struct Tokens(Hs256Key);

impl Tokens {
    pub(crate) fn new(key: &[u8]) -> Self {
        Tokens(Hs256Key::new(key))
    }

    pub(crate) fn issue(&self, user: i64) -> Result<String, ApiError> {
        let claims = Claims::new(Subject { sub: user.to_string() });
        let claims = claims.set_duration_and_issuance(&TimeOptions::default(), Duration::days(DAYS));
        Ok(Hs256.token(&Header::empty().with_token_type("JWT"), &claims, &self.0)?)
    }

    /// The id of the user that a token was issued for.
    fn verify(&self, token: &str) -> Option<i64> {
        let token = UntrustedToken::new(token).ok()?;
        let token = Hs256.validator::<Subject>(&self.0).validate(&token).ok()?;
        token.claims().validate_expiration(&TimeOptions::default()).ok()?;
        token.claims().custom.sub.parse().ok()
    }
}

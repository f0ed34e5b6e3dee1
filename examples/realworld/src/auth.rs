//! Who asks: tokens, and the extractors `AuthUser` and `Option<AuthUser>`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use hmac::{Hmac, Mac as _};
use jwt::{SignWithKey as _, VerifyWithKey as _};
use route_runtime::ApiError;
use route_runtime::openapi::{Describe, Description, SecurityScheme};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::app::App;
use crate::errors::unauthorized;
use crate::users::User;

/// How long a token is good for: 60 days.
const LIFE: Duration = Duration::from_secs(60 * 24 * 60 * 60);

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

/// For the document, of all routes that ask who it is.
impl Describe for AuthUser {
    fn describe(description: &mut Description<'_>) {
        description.security("Token", SecurityScheme::header("Authorization")).error(401);
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    /// The id of the user, which RFC 7519, 4.1.2, wants as a text.
    sub: String,
    /// When it was issued and when it ends, in seconds since 1970.
    iat: u64,
    exp: u64,
}

/// Makes and verifies tokens: JWT, signed with HMAC and SHA-256, whatever a token says of itself.
#[derive(Clone)]
pub(crate) struct Tokens(Hmac<Sha256>);

impl Tokens {
    pub(crate) fn new(key: &[u8]) -> Result<Self, ApiError> {
        Ok(Tokens(Hmac::new_from_slice(key)?))
    }

    pub(crate) fn issue(&self, user: i64) -> Result<String, ApiError> {
        let now = now()?;
        let claims = Claims { sub: user.to_string(), iat: now, exp: now + LIFE.as_secs() };
        Ok(claims.sign_with_key(&self.0)?)
    }

    /// The id of the user that a token was issued for.
    fn verify(&self, token: &str) -> Option<i64> {
        let Claims { sub, exp, .. } = token.verify_with_key(&self.0).ok()?;
        (now().ok()? < exp).then(|| sub.parse().ok())?
    }
}

fn now() -> Result<u64, ApiError> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())
}

//! What users show of themselves, and who follows whom.

use route_runtime::{ApiError, ApiResponse, ApiResult, State, delete, get, post};
use rusqlite::{Connection, OptionalExtension as _, Row, named_params};
use schemars::JsonSchema;
use serde::Serialize;

use crate::app::App;
use crate::auth::AuthUser;
use crate::errors::not_found;

// `{"profile": …}`
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Body {
    profile: Profile,
}

/// A user as others see her.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Profile {
    username: String,
    bio: String,
    image: String,
    following: bool,
}

impl Profile {
    /// The columns of a user `u` for the viewer `:viewer`.
    pub(crate) const COLUMNS: &str = "u.username, u.bio, u.image,
        EXISTS (SELECT 1 FROM follow WHERE follower = :viewer AND followed = u.id) AS following";

    pub(crate) fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Profile {
            username: row.get("username")?,
            bio: row.get("bio")?,
            image: row.get("image")?,
            following: row.get("following")?,
        })
    }
}

/// The profile of a user.
#[get("/profiles/[username]", status = 200)]
async fn profile(viewer: Option<AuthUser>, username: String, State(app): State<App>) -> ApiResult<Body> {
    let viewer = viewer.map(AuthUser::id);
    let profile = app.db.read(move |db| by_name(db, &username, viewer)).await?;
    Ok(ApiResponse::ok(Body { profile }))
}

/// Follows a user.
#[post("/profiles/[username]/follow", status = 200)]
async fn follow(user: AuthUser, username: String, State(app): State<App>) -> ApiResult<Body> {
    let sql = "INSERT OR IGNORE INTO follow (follower, followed) SELECT ?1, id FROM user WHERE username = ?2";
    set(&app, user, username, sql).await
}

/// Follows a user no longer.
#[delete("/profiles/[username]/follow", status = 200)]
async fn unfollow(user: AuthUser, username: String, State(app): State<App>) -> ApiResult<Body> {
    let sql =
        "DELETE FROM follow WHERE follower = ?1 AND followed = (SELECT id FROM user WHERE username = ?2)";
    set(&app, user, username, sql).await
}

async fn set(app: &App, user: AuthUser, username: String, sql: &'static str) -> ApiResult<Body> {
    let profile = app.db.write(move |db| {
        let follower = user.id();
        db.execute(sql, (follower, &username))?;
        by_name(db, &username, Some(follower))
    });
    Ok(ApiResponse::ok(Body { profile: profile.await? }))
}

fn by_name(db: &Connection, username: &str, viewer: Option<i64>) -> Result<Profile, ApiError> {
    let sql = format!("SELECT {} FROM user u WHERE username = :username", Profile::COLUMNS);
    let mut found = db.prepare_cached(&sql)?;
    let found = found.query_one(named_params! { ":username": username, ":viewer": viewer }, Profile::of);
    found.optional()?.ok_or_else(|| not_found("profile"))
}

//! Comments on articles.

use route_runtime::{ApiError, ApiRequest, ApiResponse, ApiResult, State, delete, get, post};
use rusqlite::{Connection, OptionalExtension as _, Row, named_params};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::articles::id_of;
use crate::auth::AuthUser;
use crate::errors::{forbidden, not_found};
use crate::input::Text;
use crate::profiles::Profile;

// `{"comment": …}`
#[derive(Deserialize, Serialize, JsonSchema)]
#[schemars(inline)]
struct Body<T> {
    comment: T,
}

#[derive(Deserialize, JsonSchema)]
struct NewComment {
    body: Text<5_000>,
}

/// Comments on an article.
#[post("/articles/[slug]/comments", status = 200)]
async fn add(
    user: AuthUser,
    slug: String,
    req: ApiRequest<Body<NewComment>>,
    State(app): State<App>,
) -> ApiResult<Body<Comment>> {
    let Text(body) = req.into_body().comment.body;
    let comment = app.db.write(move |db| {
        let author = user.id();
        let insert = "INSERT INTO comment (article, author, body) VALUES (?1, ?2, ?3)";
        db.execute(insert, (id_of(db, &slug)?, author, body))?;
        let comment = Comment::all(db, "c.id = :id", db.last_insert_rowid(), Some(author))?.pop();
        comment.ok_or_else(|| not_found("comment"))
    });
    Ok(ApiResponse::ok(Body { comment: comment.await? }))
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct List {
    comments: Vec<Comment>,
}

/// The newest comments on an article, 1000 at most.
// That many of the longest comments, in control characters that JSON writes as `\u0001`, are 48 megabytes.
#[get("/articles/[slug]/comments", status = 200, response_limit = "64mb")]
async fn list(viewer: Option<AuthUser>, slug: String, State(app): State<App>) -> ApiResult<List> {
    let viewer = viewer.map(AuthUser::id);
    let comments = app.db.read(move |db| {
        let newest = "c.article = :id ORDER BY c.id DESC LIMIT 1000";
        Comment::all(db, newest, id_of(db, &slug)?, viewer)
    });
    Ok(ApiResponse::ok(List { comments: comments.await? }))
}

/// Deletes one's own comment.
#[delete("/articles/[slug]/comments/[id]", status = 204)]
async fn remove(user: AuthUser, slug: String, id: i64, State(app): State<App>) -> Result<(), ApiError> {
    let remove = app.db.write(move |db| {
        let find = "SELECT author FROM comment WHERE id = ?1 AND article = ?2";
        let author = db.query_one(find, (id, id_of(db, &slug)?), |row| row.get::<_, i64>(0)).optional()?;
        if author.ok_or_else(|| not_found("comment"))? != user.id() {
            return Err(forbidden("comment"));
        }
        db.execute("DELETE FROM comment WHERE id = ?1", [id])?;
        Ok(())
    });
    remove.await
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Comment {
    id: i64,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    #[schemars(extend("format" = "date-time"))]
    updated_at: String,
    body: String,
    author: Profile,
}

impl Comment {
    /// The comments for which `condition` about `:id` holds, as the viewer sees them.
    fn all(db: &Connection, condition: &str, id: i64, viewer: Option<i64>) -> Result<Vec<Self>, ApiError> {
        let select = format!(
            "SELECT c.id, c.created_at, c.updated_at, c.body, {} FROM comment c JOIN user u ON u.id = c.author
            WHERE {condition}",
            Profile::COLUMNS
        );
        let mut select = db.prepare_cached(&select)?;
        let rows = select.query_map(named_params! { ":id": id, ":viewer": viewer }, Comment::of)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Comment {
            id: row.get("id")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
            body: row.get("body")?,
            author: Profile::of(row)?,
        })
    }
}

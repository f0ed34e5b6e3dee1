//! Three endpoints of this application, and the tags, by hand: axum without `route-runtime`.
//!
//! The modules below are the same, so only the HTTP layer differs. `tests/plain.rs` compares the answers,
//! `benches/throughput.rs` the speed, and the README shows both side by side.

mod adapter;
mod http;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{delete, get};
use rusqlite::OptionalExtension as _;
use serde::{Deserialize, Serialize};

use self::adapter::{Auth, Error};
use crate::app::App;
use crate::articles::store::{self, Article, Filter, List};
use crate::articles::{Body, NewArticle, id_of};
use crate::auth::AuthUser;
use crate::errors::{forbidden, not_found};
use crate::input::Within;

pub(crate) use self::http::{Json, guarded};

pub(crate) fn router(app: App) -> Router {
    guarded(api(), app)
}

pub(crate) fn api() -> Router<App> {
    Router::new()
        .route("/articles", get(list).post(publish))
        .route("/articles/{slug}/comments/{id}", delete(remove))
        .route("/tags", get(tags))
}

#[derive(Deserialize)]
struct Page {
    tag: Option<String>,
    author: Option<String>,
    favorited: Option<String>,
    limit: Option<i64>,
    offset: Option<i64>,
}

/// The newest articles: those of an author, with a tag, of somebody's favourites.
async fn list(
    State(app): State<App>,
    Auth(viewer): Auth<Option<AuthUser>>,
    Query(Page { tag, author, favorited, limit, offset }): Query<Page>,
) -> Result<Json<List>, Error> {
    let limit = limit.map(Within::try_from).transpose().map_err(Error::invalid("limit"))?;
    let offset = offset.map(Within::try_from).transpose().map_err(Error::invalid("offset"))?;
    let filter = Filter { tag, author, favorited, follower: None, viewer: viewer.map(AuthUser::id) };
    let list = app.db.read(move |db| filter.list(db, limit, offset));
    Ok(Json(list.await?))
}

/// Publishes an article.
async fn publish(
    State(app): State<App>,
    Auth(user): Auth<AuthUser>,
    Json(body): Json<Body<NewArticle>>,
) -> Result<(StatusCode, Json<Body<Article>>), Error> {
    let NewArticle { title, description, body, tag_list } = body.article;
    let article = app.db.write(move |db| {
        let author = user.id();
        let slug = store::free_slug(db, &title.0, None)?;
        let insert =
            "INSERT INTO article (slug, title, description, body, author) VALUES (?1, ?2, ?3, ?4, ?5)";
        db.execute(insert, (&slug, title.0, description.0, body.0, author))?;
        store::set_tags(db, db.last_insert_rowid(), &tag_list.0)?;
        store::by_slug(db, &slug, Some(author))
    });
    Ok((StatusCode::CREATED, Json(Body { article: article.await? })))
}

/// Deletes one's own comment.
async fn remove(
    State(app): State<App>,
    Auth(user): Auth<AuthUser>,
    Path((slug, id)): Path<(String, i64)>,
) -> Result<StatusCode, Error> {
    let remove = app.db.write(move |db| {
        let find = "SELECT author FROM comment WHERE id = ?1 AND article = ?2";
        let author = db.query_one(find, (id, id_of(db, &slug)?), |row| row.get::<_, i64>(0)).optional()?;
        if author.ok_or_else(|| not_found("comment"))? != user.id() {
            return Err(forbidden("comment"));
        }
        db.execute("DELETE FROM comment WHERE id = ?1", [id])?;
        Ok(())
    });
    remove.await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize)]
struct Tags {
    tags: Vec<String>,
}

/// The tags of articles, in the order of the alphabet: the 10,000 that most have.
async fn tags(State(app): State<App>) -> Result<Json<Tags>, Error> {
    let tags = app.db.read(|db| {
        let most = "SELECT name FROM tag GROUP BY name ORDER BY count(*) DESC, name LIMIT 10000";
        let mut tags = db.prepare_cached(&format!("SELECT name FROM ({most}) ORDER BY name"))?;
        Ok(tags.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    });
    Ok(Json(Tags { tags: tags.await? }))
}

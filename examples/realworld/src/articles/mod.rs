//! Articles: lists, the feed, and one by its slug; favourites.

pub(crate) mod store;

use route_runtime::{ApiError, ApiRequest, ApiResponse, ApiResult, Invalid, State, delete, get, post, put};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::store::{Article, Filter, List};
use crate::app::App;
use crate::auth::AuthUser;
use crate::input::{Given, Limit, Offset, Text};

pub(crate) use self::store::id_of;

// `{"article": …}`, as all bodies of this module are but those of lists.
#[derive(Deserialize, Serialize, JsonSchema)]
#[schemars(inline)]
pub(crate) struct Body<T> {
    pub(crate) article: T,
}

/// The newest articles: those of an author, with a tag, of somebody's favourites.
// A thousand of the longest articles, in control characters that JSON writes as `\u0001`, are 41 megabytes.
#[get("/articles?tag&author&favorited&limit&offset", status = 200, response_limit = "48mb")]
async fn list(
    viewer: Option<AuthUser>,
    tag: Option<String>,
    author: Option<String>,
    favorited: Option<String>,
    limit: Limit,
    offset: Offset,
    State(app): State<App>,
) -> ApiResult<List> {
    let filter = Filter { tag, author, favorited, follower: None, viewer: viewer.map(AuthUser::id) };
    let list = app.db.read(move |db| filter.list(db, limit, offset));
    Ok(ApiResponse::ok(list.await?))
}

/// The newest articles of those whom one follows.
#[get("/articles/feed?limit&offset", status = 200, response_limit = "48mb")]
async fn feed(user: AuthUser, limit: Limit, offset: Offset, State(app): State<App>) -> ApiResult<List> {
    let user = Some(user.id());
    let filter = Filter { follower: user, viewer: user, ..Filter::default() };
    let list = app.db.read(move |db| filter.list(db, limit, offset));
    Ok(ApiResponse::ok(list.await?))
}

/// One article.
#[get("/articles/[slug]", status = 200)]
async fn read(viewer: Option<AuthUser>, slug: String, State(app): State<App>) -> ApiResult<Body<Article>> {
    let viewer = viewer.map(AuthUser::id);
    let article = app.db.read(move |db| store::by_slug(db, &slug, viewer)).await?;
    Ok(ApiResponse::ok(Body { article }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewArticle {
    pub(crate) title: Text<200>,
    pub(crate) description: Text<1000>,
    pub(crate) body: Text<100_000>,
    #[serde(default)]
    pub(crate) tag_list: Tags,
}

/// Publishes an article.
#[post("/articles", status = 201)]
async fn publish(
    user: AuthUser,
    req: ApiRequest<Body<NewArticle>>,
    State(app): State<App>,
) -> ApiResult<Body<Article>> {
    let NewArticle { title, description, body, tag_list } = req.into_body().article;
    let article = app.db.write(move |db| {
        let author = user.id();
        let slug = store::free_slug(db, &title.0, None)?;
        let insert =
            "INSERT INTO article (slug, title, description, body, author) VALUES (?1, ?2, ?3, ?4, ?5)";
        db.execute(insert, (&slug, title.0, description.0, body.0, author))?;
        store::set_tags(db, db.last_insert_rowid(), &tag_list.0)?;
        store::by_slug(db, &slug, Some(author))
    });
    Ok(ApiResponse::ok(Body { article: article.await? }))
}

#[derive(Deserialize, Default, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
struct ArticleChanges {
    title: Given<Text<200>>,
    description: Given<Text<1000>>,
    body: Given<Text<100_000>>,
    tag_list: Given<Tags>,
}

/// Changes what is given of one's own article.
#[put("/articles/[slug]", status = 200)]
async fn update(
    user: AuthUser,
    slug: String,
    req: ApiRequest<Body<ArticleChanges>>,
    State(app): State<App>,
) -> ApiResult<Body<Article>> {
    let changes = req.into_body().article;
    let article = app.db.write(move |db| {
        let author = user.id();
        let store::Own { id, title: old_title } = store::own(db, &slug, author)?;
        let title = changes.title.0.map(|Text(title)| title);
        let slug = match title.as_ref().filter(|title| **title != old_title) {
            Some(title) => store::free_slug(db, title, Some(id))?,
            None => slug,
        };
        let description = changes.description.0.map(|Text(description)| description);
        let body = changes.body.0.map(|Text(body)| body);
        let update = "UPDATE article SET slug = ?2, title = coalesce(?3, title), body = coalesce(?5, body),
            description = coalesce(?4, description), updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
            WHERE id = ?1";
        db.execute(update, (id, &slug, title, description, body))?;
        if let Some(Tags(tags)) = changes.tag_list.0 {
            store::set_tags(db, id, &tags)?;
        }
        store::by_slug(db, &slug, Some(author))
    });
    Ok(ApiResponse::ok(Body { article: article.await? }))
}

/// Deletes one's own article, and with it its comments.
#[delete("/articles/[slug]", status = 204)]
async fn remove(user: AuthUser, slug: String, State(app): State<App>) -> Result<(), ApiError> {
    let remove = app.db.write(move |db| {
        let store::Own { id, .. } = store::own(db, &slug, user.id())?;
        db.execute("DELETE FROM article WHERE id = ?1", [id])?;
        Ok(())
    });
    remove.await
}

/// Makes an article a favourite.
#[post("/articles/[slug]/favorite", status = 200)]
async fn favorite(user: AuthUser, slug: String, State(app): State<App>) -> ApiResult<Body<Article>> {
    let sql = "INSERT OR IGNORE INTO favorite (user, article) SELECT ?1, id FROM article WHERE slug = ?2";
    set(&app, user, slug, sql).await
}

/// Makes an article a favourite no longer.
#[delete("/articles/[slug]/favorite", status = 200)]
async fn unfavorite(user: AuthUser, slug: String, State(app): State<App>) -> ApiResult<Body<Article>> {
    let sql = "DELETE FROM favorite WHERE user = ?1 AND article = (SELECT id FROM article WHERE slug = ?2)";
    set(&app, user, slug, sql).await
}

async fn set(app: &App, user: AuthUser, slug: String, sql: &'static str) -> ApiResult<Body<Article>> {
    let article = app.db.write(move |db| {
        let user = user.id();
        db.execute(sql, (user, &slug))?;
        store::by_slug(db, &slug, Some(user))
    });
    Ok(ApiResponse::ok(Body { article: article.await? }))
}

/// How many tags an article may have.
const MOST_TAGS: usize = 50;

/// The tags of an article.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(try_from = "Vec<Text<50>>")]
#[schemars(inline, extend("maxItems" = MOST_TAGS))]
pub(crate) struct Tags(pub(crate) Vec<String>);

impl TryFrom<Vec<Text<50>>> for Tags {
    type Error = Invalid;

    fn try_from(tags: Vec<Text<50>>) -> Result<Self, Invalid> {
        if tags.len() > MOST_TAGS {
            return Err(Invalid::new(format!("has too many: at most {MOST_TAGS}")));
        }
        Ok(Tags(tags.into_iter().map(|Text(tag)| tag).collect()))
    }
}

//! Articles in the database.

use route_runtime::ApiError;
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, named_params};
use schemars::JsonSchema;
use serde::Serialize;

use crate::errors::{forbidden, not_found};
use crate::input::{Limit, Offset, Within};
use crate::profiles::Profile;

/// An article as lists have it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Preview {
    slug: String,
    title: String,
    description: String,
    tag_list: Vec<String>,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    #[schemars(extend("format" = "date-time"))]
    updated_at: String,
    favorited: bool,
    favorites_count: i64,
    author: Profile,
}

/// An article.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Article {
    #[serde(flatten)]
    preview: Preview,
    body: String,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub(crate) struct List {
    articles: Vec<Preview>,
    articles_count: i64,
}

impl Preview {
    /// The columns of an article `a` of an author `u` for the viewer `:viewer`.
    const COLUMNS: &str = "a.slug, a.title, a.description, a.created_at, a.updated_at,
        (SELECT json_group_array(name ORDER BY name) FROM tag WHERE article = a.id) AS tags,
        (SELECT count(*) FROM favorite WHERE article = a.id) AS favorites,
        EXISTS (SELECT 1 FROM favorite WHERE article = a.id AND user = :viewer) AS favorited";

    fn of(row: &Row<'_>) -> Result<Self, ApiError> {
        Ok(Preview {
            slug: row.get("slug")?,
            title: row.get("title")?,
            description: row.get("description")?,
            tag_list: serde_json::from_str(row.get_ref("tags")?.as_str()?)?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
            favorited: row.get("favorited")?,
            favorites_count: row.get("favorites")?,
            author: Profile::of(row)?,
        })
    }
}

/// Which articles a list has, and for whom it is.
#[derive(Default)]
pub(crate) struct Filter {
    pub(crate) tag: Option<String>,
    pub(crate) author: Option<String>,
    /// A user whose favourites they are.
    pub(crate) favorited: Option<String>,
    /// A user who follows the authors.
    pub(crate) follower: Option<i64>,
    pub(crate) viewer: Option<i64>,
}

impl Filter {
    /// The newest, and how many there are in all.
    pub(crate) fn list(&self, db: &Connection, limit: Limit, offset: Offset) -> Result<List, ApiError> {
        let given: [(&str, Option<&dyn ToSql>, &str); 4] = [
            (":tag", to_sql(&self.tag), "id IN (SELECT article FROM tag WHERE name = :tag)"),
            (":author", to_sql(&self.author), "author = (SELECT id FROM user WHERE username = :author)"),
            (
                ":favorited",
                to_sql(&self.favorited),
                "id IN (SELECT article FROM favorite JOIN user ON user.id = favorite.user
                    WHERE username = :favorited)",
            ),
            (
                ":follower",
                to_sql(&self.follower),
                "author IN (SELECT followed FROM follow WHERE follower = :follower)",
            ),
        ];
        // Only what is asked for, so that there is an index for it.
        let mut conditions = String::from("TRUE");
        let mut params: Vec<(&str, &dyn ToSql)> = Vec::new();
        for (name, value, condition) in given {
            if let Some(value) = value {
                conditions.push_str(" AND ");
                conditions.push_str(condition);
                params.push((name, value));
            }
        }
        let count = format!("SELECT count(*) FROM article WHERE {conditions}");
        let articles_count = db.prepare_cached(&count)?.query_one(&*params, |row| row.get(0))?;

        // The articles of the page are found first: what they look like is asked of them alone.
        let select = format!(
            "SELECT {}, {} FROM article a JOIN user u ON u.id = a.author WHERE a.id IN
            (SELECT id FROM article WHERE {conditions} ORDER BY id DESC LIMIT :limit OFFSET :offset)
            ORDER BY a.id DESC",
            Preview::COLUMNS,
            Profile::COLUMNS,
        );
        let (limit, offset) = (Within::or_default(limit), Within::or_default(offset));
        params.extend([(":viewer", &self.viewer as &dyn ToSql), (":limit", &limit), (":offset", &offset)]);
        let mut select = db.prepare_cached(&select)?;
        let articles = select.query_and_then(&*params, Preview::of)?.collect::<Result<_, _>>()?;
        Ok(List { articles, articles_count })
    }
}

fn to_sql<T: ToSql>(value: &Option<T>) -> Option<&dyn ToSql> {
    value.as_ref().map(|value| value as &dyn ToSql)
}

pub(crate) fn by_slug(db: &Connection, slug: &str, viewer: Option<i64>) -> Result<Article, ApiError> {
    let select = format!(
        "SELECT {}, {}, a.body FROM article a JOIN user u ON u.id = a.author WHERE a.slug = :slug",
        Preview::COLUMNS,
        Profile::COLUMNS
    );
    let mut select = db.prepare_cached(&select)?;
    let mut rows = select.query(named_params! { ":slug": slug, ":viewer": viewer })?;
    let row = rows.next()?.ok_or_else(|| not_found("article"))?;
    Ok(Article { preview: Preview::of(row)?, body: row.get("body")? })
}

/// What has to be known of an article to change it.
pub(super) struct Own {
    pub(super) id: i64,
    pub(super) title: String,
}

/// The article, if it is the user's own.
pub(super) fn own(db: &Connection, slug: &str, user: i64) -> Result<Own, ApiError> {
    let find = "SELECT id, title, author FROM article WHERE slug = ?1";
    let found = db.query_one(find, [slug], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    let (id, title, author): (i64, String, i64) = found.ok_or_else(|| not_found("article"))?;
    if author == user { Ok(Own { id, title }) } else { Err(forbidden("article")) }
}

/// The id of an article.
pub(crate) fn id_of(db: &Connection, slug: &str) -> Result<i64, ApiError> {
    let found =
        db.query_one("SELECT id FROM article WHERE slug = ?1", [slug], |row| row.get(0)).optional()?;
    found.ok_or_else(|| not_found("article"))
}

/// A slug of the title that no article has, but the one with the id `own`.
pub(crate) fn free_slug(db: &Connection, title: &str, own: Option<i64>) -> Result<String, ApiError> {
    let slug = slug::slugify(title);
    // ASCII, so it can be cut anywhere.
    let slug = slug.get(..100).unwrap_or(&slug).trim_end_matches('-');
    let slug = if slug.is_empty() { "article" } else { slug };
    // `/articles/feed` is the feed.
    let taken = "SELECT ?1 = 'feed' OR EXISTS (SELECT 1 FROM article WHERE slug = ?1 AND id IS NOT ?2)";
    if !db.query_one(taken, (slug, own), |row| row.get::<_, bool>(0))? {
        return Ok(slug.to_owned());
    }
    // 64 random bits: it would take billions of articles of one title for two of them to meet.
    Ok(db.query_one("SELECT ?1 || '-' || lower(hex(randomblob(8)))", [slug], |row| row.get(0))?)
}

pub(crate) fn set_tags(db: &Connection, article: i64, tags: &[String]) -> Result<(), ApiError> {
    db.execute("DELETE FROM tag WHERE article = ?1", [article])?;
    let mut insert = db.prepare_cached("INSERT OR IGNORE INTO tag (article, name) VALUES (?1, ?2)")?;
    for tag in tags {
        insert.execute((article, tag))?;
    }
    Ok(())
}

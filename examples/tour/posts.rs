//! The article's form: posts are created, listed and read.

use route_runtime::{ApiError, ApiRequest, ApiResponse, State, get, post};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::store::{Post, Store};

const LONGEST_TITLE: usize = 200;
const LONGEST_POST: usize = 10_000;

#[derive(Deserialize, JsonSchema)]
struct NewPost {
    #[schemars(length(min = 1, max = 200), regex(pattern = r"\S"))]
    title: String,
    #[schemars(length(min = 1, max = 10_000), regex(pattern = r"\S"))]
    post: String,
}

impl NewPost {
    /// The trimmed texts, or everything that is wrong with them.
    fn checked(self) -> Result<(String, String), ApiError> {
        let mistakes = [("/title", &self.title, LONGEST_TITLE), ("/post", &self.post, LONGEST_POST)]
            .into_iter()
            .filter(|(_, text, longest)| text.trim().is_empty() || text.chars().count() > *longest)
            .map(|(pointer, _, longest)| (pointer, format!("must have 1 to {longest} characters")));
        ApiError::all_valid(mistakes).map_err(|error| error.detail("the post can't be kept as it is"))?;
        let [title, post] = [self.title, self.post].map(|text| text.trim().to_owned());
        Ok((title, post))
    }
}

/// How many posts are listed at most.
#[derive(Deserialize, JsonSchema)]
struct Limit(#[schemars(range(min = 1, max = 100))] u32);

#[derive(Serialize, JsonSchema)]
struct Kept {
    id: i64,
    message: String,
}

/// Keeps a post, sent as JSON or by a form.
// A form may spend twelve bytes on a character: `%F0%9F%8E%89`.
#[post("/api/post", status = 201, body_limit = "128kb")]
async fn create(req: ApiRequest<NewPost>, State(store): State<Store>) -> Result<ApiResponse<Kept>, ApiError> {
    let (title, post) = req.into_body().checked()?;
    let message = format!("The post titled {title} says: {post}");
    let id = store.add(title, post).await?;
    Ok(ApiResponse::ok(Kept { id, message }).header("location", format!("/api/post/{id}")))
}

/// The newest posts; `before` an id, those that are older.
// A hundred of the longest posts, in control characters that JSON writes as `\u0001`, are six megabytes.
#[get("/api/post?limit&before", response_limit = "8mb")]
async fn list(
    limit: Option<Limit>,
    before: Option<i64>,
    State(store): State<Store>,
) -> Result<ApiResponse<Vec<Post>>, ApiError> {
    let limit = limit.map_or(20, |Limit(limit)| limit);
    if !(1..=100).contains(&limit) {
        return Err(ApiError::bad_request("query parameter `limit` must be from 1 to 100"));
    }
    Ok(ApiResponse::ok(store.newest(limit, before.unwrap_or(i64::MAX)).await?))
}

/// One post.
#[get("/api/post/[id]")]
async fn read(id: i64, State(store): State<Store>) -> Result<ApiResponse<Post>, ApiError> {
    let post = store.get(id).await?;
    post.map(ApiResponse::ok).ok_or(ApiError::not_found("no post has this id"))
}

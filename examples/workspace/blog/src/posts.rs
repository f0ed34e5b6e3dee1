//! What readers and authors see.

use route_runtime::{ApiError, ApiRequest, ApiResponse, ApiResult, State, get, post};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Post, Store};

#[derive(Serialize, JsonSchema)]
struct About {
    title: String,
    posts: usize,
}

#[derive(Deserialize, JsonSchema)]
struct NewPost {
    title: String,
    text: String,
}

/// What the blog is called. Below a base, `/` is the base itself.
#[get("/")]
async fn about(State(store): State<Store>) -> ApiResponse<About> {
    ApiResponse::ok(About { title: store.title().to_owned(), posts: store.count() })
}

/// All posts.
#[get("/posts")]
async fn list(State(store): State<Store>) -> ApiResponse<Vec<Post>> {
    ApiResponse::ok(store.all())
}

/// Keeps a post.
#[post("/posts", status = 201)]
async fn publish(req: ApiRequest<NewPost>, State(store): State<Store>) -> ApiResponse<Post> {
    let NewPost { title, text } = req.into_body();
    let post = store.add(title, text);
    // Relative to `…/posts`, as only the app knows what stands before it.
    let location = format!("posts/{}", post.id());
    ApiResponse::ok(post).header("location", location)
}

/// One post.
#[get("/posts/[id]")]
async fn read(id: u64, State(store): State<Store>) -> ApiResult<Post> {
    store.get(id).map(ApiResponse::ok).ok_or(ApiError::not_found("no post has this id"))
}

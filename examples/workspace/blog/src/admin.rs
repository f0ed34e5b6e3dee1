//! What only who runs the blog may do. Nobody is asked for a password here: the app serves this module where the public
//! can't reach it.

use route_runtime::{ApiError, ApiResponse, ApiResult, State, delete, get};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{Post, Store};

#[derive(Serialize, JsonSchema)]
struct Stats {
    posts: usize,
}

/// How much there is.
#[get("/stats")]
async fn stats(State(store): State<Store>) -> ApiResponse<Stats> {
    ApiResponse::ok(Stats { posts: store.count() })
}

/// Removes a post, and returns it a last time.
#[delete("/posts/[id]")]
async fn remove(id: u64, State(store): State<Store>) -> ApiResult<Post> {
    store.remove(id).map(ApiResponse::ok).ok_or(ApiError::not_found("no post has this id"))
}

//! Tags that articles have.

use route_runtime::{ApiResponse, ApiResult, State, get};
use schemars::JsonSchema;
use serde::Serialize;

use crate::app::App;

// `{"tags": …}`
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Body {
    tags: Vec<String>,
}

/// The tags of articles, in the order of the alphabet: the 10,000 that most have.
// That many of the longest, in control characters that JSON writes as `\u0001`, are 3 megabytes.
#[get("/tags", status = 200)]
async fn tags(State(app): State<App>) -> ApiResult<Body> {
    let tags = app.db.read(|db| {
        let most = "SELECT name FROM tag GROUP BY name ORDER BY count(*) DESC, name LIMIT 10000";
        let mut tags = db.prepare_cached(&format!("SELECT name FROM ({most}) ORDER BY name"))?;
        Ok(tags.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    });
    Ok(ApiResponse::ok(Body { tags: tags.await? }))
}

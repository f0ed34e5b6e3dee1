//! Tags that articles have.

use route_runtime::{ApiResponse, ApiResult, State, get};
use serde::Serialize;

use crate::app::App;

/// `{"tags": …}`
#[derive(Serialize)]
struct Body {
    tags: Vec<String>,
}

/// All tags, in the order of the alphabet.
#[get("/tags", response_limit = "32mb")]
async fn tags(State(app): State<App>) -> ApiResult<Body> {
    let tags = app.db.read(|db| {
        let mut tags = db.prepare_cached("SELECT DISTINCT name FROM tag ORDER BY name")?;
        Ok(tags.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    });
    Ok(ApiResponse::ok(Body { tags: tags.await? }))
}

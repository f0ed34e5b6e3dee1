//! The handlers of the article, and those of the edge.

use route_runtime::axum::Json;
use route_runtime::axum::http::Uri;
use route_runtime::{ApiRequest, ApiResponse, api_route};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Serialize)]
struct Greeting {
    name: &'static str,
}

#[api_route("/api/hello")]
async fn hello(_req: ApiRequest, res: ApiResponse<Greeting>) -> ApiResponse<Greeting> {
    res.status(200).json(Greeting { name: "John Doe" })
}

#[derive(Serialize)]
struct Message {
    message: String,
}

#[api_route("/api/method")]
async fn method(req: ApiRequest, res: ApiResponse<Message>) -> ApiResponse<Message> {
    let message = if req.method() == "POST" { "POST request" } else { "Other request" };
    res.status(200).json(Message { message: message.to_owned() })
}

#[derive(Deserialize, JsonSchema)]
struct Post {
    title: String,
    post: String,
}

#[api_route("/api/post")]
async fn post(req: ApiRequest<Post>, res: ApiResponse<Message>) -> ApiResponse<Message> {
    let Post { title, post } = req.into_body();
    res.status(200).json(Message { message: format!("The post titled {title} says: {post}") })
}

/// What is no number is refused before the handler.
#[api_route("/api/trivia/[number]")]
async fn trivia(number: f64, res: ApiResponse) -> ApiResponse {
    res.status(200).send(format!("{number} is a number."))
}

/// The search of an URL: the query with its question mark, or nothing.
fn search(uri: &Uri) -> String {
    uri.query().map(|query| format!("?{query}")).unwrap_or_default()
}

/// A handler of the edge makes a web `Response`; axum's own answers are these here.
#[api_route("/api/edge/hello")]
async fn edge(uri: Uri) -> Json<Value> {
    Json(json!({ "edge": true, "search": search(&uri) }))
}

#[api_route("/api/edge/[id]")]
async fn edge_id(_id: String, uri: Uri) -> String {
    search(&uri)
}

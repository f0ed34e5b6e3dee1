//! The article's API routes of Next.js, and the same in Rust: `req` in, `res` out.
//!
//! `cargo run --example nextjs_style`, then `curl -i http://127.0.0.1:3000/api/hello` and the others below.

use route_runtime::{ApiRequest, ApiResponse, Routes, api_route};
use serde::{Deserialize, Serialize};

// pages/api/hello.js
//
//     export default function handler(req, res) {
//       res.status(200).json({ name: 'John Doe' })
//     }

#[derive(Serialize)]
struct Name {
    name: &'static str,
}

#[api_route("/api/hello")]
async fn hello(_req: ApiRequest, res: ApiResponse<Name>) -> ApiResponse<Name> {
    res.status(200).json(Name { name: "John Doe" })
}

// pages/api/method.js
//
//     export default function handler(req, res) {
//       if (req.method === 'POST') {
//         res.status(200).json({ message: 'POST request' })
//       } else {
//         res.status(200).json({ message: 'Other request' })
//       }
//     }
//
// In Rust the type of the answer is known to whoever reads the signature. Where one function answers for each method,
// `#[post(…)]` and `#[get(…)]` say so, and the others are a 405.

#[derive(Serialize)]
struct Message {
    message: String,
}

#[api_route("/api/method")]
async fn method(req: ApiRequest, res: ApiResponse<Message>) -> ApiResponse<Message> {
    if req.method() == "POST" {
        res.status(200).json(Message { message: "POST request".to_owned() })
    } else {
        res.status(200).json(Message { message: "Other request".to_owned() })
    }
}

// pages/api/trivia/[number].js
//
//     export default function handler(req, res) {
//       const { number } = req.query
//       if (Number.isNaN(Number(number))) {
//         return res.status(400).send('Invalid request!!')
//       }
//       res.status(200).send(`${number} is a number.`)
//     }
//
// `req.param`, not `req.query`: what stands in the path can't be overwritten by `?number=`. As an argument,
// `number: f64`, it would need no check at all.

#[api_route("/api/trivia/[number]")]
async fn trivia(req: ApiRequest, res: ApiResponse<()>) -> ApiResponse<()> {
    match req.param("number").and_then(|number| number.parse::<f64>().ok()) {
        None => res.status(400).send("Invalid request!!"),
        Some(number) => res.status(200).send(format!("{number} is a number.")),
    }
}

// pages/api/post.js
//
//     export default function handler(req, res) {
//       const { title, post } = req.body
//       res.status(200).json({ message: `The post titled ${title} says: ${post}` })
//     }
//
// A body without a title is no post titled `undefined` but a 422 that says what is missing.

#[derive(Deserialize)]
struct Post {
    title: String,
    post: String,
}

#[api_route("/api/post")]
async fn post(req: ApiRequest<Post>, res: ApiResponse<Message>) -> ApiResponse<Message> {
    let Post { title, post } = req.body();
    res.status(200).json(Message { message: format!("The post titled {title} says: {post}") })
}

// pages/api/old/[...path].js
//
//     export default function handler(req, res) {
//       res.setHeader('Set-Cookie', 'seen=1; Path=/')
//       res.redirect(308, '/api/' + req.query.path.join('/'))
//     }

#[api_route("/api/old/[...path]")]
async fn old(req: ApiRequest, res: ApiResponse<()>) -> ApiResponse<()> {
    let path = req.param("path").unwrap_or_default();
    res.cookie(("seen", "1")).status(308).redirect(format!("/api/{path}"))
}

// pages/api/large.js
//
//     export const config = {
//       api: { bodyParser: { sizeLimit: '500kb' }, responseLimit: '8mb', externalResolver: true },
//       maxDuration: 5,
//     }
//     export default function handler(req, res) {
//       res.status(200).send(String(req.body.length))
//     }

#[api_route(
    "/api/large",
    body_limit = "500kb",
    response_limit = "8mb",
    external_resolver = true,
    max_duration = "5s"
)]
async fn large(req: ApiRequest<String>, res: ApiResponse<()>) -> ApiResponse<()> {
    res.status(200).send(req.body().len().to_string())
}

fn app() -> Routes {
    Routes::collect()
}

#[tokio::main]
async fn main() -> Result<(), route_runtime::Error> {
    app().serve("127.0.0.1:3000").await
}

#[cfg(test)]
mod tests {
    use super::*;
    use route_runtime::testing::TestClient;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn they_answer_as_their_originals() {
        let client = TestClient::new(app().into_router().unwrap());
        assert_eq!(client.get("/api/hello").await.json::<Value>(), json!({ "name": "John Doe" }));
        assert_eq!(client.post("/api/method").await.json::<Value>(), json!({ "message": "POST request" }));
        assert_eq!(client.put("/api/method").await.json::<Value>(), json!({ "message": "Other request" }));
        assert_eq!(client.get("/api/trivia/1.5?number=7").await.text(), "1.5 is a number.");
        let invalid = client.get("/api/trivia/x").await;
        assert_eq!((invalid.status().as_u16(), invalid.text()), (400, "Invalid request!!"));
        let said = json!({ "message": "The post titled T says: P" });
        let form = client.post("/api/post").header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(form.body("title=T&post=P").await.json::<Value>(), said);
        let post = client.post("/api/post").json(&json!({ "title": "T", "post": "P" })).await;
        assert_eq!(post.json::<Value>(), said);
        assert_eq!(client.post("/api/post").json(&json!({ "title": "T" })).await.status(), 422);
        let old = client.get("/api/old/a/b%20c").await;
        assert_eq!((old.status().as_u16(), old.header("location")), (308, Some("/api/a/b%20c")));
        assert_eq!(old.header("set-cookie"), Some("seen=1"));
        let large =
            |bytes| client.post("/api/large").header("content-type", "text/plain").body("x".repeat(bytes));
        assert_eq!(large(500 << 10).await.text(), "512000");
        assert_eq!(large((500 << 10) + 1).await.status(), 413);
    }
}

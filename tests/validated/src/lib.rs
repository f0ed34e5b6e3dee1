//! Bodies, queries and path values that check themselves: with no further word, and all mistakes at once.
#![deny(warnings)]

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::{Form, Json};
use garde::Validate;
use route_runtime::{ApiRequest, get, post};
use schemars::JsonSchema;
use serde::Deserialize;

/// The limits are read by garde and by schemars alike.
#[derive(Deserialize, Validate, JsonSchema)]
struct NewPost {
    #[garde(length(min = 1, max = 20))]
    title: String,
    #[garde(range(min = 1, max = 5))]
    stars: u8,
    #[garde(dive)]
    #[serde(default)]
    authors: Vec<Author>,
}

#[derive(Deserialize, Validate, JsonSchema)]
struct Author {
    #[garde(ascii, length(min = 1))]
    name: String,
}

#[derive(Deserialize, Validate)]
struct Page {
    #[garde(range(min = 1, max = 100))]
    limit: u32,
}

#[derive(Deserialize, Validate)]
#[garde(transparent)]
struct Id(#[garde(range(min = 1))] u32);

/// Has no rules.
#[derive(Deserialize)]
struct Plain {
    title: String,
}

#[post("/typed")]
async fn typed(req: ApiRequest<NewPost>) -> String {
    let NewPost { title, stars, authors } = req.into_body();
    format!("{title} {stars} {}", authors.into_iter().map(|author| author.name).collect::<String>())
}

#[post("/maybe")]
async fn maybe(req: ApiRequest<Option<NewPost>>) -> String {
    req.into_body().map_or("nothing".to_owned(), |post| post.title)
}

#[post("/json")]
async fn json(Json(post): Json<NewPost>) -> String {
    post.title
}

#[post("/form")]
async fn form(Form(page): Form<Page>) -> String {
    page.limit.to_string()
}

#[get("/query")]
async fn query(Query(page): Query<Page>) -> String {
    page.limit.to_string()
}

#[get("/result")]
async fn result(query: Result<Query<Page>, QueryRejection>) -> String {
    query.map_or("no query".to_owned(), |Query(page)| page.limit.to_string())
}

/// Its names are serde's in requests, and Rust's in garde's reports.
#[derive(Deserialize, Validate)]
#[serde(rename_all = "camelCase")]
struct Renamed {
    #[garde(length(min = 1))]
    user_name: String,
}

#[post("/renamed")]
async fn renamed(req: ApiRequest<Renamed>) -> String {
    req.into_body().user_name
}

/// What its rules need is not known here, so the handler asks them itself.
#[derive(Deserialize, Validate)]
#[garde(context(Allowed))]
struct Asked {
    #[garde(custom(allowed))]
    name: String,
}

struct Allowed(&'static str);

fn allowed(name: &str, context: &Allowed) -> garde::Result {
    if name == context.0 { Ok(()) } else { Err(garde::Error::new("not allowed")) }
}

#[post("/asked")]
async fn asked(req: ApiRequest<Asked>) -> String {
    let body = req.into_body();
    format!("{} {}", body.name, body.validate_with(&Allowed("ann")).is_ok())
}

#[get("/axum/[id]")]
async fn by_axum(Path(Id(id)): Path<Id>) -> String {
    id.to_string()
}

#[get("/bound/[id]?from")]
async fn bound(id: Id, from: Option<Id>) -> String {
    format!("{} {}", id.0, from.map_or(0, |id| id.0))
}

#[post("/plain")]
async fn plain(req: ApiRequest<Plain>) -> String {
    req.into_body().title
}

#[cfg(test)]
mod tests {
    use route_runtime::Routes;
    use route_runtime::openapi::Info;
    use route_runtime::testing::{TestClient, TestResponse};
    use serde_json::{Value, json};

    fn client() -> TestClient {
        TestClient::new(Routes::collect().into_router().unwrap())
    }

    /// The pointers of a 422, in order.
    #[track_caller]
    fn pointers(response: &TestResponse) -> Vec<String> {
        assert_eq!(response.status(), 422, "{}", response.text());
        let problem: Value = response.json();
        let entries = problem["errors"].as_array().unwrap().iter();
        entries
            .map(|entry| {
                assert!(!entry["detail"].as_str().unwrap().is_empty());
                entry["pointer"].as_str().unwrap().to_owned()
            })
            .collect()
    }

    #[tokio::test]
    async fn bodies() {
        let client = client();
        let fine = json!({ "title": "T", "stars": 5, "authors": [{ "name": "ann" }] });
        let bad = json!({ "title": "", "stars": 9, "authors": [{ "name": "ann" }, { "name": "\u{e9}" }] });
        assert_eq!(client.post("/typed").json(&fine).await.text(), "T 5 ann");
        for path in ["/typed", "/maybe", "/json"] {
            assert_eq!(client.post(path).json(&fine).await.status(), 200, "{path}");
            let wrong = client.post(path).json(&bad).await;
            let mut found = pointers(&wrong);
            found.sort();
            assert_eq!(found, ["/authors/1/name", "/stars", "/title"], "{path}");
        }
        assert_eq!(client.post("/maybe").await.text(), "nothing");
        // What is of another shape has no value to check.
        assert_eq!(pointers(&client.post("/typed").json(&json!({ "title": "" })).await), ["/stars"]);
        assert_eq!(client.post("/plain").json(&json!({ "title": "" })).await.text(), "");
    }

    #[tokio::test]
    async fn paths_queries_and_forms() {
        let client = client();
        assert_eq!(client.get("/query?limit=100").await.text(), "100");
        assert_eq!(pointers(&client.get("/query?limit=101").await), ["/limit"]);
        assert_eq!(client.get("/axum/7").await.text(), "7");
        assert_eq!(pointers(&client.get("/axum/0").await), [""]);
        assert_eq!(client.get("/bound/7?from=1").await.text(), "7 1");
        assert_eq!(pointers(&client.get("/bound/0").await), ["/id"]);
        assert_eq!(pointers(&client.get("/bound/7?from=0").await), ["/from"]);
        assert_eq!(client.get("/bound/7").await.text(), "7 0");
        let form = |body: &'static str| {
            client.post("/form").header("content-type", "application/x-www-form-urlencoded").body(body)
        };
        assert_eq!(form("limit=5").await.text(), "5");
        assert_eq!(pointers(&form("limit=0").await), ["/limit"]);
    }

    #[tokio::test]
    async fn names_and_wrappers() {
        let client = client();
        assert_eq!(client.get("/result?limit=5").await.text(), "5");
        assert_eq!(client.get("/result?limit=x").await.text(), "no query");
        assert_eq!(pointers(&client.get("/result?limit=0").await), ["/limit"]);
        assert_eq!(pointers(&client.post("/renamed").json(&json!({ "userName": "" })).await), ["/user_name"]);
        assert_eq!(client.post("/asked").json(&json!({ "name": "bob" })).await.text(), "bob false");
    }

    #[test]
    fn the_limits_are_in_the_document() {
        let document = Routes::collect().openapi(Info::new("Tests", "1.0.0")).to_json();
        let schema = &document["components"]["schemas"]["NewPost"]["properties"];
        assert_eq!((&schema["title"]["minLength"], &schema["title"]["maxLength"]), (&json!(1), &json!(20)));
        assert!(document["paths"]["/query"]["get"]["responses"].get("422").is_some());
        assert_eq!((&schema["stars"]["minimum"], &schema["stars"]["maximum"]), (&json!(1), &json!(5)));
    }
}

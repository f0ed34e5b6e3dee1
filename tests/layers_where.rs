//! `Routes::layer_where`, the layers of attributes, and what a layer knows of the route: preflights of CORS too.

use axum::extract::Request;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::{Extension, Router};
use route_runtime::testing::{TestClient, TestResponse};
use route_runtime::{ApiError, RouteInfo, Routes, api_route, delete, get, post, put};
use tower::util::{MapRequestLayer, MapResponseLayer};

#[get("/items", tag = "public")]
async fn list() -> &'static str {
    "list"
}

#[post("/items", tag = "admin", layer = mark("attribute"))]
async fn create() -> &'static str {
    "create"
}

#[delete("/items", tag = "admin")]
async fn clear() -> &'static str {
    "clear"
}

#[get("/meet/[id]")]
async fn one(id: String) -> String {
    id
}

#[put("/meet/[id]", tag = "admin")]
async fn replace(id: String) -> String {
    id
}

#[get("/meet/[...rest]", tag = "admin")]
async fn rest(rest: Vec<String>) -> String {
    rest.join("+")
}

#[api_route("/every")]
async fn every() -> &'static str {
    "every"
}

/// Adds a value to a header of every answer.
fn mark(value: &'static str) -> MapResponseLayer<impl Fn(Response) -> Response + Clone> {
    MapResponseLayer::new(move |mut response: Response| {
        response.headers_mut().append("x-mark", HeaderValue::from_static(value));
        response
    })
}

fn marks(response: &TestResponse) -> Vec<&str> {
    response.headers().get_all("x-mark").iter().map(|mark| mark.to_str().unwrap()).collect()
}

fn client(routes: Routes) -> TestClient {
    TestClient::new(routes.into_router().unwrap())
}

/// As a CORS layer does: it answers preflights and lets the rest pass.
async fn cors(request: Request, next: Next) -> Response {
    let is_preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if is_preflight { Response::default() } else { next.run(request).await };
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

async fn preflight(client: &TestClient, path: &str, method: &str) -> (u16, bool) {
    let request = client.options(path).header("origin", "https://a.example");
    let response = request.header("access-control-request-method", method).await;
    (response.status().as_u16(), response.header("access-control-allow-origin").is_some())
}

#[tokio::test]
async fn it_is_around_the_routes_that_are_meant() {
    let client = client(Routes::collect().layer_where(|route| route.tag() == Some("admin"), mark("admin")));
    assert_eq!(marks(&client.get("/items").await), [""; 0]);
    assert_eq!(marks(&client.delete("/items").await), ["admin"]);
    // The attribute's is inside.
    assert_eq!(marks(&client.post("/items").await), ["attribute", "admin"]);
    // Two patterns of one group.
    assert_eq!(marks(&client.get("/meet/7").await), [""; 0]);
    assert_eq!(marks(&client.put("/meet/7").await), ["admin"]);
    let rest = client.get("/meet/7/8").await;
    assert_eq!((marks(&rest), rest.text()), (vec!["admin"], "7+8"));
    // It is around functions, not around paths.
    assert_eq!(marks(&client.patch("/items").await), [""; 0]);
    assert_eq!(client.patch("/items").await.status(), 405);
}

#[tokio::test]
async fn the_last_is_the_outermost_and_all_are_inside_of_layer() {
    let routes = Routes::collect()
        .layer(mark("outside"))
        .layer_where(|route| route.methods().contains(&Method::DELETE), mark("inner"))
        .layer_where(|route| route.module().ends_with("layers_where"), mark("outer"));
    assert_eq!(marks(&client(routes).delete("/items").await), ["inner", "outer", "outside"]);
}

#[tokio::test]
async fn a_filter_after_it_counts() {
    let routes = Routes::collect().layer_where(|_| true, mark("all")).filter(|route| route.name() == "list");
    let client = client(routes.base("/v1"));
    assert_eq!(marks(&client.get("/v1/items").await), ["all"]);
    assert_eq!(client.delete("/v1/items").await.status(), 405);
}

/// axum's CORS trap: each method of a path is a function of its own, and one has the layer.
#[tokio::test]
async fn a_preflight_passes_the_layers_of_the_function_it_asks_for() {
    let client = client(Routes::collect().layer_where(|route| route.tag() == Some("admin"), from_fn(cors)));
    assert_eq!(preflight(&client, "/items", "POST").await, (200, true));
    assert_eq!(preflight(&client, "/items", "DELETE").await, (200, true));
    assert_eq!(preflight(&client, "/items", "GET").await, (204, false));
    assert_eq!(preflight(&client, "/items", "PATCH").await, (204, false));
    assert_eq!(preflight(&client, "/items", "not a method").await, (204, false));
    assert_eq!(preflight(&client, "/meet/7", "PUT").await, (200, true));
    assert_eq!(preflight(&client, "/meet/7/8", "GET").await, (200, true));
    assert_eq!(preflight(&client, "/meet/7/8", "HEAD").await, (200, true));
    assert_eq!(preflight(&client, "/nowhere", "GET").await, (404, false));
    assert_eq!(preflight(&client, "/items//", "POST").await, (404, false));
    // Only OPTIONS is a question.
    let request = client.put("/items").header("origin", "https://a.example");
    let response = request.header("access-control-request-method", "POST").await;
    assert_eq!((response.status().as_u16(), response.header("access-control-allow-origin")), (405, None));
    // An OPTIONS that asks for no method is about the path.
    let plain = client.options("/items").await;
    assert_eq!((plain.status().as_u16(), plain.header("allow")), (204, Some("GET,HEAD,POST,DELETE")));
    assert_eq!(plain.header("access-control-allow-origin"), None);
    assert_eq!(client.post("/items").await.header("access-control-allow-origin"), Some("*"));
    // The attribute's layer alone: no CORS, but the handler is not called for a question about it.
    let bare = TestClient::new(Routes::collect().into_router().unwrap());
    let answer = bare.options("/items").header("access-control-request-method", "POST").await;
    assert_eq!((answer.status().as_u16(), answer.text(), &*marks(&answer)), (204, "", &["attribute"][..]));
    // A function for every method takes OPTIONS itself.
    assert_eq!(preflight(&client, "/every", "PUT").await, (200, false));
}

/// Who is asked for what, by a layer that knows the route.
async fn by_tag(request: Request, next: Next) -> Result<Response, ApiError> {
    let route = request.extensions().get::<&'static RouteInfo>().copied();
    if route.is_some_and(|route| route.tag() == Some("admin")) && !request.headers().contains_key("x-admin") {
        return Err(ApiError::forbidden("for admins"));
    }
    let mut response = next.run(request).await;
    let pattern = route.map_or("none", RouteInfo::pattern);
    response.headers_mut().insert("x-mark", HeaderValue::from_static(pattern));
    Ok(response)
}

#[tokio::test]
async fn layers_around_all_know_the_route() {
    for routes in [
        Routes::collect().layer(from_fn(by_tag)),
        Routes::collect().layer(from_fn(by_tag)).trace(),
        Routes::collect().layer_where(|_| true, from_fn(by_tag)),
    ] {
        for base in ["", "/v1"] {
            let routes = if base.is_empty() { routes.clone() } else { routes.clone().base(base) };
            let client = client(routes);
            let marked = async |method: &str, path: &str| {
                let response = client.request(method, &format!("{base}{path}")).await;
                (response.status().as_u16(), response.header("x-mark").unwrap_or_default().to_owned())
            };
            assert_eq!(marked("GET", "/items").await, (200, "/items".to_owned()));
            assert_eq!(marked("HEAD", "/items").await, (200, "/items".to_owned()));
            assert_eq!(marked("DELETE", "/items").await, (403, String::new()));
            assert_eq!(marked("GET", "/meet/7").await, (200, "/meet/[id]".to_owned()));
            assert_eq!(marked("GET", "/meet/7/8").await.0, 403);
            assert_eq!(marked("BREW", "/every").await, (200, "/every".to_owned()));
        }
    }
}

#[tokio::test]
async fn a_nested_router_knows_its_routes() {
    let routes = Routes::collect().layer(from_fn(by_tag)).into_router().unwrap();
    let client = TestClient::new(Router::new().nest("/of/{tenant}", routes));
    assert_eq!(client.get("/of/a/meet/7").await.header("x-mark"), Some("/meet/[id]"));
    assert_eq!(client.put("/of/a/meet/7").await.status(), 403);
}

#[test]
fn an_index_finds_what_would_answer() {
    let index = Routes::collect().base("/v1").index();
    let path = |method: &str, path: &str| {
        index.find(&method.parse().unwrap(), path).map(|route| (route.info().name(), route.path().to_owned()))
    };
    let found = |name, path: &str| Some((name, path.to_owned()));
    assert_eq!(path("GET", "/v1/items"), found("list", "/v1/items"));
    assert_eq!(path("HEAD", "/v1/items"), found("list", "/v1/items"));
    assert_eq!(path("POST", "/v1/items"), found("create", "/v1/items"));
    assert_eq!(path("PATCH", "/v1/items"), None);
    assert_eq!(path("OPTIONS", "/v1/items"), None);
    assert_eq!(path("GET", "/v1/meet/1/2"), found("rest", "/v1/meet/[...rest]"));
    assert_eq!(path("BREW", "/v1/every"), found("every", "/v1/every"));
    let at: Vec<&str> = index.at("/v1/items").map(|route| route.info().name()).collect();
    assert_eq!(at, ["list", "create", "clear"]);
    assert_eq!(index.at("/v1/nowhere").count(), 0);
    for elsewhere in ["/items", "/v2/items", "/", "", "/v1", "/v1/items/x", "/v1//items"] {
        assert_eq!(path("GET", elsewhere), None, "{elsewhere}");
    }
    let nested = index.under("/of/{tenant}");
    let route = nested.find(&Method::GET, "/of/a/v1/items").unwrap();
    assert_eq!(route.path(), "/of/{tenant}/v1/items");
    assert!(nested.find(&Method::GET, "/v1/items").is_none());
    assert!(nested.find(&Method::GET, "/off/a/v1/items").is_none());
    assert_eq!(nested.iter().len(), 8);
    assert_eq!(index.iter().next().unwrap().path(), "/v1/every");
}

#[derive(Clone)]
struct Label(String);

#[get("/labelled/[id]")]
async fn labelled(id: String, Extension(Label(label)): Extension<Label>) -> String {
    let _ = id;
    label
}

/// An outer layer of the app, which runs before any router: metrics by pattern.
#[tokio::test]
async fn an_outer_layer_asks_the_index() {
    let routes = Routes::collect();
    let index = routes.index();
    let label = MapRequestLayer::new(move |mut request: Request| {
        let path = index.find(request.method(), request.uri().path()).map(|route| route.path().to_owned());
        request.extensions_mut().insert(Label(path.unwrap_or_else(|| "none".to_owned())));
        request
    });
    let by_hand = axum::routing::get(async |Extension(Label(label)): Extension<Label>| label);
    let app = Router::new().route("/by-hand", by_hand).merge(routes.into_router().unwrap()).layer(label);
    assert_eq!(TestClient::new(app.clone()).get("/by-hand").await.text(), "none");
    // Of the routes it knows which.
    assert_eq!(TestClient::new(app).get("/labelled/7").await.text(), "/labelled/[id]");
}

/// A page of `with_docs` is no route, though a pattern fits its path.
#[tokio::test]
async fn a_page_is_not_announced_as_a_route() {
    let routes = Routes::collect().base("/v1").layer(from_fn(by_tag)).with_docs("/v1/meet/docs");
    let client = client(routes.clone());
    let told = async |path: &str| client.get(path).await.header("x-mark").map(str::to_owned);
    assert_eq!(told("/v1/meet/docs").await.as_deref(), Some("none"));
    assert_eq!(told("/v1/meet/docs/openapi.json").await.as_deref(), Some("none"));
    assert_eq!(told("/v1/meet/other").await.as_deref(), Some("/meet/[id]"));
    let nested = routes.index().under("/of/{tenant}");
    assert!(nested.find(&Method::GET, "/of/a/v1/meet/docs").is_none());
    assert!(nested.find(&Method::GET, "/of/a/v1/meet/other").is_some());
}

#[test]
fn an_index_knows_no_path_that_is_a_404() {
    let index = Routes::collect().index();
    assert!(index.find(&Method::GET, "/items/").is_none());
    assert!(index.under("/of/{tenant}").find(&Method::GET, "/of//items").is_none());
    let ignoring = Routes::collect().trailing_slash(route_runtime::TrailingSlash::Ignore).index();
    assert!(ignoring.find(&Method::GET, "/items/").is_some());
    // However long.
    let long = format!("/meet{}", "/x".repeat(40));
    assert_eq!(index.find(&Method::GET, &long).map(|route| route.info().name()), Some("rest"));
    let sixteen = format!("/meet{}", "/x".repeat(15));
    assert_eq!(index.find(&Method::GET, &sixteen).map(|route| route.info().name()), Some("rest"));
}

#[test]
fn below_a_path_and_in_a_module() {
    let routes = Routes::collect();
    let list = routes.iter().find(|route| route.name() == "list").unwrap();
    for path in ["/", "", "/items", "items", "/items/"] {
        assert!(list.is_under(path), "{path}");
    }
    assert!(!list.is_under("/item") && !list.is_under("/items/x"));
    assert!(list.is_in("layers_where") && list.is_in("layers-where"));
    assert!(!list.is_in("layers") && !list.is_in("layers_where::list"));
}

//! The third step: every function says its path, and takes its values by name. What stays is around the whole app.

#[path = "shop.rs"]
mod shop;
#[path = "suite.rs"]
mod suite;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Form, Json, Router};
use route_runtime::{ApiRequest, Routes, delete, get, post, put};
use serde::Serialize;
use tower_http::cors::{Any, CorsLayer};

use shop::{ApiError, ApiResult, AppState, Book, Config, Db, Item, NewBook, Order, Review, Session, User};

pub(crate) fn app() -> Router {
    let state = AppState::new();
    let cors =
        CorsLayer::new().allow_origin(Any).allow_methods([Method::GET, Method::POST]).allow_headers(Any);
    annotated(&state).fallback(nothing).layer(middleware::from_fn(name_request)).layer(cors)
}

/// The functions that say their own path.
fn annotated(state: &AppState) -> Router {
    let routes = Routes::collect()
        .with_state(state.clone())
        .with_state(state.db.clone())
        .layer_where(|route| route.is_under("/api/v1/books"), middleware::map_response(may_be_cached))
        .layer_where(
            |route| route.is_under("/api/v1/admin"),
            middleware::from_fn_with_state(state.clone(), only_admins),
        )
        .render_errors(as_ours);
    routes.into_router().unwrap()
}

/// What the library answers itself. Which part of the request it refuses is in its sentence alone.
fn as_ours(error: &route_runtime::ApiError) -> ApiError {
    let status = error.status();
    let reason = status.canonical_reason().unwrap_or_default();
    let detail = error.get_detail().unwrap_or(reason);
    let code = match status {
        StatusCode::NOT_FOUND => "no_route",
        StatusCode::METHOD_NOT_ALLOWED => "wrong_method",
        _ if status.is_server_error() => "broken",
        _ if detail.starts_with("path parameter") => "bad_path",
        _ if detail.starts_with("query parameter") => "bad_query",
        _ => "bad_body",
    };
    let mut message = detail.to_owned();
    if code == "bad_body" {
        error.mistakes().for_each(|(pointer, mistake)| message += &format!("; {pointer} {mistake}"));
    }
    ApiError(status, code, message)
}

async fn nothing(uri: Uri) -> ApiError {
    ApiError(StatusCode::NOT_FOUND, "no_route", format!("nothing at {}", uri.path()))
}

/// Every answer names its request, so that a client can tell us which one it means.
async fn name_request(request: Request, next: Next) -> Response {
    let given = request.headers().get("x-request-id").cloned();
    let mut response = next.run(request).await;
    response.headers_mut().insert("x-request-id", given.unwrap_or(HeaderValue::from_static("none")));
    response
}

async fn may_be_cached(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("max-age=60"));
    response
}

async fn only_admins(user: User, request: Request, next: Next) -> ApiResult<Response> {
    if !user.admin {
        return Err(ApiError(StatusCode::FORBIDDEN, "no_admin", format!("{} is no admin", user.name)));
    }
    Ok(next.run(request).await)
}

#[get("/health")]
async fn health() -> &'static str {
    "ok"
}

#[derive(Serialize)]
struct Page {
    total: usize,
    books: Vec<Book>,
}

#[get("/api/v1/books?q&page&per_page", state = AppState)]
async fn list_books(
    State(db): State<Db>,
    State(config): State<Arc<Config>>,
    q: Option<String>,
    page: Option<usize>,
    per_page: Option<usize>,
) -> Json<Page> {
    let wanted = q.unwrap_or_default().to_lowercase();
    let found = |book: &&Book| book.title.to_lowercase().contains(&wanted);
    let all: Vec<Book> = db.lock().books.values().filter(found).cloned().collect();
    let size = per_page.unwrap_or(config.page_size);
    let books = all.iter().skip(page.unwrap_or(0).saturating_mul(size)).take(size).cloned().collect();
    Json(Page { total: all.len(), books })
}

#[post("/api/v1/books", state = AppState)]
async fn add_book(_user: User, State(db): State<Db>, req: ApiRequest<NewBook>) -> impl IntoResponse {
    let book = db.add(req.into_body());
    (StatusCode::CREATED, [(header::LOCATION, format!("/api/v1/books/{}", book.id))], Json(book))
}

#[get("/api/v1/books/[id]")]
async fn show_book(State(db): State<Db>, id: u32) -> ApiResult<Json<Book>> {
    db.lock().books.get(&id).cloned().map(Json).ok_or_else(|| ApiError::not_found("book"))
}

#[put("/api/v1/books/[id]", state = AppState)]
async fn replace_book(
    _user: User,
    State(db): State<Db>,
    id: u32,
    req: ApiRequest<NewBook>,
) -> ApiResult<Json<Book>> {
    let new = req.into_body();
    let mut tables = db.lock();
    let book = tables.books.get_mut(&id).ok_or_else(|| ApiError::not_found("book"))?;
    *book = Book { id, title: new.title, author: new.author, cents: new.cents, stock: new.stock };
    Ok(Json(book.clone()))
}

#[delete("/api/v1/books/[id]", state = AppState)]
async fn remove_book(_user: User, State(db): State<Db>, id: u32) -> ApiResult<StatusCode> {
    db.lock().books.remove(&id).ok_or_else(|| ApiError::not_found("book"))?;
    Ok(StatusCode::NO_CONTENT)
}

#[get("/api/v1/books/[id]/reviews")]
async fn list_reviews(State(db): State<Db>, id: u32) -> ApiResult<Json<Vec<Review>>> {
    let tables = db.lock();
    tables.books.get(&id).ok_or_else(|| ApiError::not_found("book"))?;
    Ok(Json(tables.reviews.get(&id).cloned().unwrap_or_default()))
}

#[post("/api/v1/books/[id]/reviews", status = 201)]
async fn add_review(State(db): State<Db>, id: u32, req: ApiRequest<Review>) -> ApiResult<Json<Review>> {
    let review = req.into_body();
    if !(1..=5).contains(&review.stars) {
        return Err(ApiError(StatusCode::UNPROCESSABLE_ENTITY, "bad_stars", "stars are 1 to 5".into()));
    }
    let mut tables = db.lock();
    tables.books.get(&id).ok_or_else(|| ApiError::not_found("book"))?;
    tables.reviews.entry(id).or_default().push(review.clone());
    Ok(Json(review))
}

#[put("/api/v1/books/[id]/cover", body_limit = 1024, state = AppState)]
async fn put_cover(_user: User, State(db): State<Db>, id: u32, image: Bytes) -> ApiResult<StatusCode> {
    let mut tables = db.lock();
    tables.books.get(&id).ok_or_else(|| ApiError::not_found("book"))?;
    tables.covers.insert(id, image);
    Ok(StatusCode::NO_CONTENT)
}

#[get("/api/v1/books/[id]/cover")]
async fn show_cover(State(db): State<Db>, id: u32) -> ApiResult<impl IntoResponse> {
    let image = db.lock().covers.get(&id).cloned().ok_or_else(|| ApiError::not_found("cover"))?;
    Ok(([(header::CONTENT_TYPE, "image/png")], image))
}

#[get("/api/v1/authors")]
async fn authors(State(db): State<Db>) -> Json<BTreeMap<String, usize>> {
    let mut counts = BTreeMap::new();
    for book in db.lock().books.values() {
        *counts.entry(book.author.clone()).or_default() += 1;
    }
    Json(counts)
}

/// Line by line, as the real one reads from a cursor.
#[get("/api/v1/export.csv")]
async fn export(State(db): State<Db>) -> impl IntoResponse {
    let books: Vec<Book> = db.lock().books.values().cloned().collect();
    let lines = books.into_iter().map(|book| format!("{},{},{}\n", book.id, book.title, book.cents));
    let chunks = std::iter::once("id,title,cents\n".to_owned()).chain(lines).map(Ok::<_, std::io::Error>);
    ([(header::CONTENT_TYPE, "text/csv")], Body::from_stream(futures_util::stream::iter(chunks)))
}

#[get("/api/v1/cart")]
async fn show_cart(session: Session, State(db): State<Db>) -> impl IntoResponse {
    let mut tables = db.lock();
    let cart = tables.carts.entry(session.0.clone()).or_default();
    let items: Vec<Item> = cart.iter().map(|(&book, &count)| Item { book, count }).collect();
    (session.cookie(), Json(items))
}

#[post("/api/v1/cart/items")]
async fn add_item(session: Session, State(db): State<Db>, Json(item): Json<Item>) -> ApiResult<Response> {
    let mut tables = db.lock();
    tables.books.get(&item.book).ok_or_else(|| ApiError::not_found("book"))?;
    *tables.carts.entry(session.0.clone()).or_default().entry(item.book).or_default() += item.count;
    Ok((StatusCode::CREATED, session.cookie()).into_response())
}

#[delete("/api/v1/cart/items/[book]")]
async fn remove_item(session: Session, State(db): State<Db>, book: u32) -> ApiResult<StatusCode> {
    let mut tables = db.lock();
    let gone = tables.carts.get_mut(&session.0).and_then(|cart| cart.remove(&book));
    gone.map(|_| StatusCode::NO_CONTENT).ok_or_else(|| ApiError::not_found("item"))
}

#[post("/api/v1/orders", state = AppState)]
async fn place_order(user: User, session: Session, State(db): State<Db>) -> ApiResult<impl IntoResponse> {
    let mut tables = db.lock();
    let cart = tables.carts.remove(&session.0).unwrap_or_default();
    if cart.is_empty() {
        return Err(ApiError(StatusCode::CONFLICT, "empty_cart", "there is nothing to order".into()));
    }
    let price = |(book, count): (&u32, &u32)| tables.books.get(book).map_or(0, |book| book.cents * count);
    let cents = cart.iter().map(price).sum();
    let items = cart.iter().map(|(&book, &count)| Item { book, count }).collect();
    let id = tables.orders.len() as u32 + 1;
    let order = Order { id, owner: user.name, items, cents };
    tables.orders.insert(id, order.clone());
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/api/v1/orders/{id}"))], Json(order)))
}

/// Somebody else's order is as absent as none.
#[get("/api/v1/orders/[id]", state = AppState)]
async fn show_order(user: User, State(db): State<Db>, id: u32) -> ApiResult<Json<Order>> {
    let order = db.lock().orders.get(&id).filter(|order| order.owner == user.name).cloned();
    order.map(Json).ok_or_else(|| ApiError::not_found("order"))
}

#[derive(Serialize)]
struct Stats {
    books: usize,
    orders: usize,
}

#[get("/api/v1/admin/stats")]
async fn stats(State(db): State<Db>) -> Json<Stats> {
    let tables = db.lock();
    Json(Stats { books: tables.books.len(), orders: tables.orders.len() })
}

#[post("/api/v1/admin/restock")]
async fn restock(State(db): State<Db>, Form(item): Form<Item>) -> ApiResult<Json<Book>> {
    let mut tables = db.lock();
    let book = tables.books.get_mut(&item.book).ok_or_else(|| ApiError::not_found("book"))?;
    book.stock += item.count;
    Ok(Json(book.clone()))
}

#[get("/files/[...path]")]
async fn file(path: Vec<String>) -> ApiResult<impl IntoResponse> {
    match path.join("/").as_str() {
        "app.js" => Ok(([(header::CONTENT_TYPE, "text/javascript")], "go()")),
        "css/main file.css" => Ok(([(header::CONTENT_TYPE, "text/css")], "a{}")),
        _ => Err(ApiError::not_found("file")),
    }
}

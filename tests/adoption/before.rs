//! The shop as it ran for years: handlers, and tables of routes by hand.

#[path = "extract.rs"]
mod extract;
#[path = "shop.rs"]
mod shop;
#[path = "suite.rs"]
mod suite;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tower_http::cors::{Any, CorsLayer};

use extract::{ApiForm, ApiJson, ApiPath, ApiQuery};
use shop::{ApiError, ApiResult, AppState, Book, Config, Db, Item, NewBook, Order, Review, Session, User};

pub(crate) fn app() -> Router {
    let state = AppState::new();
    let cors =
        CorsLayer::new().allow_origin(Any).allow_methods([Method::GET, Method::POST]).allow_headers(Any);
    let api = Router::new()
        .merge(books())
        .route("/authors", get(authors))
        .route("/export.csv", get(export))
        .merge(cart())
        .route("/orders", post(place_order))
        .route("/orders/{id}", get(show_order))
        .nest("/admin", admin(&state));
    Router::new()
        .route("/health", get(health))
        .route("/files/{*path}", get(file))
        .nest("/api/v1", api)
        .fallback(nothing)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn(name_request))
        .layer(cors)
        .with_state(state)
}

fn books() -> Router<AppState> {
    Router::new()
        .route("/books", get(list_books).post(add_book))
        .route("/books/{id}", get(show_book).put(replace_book).delete(remove_book))
        .route("/books/{id}/reviews", get(list_reviews).post(add_review))
        .route("/books/{id}/cover", put(put_cover).layer(DefaultBodyLimit::max(1024)).get(show_cover))
        .route_layer(middleware::map_response(may_be_cached))
}

fn cart() -> Router<AppState> {
    Router::new()
        .route("/cart", get(show_cart))
        .route("/cart/items", post(add_item))
        .route("/cart/items/{book}", delete(remove_item))
}

fn admin(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/stats", get(stats))
        .route("/restock", post(restock))
        .route_layer(middleware::from_fn_with_state(state.clone(), only_admins))
}

async fn nothing(uri: Uri) -> ApiError {
    ApiError(StatusCode::NOT_FOUND, "no_route", format!("nothing at {}", uri.path()))
}

async fn wrong_method(method: Method) -> ApiError {
    ApiError(StatusCode::METHOD_NOT_ALLOWED, "wrong_method", format!("{method} is not for this path"))
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

async fn health() -> &'static str {
    "ok"
}

#[derive(Deserialize)]
struct Search {
    q: Option<String>,
    #[serde(default)]
    page: usize,
    per_page: Option<usize>,
}

#[derive(Serialize)]
struct Page {
    total: usize,
    books: Vec<Book>,
}

async fn list_books(
    State(db): State<Db>,
    State(config): State<Arc<Config>>,
    ApiQuery(search): ApiQuery<Search>,
) -> Json<Page> {
    let wanted = search.q.unwrap_or_default().to_lowercase();
    let found = |book: &&Book| book.title.to_lowercase().contains(&wanted);
    let all: Vec<Book> = db.lock().books.values().filter(found).cloned().collect();
    let size = search.per_page.unwrap_or(config.page_size);
    let books = all.iter().skip(search.page.saturating_mul(size)).take(size).cloned().collect();
    Json(Page { total: all.len(), books })
}

async fn add_book(_user: User, State(db): State<Db>, ApiJson(new): ApiJson<NewBook>) -> impl IntoResponse {
    let book = db.add(new);
    (StatusCode::CREATED, [(header::LOCATION, format!("/api/v1/books/{}", book.id))], Json(book))
}

async fn show_book(State(db): State<Db>, ApiPath(id): ApiPath<u32>) -> ApiResult<Json<Book>> {
    db.lock().books.get(&id).cloned().map(Json).ok_or_else(|| ApiError::not_found("book"))
}

async fn replace_book(
    _user: User,
    State(db): State<Db>,
    ApiPath(id): ApiPath<u32>,
    ApiJson(new): ApiJson<NewBook>,
) -> ApiResult<Json<Book>> {
    let mut tables = db.lock();
    let book = tables.books.get_mut(&id).ok_or_else(|| ApiError::not_found("book"))?;
    *book = Book { id, title: new.title, author: new.author, cents: new.cents, stock: new.stock };
    Ok(Json(book.clone()))
}

async fn remove_book(_user: User, State(db): State<Db>, ApiPath(id): ApiPath<u32>) -> ApiResult<StatusCode> {
    db.lock().books.remove(&id).ok_or_else(|| ApiError::not_found("book"))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn list_reviews(State(db): State<Db>, ApiPath(id): ApiPath<u32>) -> ApiResult<Json<Vec<Review>>> {
    let tables = db.lock();
    tables.books.get(&id).ok_or_else(|| ApiError::not_found("book"))?;
    Ok(Json(tables.reviews.get(&id).cloned().unwrap_or_default()))
}

async fn add_review(
    State(db): State<Db>,
    ApiPath(id): ApiPath<u32>,
    ApiJson(review): ApiJson<Review>,
) -> ApiResult<(StatusCode, Json<Review>)> {
    if !(1..=5).contains(&review.stars) {
        return Err(ApiError(StatusCode::UNPROCESSABLE_ENTITY, "bad_stars", "stars are 1 to 5".into()));
    }
    let mut tables = db.lock();
    tables.books.get(&id).ok_or_else(|| ApiError::not_found("book"))?;
    tables.reviews.entry(id).or_default().push(review.clone());
    Ok((StatusCode::CREATED, Json(review)))
}

async fn put_cover(
    _user: User,
    State(db): State<Db>,
    ApiPath(id): ApiPath<u32>,
    image: Bytes,
) -> ApiResult<StatusCode> {
    let mut tables = db.lock();
    tables.books.get(&id).ok_or_else(|| ApiError::not_found("book"))?;
    tables.covers.insert(id, image);
    Ok(StatusCode::NO_CONTENT)
}

async fn show_cover(State(db): State<Db>, ApiPath(id): ApiPath<u32>) -> ApiResult<impl IntoResponse> {
    let image = db.lock().covers.get(&id).cloned().ok_or_else(|| ApiError::not_found("cover"))?;
    Ok(([(header::CONTENT_TYPE, "image/png")], image))
}

async fn authors(State(db): State<Db>) -> Json<BTreeMap<String, usize>> {
    let mut counts = BTreeMap::new();
    for book in db.lock().books.values() {
        *counts.entry(book.author.clone()).or_default() += 1;
    }
    Json(counts)
}

/// Line by line, as the real one reads from a cursor.
async fn export(State(db): State<Db>) -> impl IntoResponse {
    let books: Vec<Book> = db.lock().books.values().cloned().collect();
    let lines = books.into_iter().map(|book| format!("{},{},{}\n", book.id, book.title, book.cents));
    let chunks = std::iter::once("id,title,cents\n".to_owned()).chain(lines).map(Ok::<_, std::io::Error>);
    ([(header::CONTENT_TYPE, "text/csv")], Body::from_stream(futures_util::stream::iter(chunks)))
}

async fn show_cart(session: Session, State(db): State<Db>) -> impl IntoResponse {
    let mut tables = db.lock();
    let cart = tables.carts.entry(session.0.clone()).or_default();
    let items: Vec<Item> = cart.iter().map(|(&book, &count)| Item { book, count }).collect();
    (session.cookie(), Json(items))
}

async fn add_item(
    session: Session,
    State(db): State<Db>,
    ApiJson(item): ApiJson<Item>,
) -> ApiResult<Response> {
    let mut tables = db.lock();
    tables.books.get(&item.book).ok_or_else(|| ApiError::not_found("book"))?;
    *tables.carts.entry(session.0.clone()).or_default().entry(item.book).or_default() += item.count;
    Ok((StatusCode::CREATED, session.cookie()).into_response())
}

async fn remove_item(
    session: Session,
    State(db): State<Db>,
    ApiPath(book): ApiPath<u32>,
) -> ApiResult<StatusCode> {
    let mut tables = db.lock();
    let gone = tables.carts.get_mut(&session.0).and_then(|cart| cart.remove(&book));
    gone.map(|_| StatusCode::NO_CONTENT).ok_or_else(|| ApiError::not_found("item"))
}

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
async fn show_order(user: User, State(db): State<Db>, ApiPath(id): ApiPath<u32>) -> ApiResult<Json<Order>> {
    let order = db.lock().orders.get(&id).filter(|order| order.owner == user.name).cloned();
    order.map(Json).ok_or_else(|| ApiError::not_found("order"))
}

#[derive(Serialize)]
struct Stats {
    books: usize,
    orders: usize,
}

async fn stats(State(db): State<Db>) -> Json<Stats> {
    let tables = db.lock();
    Json(Stats { books: tables.books.len(), orders: tables.orders.len() })
}

async fn restock(State(db): State<Db>, ApiForm(item): ApiForm<Item>) -> ApiResult<Json<Book>> {
    let mut tables = db.lock();
    let book = tables.books.get_mut(&item.book).ok_or_else(|| ApiError::not_found("book"))?;
    book.stock += item.count;
    Ok(Json(book.clone()))
}

async fn file(ApiPath(path): ApiPath<String>) -> ApiResult<impl IntoResponse> {
    match path.as_str() {
        "app.js" => Ok(([(header::CONTENT_TYPE, "text/javascript")], "go()")),
        "css/main file.css" => Ok(([(header::CONTENT_TYPE, "text/css")], "a{}")),
        _ => Err(ApiError::not_found("file")),
    }
}

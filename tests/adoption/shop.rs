//! The shop without its routes: what is stored, who calls, how errors look. No step of the move touches it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Json;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

/// What every handler can ask for, whole or in part.
#[derive(Clone)]
pub struct AppState {
    pub db: Db,
    pub config: Arc<Config>,
}

/// What differs between the service in production and here.
pub struct Config {
    pub page_size: usize,
    /// Tokens, and whose they are.
    pub tokens: BTreeMap<&'static str, User>,
}

impl AppState {
    pub fn new() -> AppState {
        let user = |name: &str, admin| User { name: name.to_owned(), admin };
        let tokens = BTreeMap::from([("ann-token", user("ann", false)), ("root-token", user("root", true))]);
        AppState { db: Db::seeded(), config: Arc::new(Config { page_size: 10, tokens }) }
    }
}

impl FromRef<AppState> for Db {
    fn from_ref(state: &AppState) -> Db {
        state.db.clone()
    }
}

impl FromRef<AppState> for Arc<Config> {
    fn from_ref(state: &AppState) -> Arc<Config> {
        state.config.clone()
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Book {
    pub id: u32,
    pub title: String,
    pub author: String,
    pub cents: u32,
    pub stock: u32,
}

#[derive(Debug, Deserialize)]
pub struct NewBook {
    pub title: String,
    pub author: String,
    pub cents: u32,
    #[serde(default)]
    pub stock: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Review {
    pub stars: u8,
    pub text: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct Order {
    pub id: u32,
    pub owner: String,
    pub items: Vec<Item>,
    pub cents: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Item {
    pub book: u32,
    pub count: u32,
}

#[derive(Default)]
pub struct Tables {
    pub books: BTreeMap<u32, Book>,
    pub reviews: BTreeMap<u32, Vec<Review>>,
    pub covers: BTreeMap<u32, axum::body::Bytes>,
    pub carts: BTreeMap<String, BTreeMap<u32, u32>>,
    pub orders: BTreeMap<u32, Order>,
}

#[derive(Clone, Default)]
pub struct Db(Arc<Mutex<Tables>>);

impl Db {
    fn seeded() -> Db {
        let db = Db::default();
        let books = [("Emma", "Austen", 900), ("Persuasion", "Austen", 800), ("Dracula", "Stoker", 700)];
        for (title, author, cents) in books {
            db.add(NewBook { title: title.into(), author: author.into(), cents, stock: 3 });
        }
        db
    }

    pub fn lock(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub fn add(&self, new: NewBook) -> Book {
        let mut tables = self.lock();
        let id = tables.books.keys().last().map_or(1, |last| last + 1);
        let book = Book { id, title: new.title, author: new.author, cents: new.cents, stock: new.stock };
        tables.books.insert(id, book.clone());
        book
    }
}

/// Every failure that a client sees, as `{"error": {"code", "message"}}`.
#[derive(Debug)]
pub struct ApiError(pub StatusCode, pub &'static str, pub String);

pub type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    pub fn not_found(what: &str) -> ApiError {
        ApiError(StatusCode::NOT_FOUND, "not_found", format!("no such {what}"))
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let ApiError(status, code, message) = self;
        let body = serde_json::json!({ "error": { "code": code, "message": message } });
        let mut response = (status, Json(body)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// Who calls, by a bearer token.
#[derive(Clone, Debug)]
pub struct User {
    pub name: String,
    pub admin: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for User
where
    Arc<Config>: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Self> {
        let config = Arc::<Config>::from_ref(state);
        let given = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = given.and_then(|value| value.strip_prefix("Bearer "));
        let user = token.and_then(|token| config.tokens.get(token));
        user.cloned()
            .ok_or_else(|| ApiError(StatusCode::UNAUTHORIZED, "no_token", "a bearer token is needed".into()))
    }
}

/// Whose cart it is, by the cookie `sid`. A caller without one gets one with the answer.
pub struct Session(pub String);

impl Session {
    pub fn cookie(&self) -> [(HeaderName, String); 1] {
        [(header::SET_COOKIE, format!("sid={}; Path=/; HttpOnly", self.0))]
    }

    fn of(headers: &HeaderMap) -> Option<String> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs =
            cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(name, _)| *name == "sid").map(|(_, value)| value.to_owned())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Session
where
    Db: FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let known = Session::of(&parts.headers);
        let sid = known.unwrap_or_else(|| format!("s{}", Db::from_ref(state).lock().carts.len() + 1));
        Ok(Session(sid))
    }
}

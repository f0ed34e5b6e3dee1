//! Accounts: register, log in, read and change oneself.

use route_runtime::{ApiError, ApiRequest, ApiResponse, ApiResult, Invalid, State, get, post, put};
use rusqlite::{Connection, OptionalExtension as _, Row};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::auth::AuthUser;
use crate::errors::unauthorized;
use crate::input::{Given, Text};

// `{"user": …}`, as all bodies of this module are.
#[derive(Deserialize, Serialize, JsonSchema)]
#[schemars(inline)]
struct Body<T> {
    user: T,
}

/// What users read of themselves.
#[derive(Serialize, JsonSchema)]
struct Account {
    email: String,
    token: String,
    username: String,
    bio: String,
    image: String,
}

#[derive(Deserialize, JsonSchema)]
struct NewUser {
    username: Username,
    email: Email,
    password: Password,
}

/// Registers a user.
#[post("/users", status = 201)]
async fn register(req: ApiRequest<Body<NewUser>>, State(app): State<App>) -> ApiResult<Body<Account>> {
    let NewUser { username, email, password: Password(Text(password)) } = req.into_body().user;
    let password = app.passwords.hash(password).await?;
    let user = app.db.write(move |db| {
        not_taken(db, None, Some(&username.0), Some(&email.0))?;
        let insert = "INSERT INTO user (username, email, password) VALUES (?1, ?2, ?3) RETURNING *";
        Ok(db.query_one(insert, (username.0, email.0, password), User::of)?)
    });
    account(&app, user.await?)
}

#[derive(Deserialize, JsonSchema)]
struct Login {
    email: Text<256>,
    password: Password,
}

/// Logs in. An unknown email and a wrong password are answered alike.
#[post("/users/login", status = 200)]
async fn login(req: ApiRequest<Body<Login>>, State(app): State<App>) -> ApiResult<Body<Account>> {
    let Login { email, password: Password(Text(password)) } = req.into_body().user;
    let user = app.db.read(move |db| {
        let with_hash = |row: &Row<'_>| Ok((User::of(row)?, row.get("password")?));
        Ok(db.query_one("SELECT * FROM user WHERE email = ?1", [email.0], with_hash).optional()?)
    });
    let (user, hash) = user.await?.unzip();
    let same = app.passwords.verify(password, hash).await?;
    account(&app, user.filter(|_| same).ok_or_else(|| unauthorized("credentials", "invalid"))?)
}

/// The user whose token it is.
#[get("/user", status = 200)]
async fn read(AuthUser(user): AuthUser, State(app): State<App>) -> ApiResult<Body<Account>> {
    account(&app, user)
}

#[derive(Deserialize, Default, JsonSchema)]
#[serde(default)]
#[schemars(extend("minProperties" = 1))]
struct UserChanges {
    username: Given<Username>,
    email: Given<Email>,
    password: Given<Password>,
    bio: Given<Option<Text<1000, true>>>,
    image: Given<Option<Text<2000, true>>>,
}

/// Changes what is given of the user whose token it is.
#[put("/user", status = 200)]
async fn update(
    AuthUser(User { id, .. }): AuthUser,
    req: ApiRequest<Body<UserChanges>>,
    State(app): State<App>,
) -> ApiResult<Body<Account>> {
    let changes = req.into_body().user;
    let username = changes.username.0.map(|Username(username)| username);
    let email = changes.email.0.map(|Email(email)| email);
    let password = match changes.password.0 {
        Some(Password(Text(password))) => Some(app.passwords.hash(password).await?),
        None => None,
    };
    let [bio, image] = [changes.bio.0.map(or_empty), changes.image.0.map(or_empty)];
    if [&username, &email, &password, &bio, &image].iter().all(|change| change.is_none()) {
        return Err(ApiError::invalid("/user", "can't be empty"));
    }
    let user = app.db.write(move |db| {
        not_taken(db, Some(id), username.as_deref(), email.as_deref())?;
        let update = "UPDATE user SET username = coalesce(?2, username), email = coalesce(?3, email),
            password = coalesce(?4, password), bio = coalesce(?5, bio), image = coalesce(?6, image)
            WHERE id = ?1 RETURNING *";
        Ok(db.query_one(update, (id, username, email, password, bio, image), User::of)?)
    });
    account(&app, user.await?)
}

fn account(app: &App, User { id, username, email, bio, image }: User) -> ApiResult<Body<Account>> {
    let token = app.tokens.issue(id)?;
    Ok(ApiResponse::ok(Body { user: Account { email, token, username, bio, image } }))
}

/// A user as the table has it, but for the password.
pub(crate) struct User {
    pub(crate) id: i64,
    username: String,
    email: String,
    bio: String,
    image: String,
}

impl User {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(User {
            id: row.get("id")?,
            username: row.get("username")?,
            email: row.get("email")?,
            bio: row.get("bio")?,
            image: row.get("image")?,
        })
    }

    pub(crate) fn by_id(db: &Connection, id: i64) -> Result<Option<Self>, ApiError> {
        Ok(db.prepare_cached("SELECT * FROM user WHERE id = ?1")?.query_one([id], User::of).optional()?)
    }
}

/// That nobody has this name or email, but the user `except`.
fn not_taken(
    db: &Connection,
    except: Option<i64>,
    username: Option<&str>,
    email: Option<&str>,
) -> Result<(), ApiError> {
    let taken = "SELECT coalesce(max(username = ?2), 0), coalesce(max(email = ?3), 0) FROM user
        WHERE (username = ?2 OR email = ?3) AND id IS NOT ?1";
    let taken = db.query_one(taken, (except, username, email), |row| Ok([row.get(0)?, row.get(1)?]))?;
    let mistakes = ["/user/username", "/user/email"].into_iter().zip(taken).filter(|(_, taken)| *taken);
    ApiError::all_valid(mistakes.map(|(field, _)| (field, "has already been taken")))
}

/// A password as it is typed, which forms hide.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("format" = "password"))]
struct Password(Text<256>);

/// A name that may stand in a path.
#[derive(Deserialize, JsonSchema)]
#[serde(try_from = "Text<64>")]
#[schemars(inline)]
struct Username(String);

impl TryFrom<Text<64>> for Username {
    type Error = Invalid;

    fn try_from(Text(name): Text<64>) -> Result<Self, Invalid> {
        if name.contains(char::is_control) {
            return Err(Invalid::new("must not hold control characters"));
        }
        // Browsers take them out of paths.
        if matches!(&*name, "." | "..") || name.trim() != name {
            return Err(Invalid::new("must not be `.` or `..`, nor begin or end with a blank"));
        }
        Ok(Username(name))
    }
}

/// What may be an address: whether it is one, only a mail can tell.
#[derive(Deserialize, JsonSchema)]
#[serde(try_from = "Text<254>")]
#[schemars(inline, extend("pattern" = "^[^@]+@.+$"))]
struct Email(String);

impl TryFrom<Text<254>> for Email {
    type Error = Invalid;

    fn try_from(Text(email): Text<254>) -> Result<Self, Invalid> {
        let parts = email.split_once('@').is_some_and(|(local, host)| !local.is_empty() && !host.is_empty());
        let plain = !email.contains(|c: char| c.is_whitespace() || c.is_control());
        (parts && plain).then_some(Email(email)).ok_or(Invalid::new("is invalid"))
    }
}

/// `null` and an empty text are the same.
fn or_empty<const LONGEST: usize>(text: Option<Text<LONGEST, true>>) -> String {
    text.map(|Text(text)| text).unwrap_or_default()
}

//! Where posts are kept: SQLite, compiled in.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use route_runtime::ApiError;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row, TransactionBehavior};
use schemars::JsonSchema;
use serde::Serialize;

/// Kept in the file as its `user_version`: a program finds out whether it knows the tables.
const VERSION: i64 = 1;

const TABLES: &str =
    "CREATE TABLE post (id INTEGER PRIMARY KEY, title TEXT NOT NULL, post TEXT NOT NULL) STRICT";

#[derive(Serialize, JsonSchema)]
pub(crate) struct Post {
    id: i64,
    title: String,
    post: String,
}

/// One connection, which is enough: SQLite has one writer, and a post takes a millisecond.
#[derive(Clone)]
pub(crate) struct Store(Arc<Mutex<Connection>>);

impl Store {
    /// Opens the file, and creates it on the first start.
    pub(crate) fn open(file: &Path) -> Result<Self, String> {
        let connection = connect(file).map_err(|error| {
            format!("can't keep posts in {}: {error}; TOUR_DB names the file", file.display())
        })?;
        Ok(Store(Arc::new(Mutex::new(connection))))
    }

    /// Keeps a post and returns its id. It is on the disk by then.
    pub(crate) async fn add(&self, title: String, post: String) -> Result<i64, ApiError> {
        self.run(move |connection| {
            connection.execute("INSERT INTO post (title, post) VALUES (?1, ?2)", (title, post))?;
            Ok(connection.last_insert_rowid())
        })
        .await
    }

    pub(crate) async fn get(&self, id: i64) -> Result<Option<Post>, ApiError> {
        self.run(move |connection| {
            connection.query_row("SELECT id, title, post FROM post WHERE id = ?1", [id], read).optional()
        })
        .await
    }

    /// The newest `limit` posts before the one with the id `before`.
    pub(crate) async fn newest(&self, limit: u32, before: i64) -> Result<Vec<Post>, ApiError> {
        self.run(move |connection| {
            connection
                .prepare("SELECT id, title, post FROM post WHERE id < ?1 ORDER BY id DESC LIMIT ?2")?
                .query_map((before, limit), read)?
                .collect()
        })
        .await
    }

    /// Runs `work` where it may block.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, ApiError> {
        let connection = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || {
            // A panic leaves no statement half done: SQLite undoes it.
            work(&connection.lock().unwrap_or_else(PoisonError::into_inner))
        });
        Ok(done.await??)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Post> {
    Ok(Post { id: row.get(0)?, title: row.get(1)?, post: row.get(2)? })
}

fn connect(file: &Path) -> Result<Connection, Box<dyn std::error::Error>> {
    // SQLite takes some names for something else: "" for a file that it deletes, ":memory:" for none, "file:…" for a URI.
    let file = std::path::absolute(file)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut connection = Connection::open_with_flags(file, flags)?;
    // A write-ahead log that is synced by every commit: what was acknowledged survives `kill -9` and a power failure.
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;

    // Two tours may meet at a new file: the one that locks it first makes the tables.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    match transaction.query_row("PRAGMA user_version", [], |row| row.get(0))? {
        VERSION => {}
        0 => {
            transaction.execute_batch(TABLES)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
        }
        other => return Err(format!("its version is {other}, and this program knows {VERSION}").into()),
    }
    transaction.commit()?;
    Ok(connection)
}

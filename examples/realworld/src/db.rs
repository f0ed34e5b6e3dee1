//! The database: SQLite, connections that read at the same time, and one that writes.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use deadpool_sqlite::{Config, Hook, HookError, Pool, PoolConfig, Runtime};
use route_runtime::ApiError;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use rusqlite_migration::{M, Migrations};

const MIGRATIONS: &[M<'_>] = &[M::up(include_str!("../migrations/1-conduit.sql")).foreign_key_check()];

/// Readers see the last commit while the writer works. SQLite has one writer at a time: a pool of one lets the others wait
/// in the order in which they came, where SQLite's own lock would let them try again and, in the end, fail.
#[derive(Clone)]
pub(crate) struct Db {
    readers: Pool,
    writer: Pool,
}

impl Db {
    /// Opens the file, creates it on the first start, and brings its tables up to date.
    pub(crate) async fn open(file: &Path) -> Result<Self, Box<dyn Error + Send + Sync>> {
        // SQLite takes some names for something else: "" for a file that it deletes, ":memory:" for none.
        let file = std::path::absolute(file)?;
        is_ours(&file)?;
        let db = Db { writer: pool(file.clone(), 1)?, readers: pool(file, 8)? };
        let writer = db.writer.get().await?;
        let migrate = |connection: &mut Connection| Migrations::from_slice(MIGRATIONS).to_latest(connection);
        writer.interact(migrate).await.map_err(|error| error.to_string())??;
        drop(writer);
        Ok(db)
    }

    /// Runs `work` on a snapshot of the database.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        run(&self.readers, move |connection| work(&*connection.transaction()?)).await
    }

    /// Runs `work`, all of it or nothing. It is on the disk when this returns.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let work = move |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        run(&self.writer, work).await
    }
}

/// The `application_id` that the first migration gives the file: what another program keeps in one stays untouched.
const CONDUIT: i64 = 0x436f_6e64;

fn is_ours(file: &Path) -> Result<(), Box<dyn Error + Send + Sync>> {
    if !file.exists() {
        return Ok(());
    }
    let sql = "SELECT (SELECT count(*) FROM sqlite_master), application_id FROM pragma_application_id";
    let (tables, id): (i64, i64) =
        Connection::open(file)?.query_one(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if tables == 0 || id == CONDUIT { Ok(()) } else { Err("it is the database of another program".into()) }
}

/// Runs `work` where it may block. What is begun goes on when nobody waits for it any more, and has its connection until
/// then: one that went back before would be given to the next, who would wait behind it and open another.
async fn run<T: Send + 'static>(
    pool: &Pool,
    work: impl FnOnce(&mut Connection) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let connection = pool.get().await?;
    let done = tokio::spawn(async move { connection.interact(work).await });
    // Its error holds what was panicked with, which may be anything.
    done.await?.map_err(|error| error.to_string())?
}

fn pool(file: PathBuf, connections: usize) -> Result<Pool, Box<dyn Error + Send + Sync>> {
    let config = Config { path: file, pool: Some(PoolConfig::new(connections)) };
    let set_up = Hook::async_fn(|connection, _| {
        Box::pin(async move {
            let done = connection.interact(|connection| set_up(connection)).await;
            done.map_err(|error| HookError::message(error.to_string()))?.map_err(HookError::Backend)
        })
    });
    Ok(config.builder(Runtime::Tokio1)?.post_create(set_up).build()?)
}

/// A write-ahead log that is synced by every commit: what was acknowledged survives `kill -9` and a power failure.
fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

#[cfg(test)]
#[allow(
    clippy::expect_used,
    unused_imports,
    dead_code,
    reason = "a bench, which has this file too, has no tests"
)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use super::*;

    /// Those who write now, and the most who ever did.
    static NOW: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);

    #[tokio::test]
    async fn a_writer_is_alone_though_who_wanted_it_is_gone() {
        let file = std::env::temp_dir().join(format!("realworld-db-{}", std::process::id()));
        let db = Db::open(&file).await.expect("a database");
        for _ in 0..5 {
            // Without the lock that SQLite has as well.
            let slow = run(&db.writer, |_| {
                MOST.fetch_max(NOW.fetch_add(1, SeqCst) + 1, SeqCst);
                std::thread::sleep(Duration::from_millis(50));
                NOW.fetch_sub(1, SeqCst);
                Ok(())
            });
            assert!(tokio::time::timeout(Duration::from_millis(10), slow).await.is_err(), "it is slow");
        }
        db.write(|_| Ok(())).await.expect("the last one");
        assert_eq!(MOST.load(SeqCst), 1);
        for end in ["", "-wal", "-shm"] {
            // What SQLite has removed itself.
            let _ = std::fs::remove_file(format!("{}{end}", file.display()));
        }
    }
}

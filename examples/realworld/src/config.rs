//! What the environment says.

use std::env::{self, VarError};
use std::path::PathBuf;

/// How this service runs; see `main.rs`.
pub(crate) struct Config {
    pub(crate) port: u16,
    /// The file of the database.
    pub(crate) database: PathBuf,
    /// The key of the tokens, where there is one.
    pub(crate) secret: Option<String>,
}

impl Config {
    /// All of it, or a sentence that names what is wrong.
    pub(crate) fn from_env() -> Result<Self, String> {
        let port = match text("PORT")? {
            Some(port) => port.parse().map_err(|_| "PORT is no port: write a number from 0 to 65535")?,
            None => 3100,
        };
        let database = match text("DATABASE_URL")? {
            Some(url) => database(&url)?,
            None => env::current_exe().unwrap_or_default().with_file_name("realworld.db"),
        };
        let secret = text("JWT_SECRET")?;
        if secret.as_ref().is_some_and(String::is_empty) {
            return Err("JWT_SECRET is empty: write a long random text, or unset it".to_owned());
        }
        Ok(Config { port, database, secret })
    }
}

fn text(variable: &str) -> Result<Option<String>, String> {
    match env::var(variable) {
        Ok(text) => Ok(Some(text)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(format!("{variable} is no UTF-8")),
    }
}

/// The file of `sqlite:path` or `sqlite://path`, to which tools add `?mode=rwc`: create it where it is absent.
fn database(url: &str) -> Result<PathBuf, String> {
    let path = url.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path));
    let path = path.map(|path| path.strip_suffix("?mode=rwc").unwrap_or(path));
    let path = path.filter(|path| !path.is_empty() && !path.contains('?') && *path != ":memory:");
    path.map(PathBuf::from).ok_or_else(|| {
        "DATABASE_URL is no SQLite file: write sqlite:// and its path, as in sqlite:///var/lib/realworld.db".to_owned()
    })
}

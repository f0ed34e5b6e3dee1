//! Conduit, the backend of `RealWorld`: `cargo run -p realworld`, and its API at <http://127.0.0.1:3100/api>.
//! <http://127.0.0.1:3100/docs> shows it, and `cargo run -p realworld -- openapi` prints its document.
//!
//! | variable | |
//! |---|---|
//! | `PORT` | the port; without it 3100 |
//! | `DATABASE_URL` | the SQLite file, `sqlite:///var/lib/realworld.db`, created on the first start; without it `realworld.db` beside the program, which is `target/debug/realworld.db` |
//! | `JWT_SECRET` | the key that signs the tokens; without it a random one, so that tokens end with the process |
//!
//! Each file has the endpoints of one resource. Nothing lists them.

mod app;
mod articles;
mod auth;
mod comments;
mod config;
mod db;
mod errors;
mod input;
mod password;
mod profiles;
mod tags;
mod users;

use std::env;
use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

use route_runtime::ApiError;

use app::App;
use auth::Tokens;
use config::Config;
use db::Db;
use password::Passwords;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error + Send + Sync>> {
    match env::args().nth(1).as_deref() {
        None => {}
        Some("openapi") => {
            let _ = write!(std::io::stdout(), "{}", app::openapi());
            return Ok(());
        }
        Some(_) => {
            return Err("write no argument to serve, or `openapi` for the document of the API".into());
        }
    }
    let Config { port, database, secret } = Config::from_env()?;
    let db = Db::open(&database).await.map_err(|error| {
        format!("can't open the database {}: {error}; DATABASE_URL names it", database.display())
    })?;
    let key = match secret {
        Some(secret) => secret.into_bytes(),
        None => {
            let _ = writeln!(std::io::stderr(), "JWT_SECRET is not set: the tokens end with this process");
            let mut key = vec![0; 32];
            getrandom::fill(&mut key)?;
            key
        }
    };
    let tokens = Tokens::new(&key).map_err(ApiError::into_error)?;
    let passwords = Passwords::new().map_err(ApiError::into_error)?;
    let routes = app::routes(App { db, passwords, tokens });
    say(&format!("{routes}\n"));
    let server = routes
        .into_server()?
        .on_listening(|address| say(&format!("http://{address}/api, and its page at http://{address}/docs")));
    Ok(server.serve(("127.0.0.1", port)).await?)
}

/// Prints a line; where nobody reads it, as in `| head`, the server goes on.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_signatures_tell_all() {
        assert_eq!(crate::app::openapi().undocumented(), [""; 0]);
    }
}

//! Two crates of routes, put together: `cargo run -p workspace-app`, then `curl http://127.0.0.1:3200/blog/posts`
//!
//! | variable | |
//! |---|---|
//! | `PORT` | the port of the public; without it 3200 |
//! | `ADMIN_PORT` | the port of those who run it; without it 3201 |

mod app;

use std::env::{self, VarError};
use std::error::Error;
use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;

use route_runtime::Server;
use tokio::sync::oneshot;

use app::{Stores, admin, public, router, serves_all};
// Only what is named is linked, and only what is linked has routes. `app` names both crates already, for their states; these
// lines are for who reads, and needed for a crate that has routes and nothing else.
use blog as _;
use shop as _;

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
    let (port, admin_port) = (port("PORT", 3200)?, port("ADMIN_PORT", 3201)?);
    let stores = Stores::new();
    let (public, admin) = (public(&stores), admin(&stores));
    serves_all(&[&public, &admin])?;
    say(&format!("public\n{public}\n\nadmin\n{admin}\n"));

    let (tell_public, public_at) = oneshot::channel();
    let (tell_admin, admin_at) = oneshot::channel();
    let tell = |both: oneshot::Sender<SocketAddr>| {
        move |address| {
            // Nobody waits for it where the other could not listen.
            let _ = both.send(address);
        }
    };
    let public = Server::new(router(public)?).on_listening(tell(tell_public));
    let admin = Server::new(router(admin)?).on_listening(tell(tell_admin));
    // Told at once, when both hear signals: one that came between them would end the first and leave the other.
    let both_listen = async {
        if let (Ok(public), Ok(admin)) = tokio::join!(public_at, admin_at) {
            say(&format!("public: http://{public}\nadmin: http://{admin}"));
        }
        Ok(())
    };
    // A signal ends both, as each hears it; where one can't listen, neither goes on.
    tokio::try_join!(public.serve(("127.0.0.1", port)), admin.serve(("127.0.0.1", admin_port)), both_listen)?;
    say("bye");
    Ok(())
}

fn port(variable: &str, otherwise: u16) -> Result<u16, String> {
    match env::var(variable) {
        Ok(port) => {
            port.parse().map_err(|_| format!("{variable} is no port: write a number from 0 to 65535"))
        }
        Err(VarError::NotPresent) => Ok(otherwise),
        Err(VarError::NotUnicode(_)) => Err(format!("{variable} is no port: it is no UTF-8")),
    }
}

/// Prints a line; where nobody reads it, as in `| head`, the server goes on.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[cfg(test)]
mod tests;

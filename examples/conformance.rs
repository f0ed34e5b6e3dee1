//! The twin of a Next.js application, to be asked what the tests ask.
//!
//! `cargo run --example conformance -- 127.0.0.1:4200`, then `curl http://127.0.0.1:4200/api/hello`;
//! `cargo run --example conformance -- openapi` prints the document of its API.

#[path = "../tests/conformance/twin/mod.rs"]
mod twin;

use std::io::Write as _;
use std::process::ExitCode;

use route_runtime::openapi::Info;

#[tokio::main]
async fn main() -> ExitCode {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:4200".to_owned());
    if address == "openapi" {
        let _ = write!(std::io::stdout(), "{}", twin::app().openapi(Info::new("The twin", "1.0.0")));
        return ExitCode::SUCCESS;
    }
    match serve(&address).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(address: &str) -> Result<(), route_runtime::Error> {
    let server = twin::app().into_server()?;
    server
        .on_listening(|address| {
            // A reader that is gone must not end the server.
            let _ = writeln!(std::io::stdout(), "http://{address}");
        })
        .serve(address)
        .await
}

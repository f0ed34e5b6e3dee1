//! The article's API, end to end: `cargo run --example tour`.
//!
//! `PORT` changes the port (3000). With `TRIVIA_URL=http://host:port` the facts come from an API of the shape of
//! numbersapi.com, `GET /<number>` -> a sentence; without it from a set in this program.

mod trivia;

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use route_runtime::{ApiError, ApiRequest, ApiResponse, Routes, State, api_route, get};
use serde::Serialize;

use trivia::Facts;

#[derive(Serialize)]
struct Greeting {
    name: &'static str,
}

/// The first API route of every Next.js project.
#[get("/api/hello")]
async fn hello(_req: ApiRequest, res: ApiResponse<Greeting>) -> ApiResponse<Greeting> {
    res.status(200).json(Greeting { name: "John Doe" })
}

#[derive(Serialize)]
struct Did {
    did: &'static str,
}

/// One function for every method, which looks at `req.method()`.
#[api_route("/api/switch")]
async fn switch(req: ApiRequest, res: ApiResponse<Did>) -> ApiResponse<Did> {
    match req.method().as_str() {
        "POST" => res.status(201).json(Did { did: "processed a POST request" }),
        _ => res.json(Did { did: "handled any other method" }),
    }
}

/// A fact about a number.
#[get("/api/trivia/[number]", max_duration = "10s")]
async fn trivia(number: i64, State(facts): State<Facts>) -> Result<String, ApiError> {
    facts.about(number).await
}

fn routes(facts: Facts) -> Routes {
    Routes::collect().with_state(facts)
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            let _ = writeln!(std::io::stderr(), "{sentence}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let port = match std::env::var("PORT") {
        Ok(port) => port.parse().map_err(|_| "PORT is no port: write a number from 0 to 65535".to_owned())?,
        Err(_) => 3000,
    };
    let facts = match std::env::var("TRIVIA_URL") {
        Ok(url) => Facts::from_api(&url, Duration::from_secs(2))?,
        Err(_) => Facts::embedded(),
    };
    let routes = routes(facts);
    say(&format!("{routes}\n"));
    let server = routes.into_server().map_err(|error| error.to_string())?;
    server
        .on_listening(|address| {
            say(&format!("http://{address}  (Ctrl-C ends it). Try:"));
            for line in [
                format!("  curl http://{address}/api/hello"),
                format!("  curl http://{address}/api/trivia/42"),
                format!("  curl http://{address}/api/trivia/forty-two"),
                format!("  curl -X POST http://{address}/api/switch"),
                format!("  curl -i -X DELETE http://{address}/api/hello"),
            ] {
                say(&line);
            }
        })
        .serve(("127.0.0.1", port))
        .await
        .map_err(|error| error.to_string())?;
    say("bye");
    Ok(())
}

/// Prints a line; where nobody reads it, as in `| head`, the server goes on.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[cfg(test)]
mod tests;

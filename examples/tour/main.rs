//! The article's API, end to end: `cargo run --example tour`, and its form at <http://127.0.0.1:3000>.
//! <http://127.0.0.1:3000/docs> has the API, and `cargo run --example tour -- openapi` prints its document,
//! `-- routes` the table of its routes, `-- routes --json` the same for tools.
//!
//! | variable | |
//! |---|---|
//! | `PORT` | the port; without it 3000 |
//! | `TRIVIA_URL` | `http://host:port` of an API of the shape of numbersapi.com, `GET /<number>` -> a sentence, that has the facts; without it they are a set in this program |
//! | `TOUR_DB` | the SQLite file of the posts, created on the first start; without it `tour.db` beside the program, which is `target/debug/examples/tour.db` |
//! | `TOUR_UPLOADS` | the folder of the uploads; without it `tour-uploads` beside the posts |

mod page;
mod posts;
mod store;
mod trivia;
mod upload;

use std::env;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use route_runtime::openapi::{Info, OpenApi};
use route_runtime::{ApiError, ApiRequest, ApiResponse, Routes, State, api_route, get};
use schemars::JsonSchema;
use serde::Serialize;

use store::Store;
use trivia::Facts;
use upload::Uploads;

#[derive(Serialize, JsonSchema)]
struct Greeting {
    name: &'static str,
}

/// The first API route of every Next.js project.
#[get("/api/hello")]
async fn hello(_req: ApiRequest, res: ApiResponse<Greeting>) -> ApiResponse<Greeting> {
    res.status(200).json(Greeting { name: "John Doe" })
}

#[derive(Serialize, JsonSchema)]
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

fn info() -> Info {
    Info::new("The tour", "1.0.0").description("The API of the article, end to end.")
}

/// `cargo run --example tour -- openapi > openapi.json`
fn openapi() -> OpenApi {
    Routes::collect().openapi(info())
}

fn routes(facts: Facts, store: Store, uploads: Uploads) -> Routes {
    let routes = Routes::collect().with_state(facts).with_state(store).with_state(uploads);
    routes.with_info(info()).with_docs("/docs")
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
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let told = match *arguments {
        [] => None,
        ["openapi"] => Some(openapi().to_string()),
        ["routes"] => Some(format!("{}\n\n{}\n", Routes::collect(), Routes::collect().summary())),
        ["routes", "--json"] => Some(format!("{:#}\n", Routes::collect().to_json())),
        _ => {
            return Err("write no argument to serve, `openapi` for the document of the API, `routes` or \
                        `routes --json` for the table"
                .to_owned());
        }
    };
    if let Some(text) = told {
        let _ = write!(std::io::stdout(), "{text}");
        return Ok(());
    }
    let port = match env::var("PORT") {
        Ok(port) => port.parse().map_err(|_| "PORT is no port: write a number from 0 to 65535".to_owned())?,
        Err(_) => 3000,
    };
    let facts = match env::var("TRIVIA_URL") {
        Ok(url) => Facts::from_api(&url, Duration::from_secs(2))?,
        Err(_) => Facts::embedded(),
    };
    let file = path("TOUR_DB", || env::current_exe().unwrap_or_default().with_file_name("tour.db"));
    let folder = path("TOUR_UPLOADS", || file.with_file_name("tour-uploads"));
    let (store, uploads) = (Store::open(&file)?, Uploads::open(&folder)?);
    let routes = routes(facts, store, uploads);
    say(&format!("{routes}\n\n{}\n", routes.summary()));
    say(&format!("The posts are in {}, the uploads in {}.\n", file.display(), folder.display()));
    let server = routes.into_server().map_err(|error| error.to_string())?;
    server
        .on_listening(|address| {
            let site = format!("http://{address}");
            say(&format!("{site}  (Ctrl-C ends it). The form is there, the API at {site}/docs; or try:"));
            for line in [
                format!("curl {site}/api/hello"),
                format!("curl {site}/api/trivia/42"),
                format!("curl {site}/api/trivia/forty-two"),
                format!("curl -X POST {site}/api/switch"),
                format!("curl -i -X DELETE {site}/api/hello"),
                format!("curl {site}/api/post -d title=Rust -d post=Hello"),
                format!("curl {site}/api/post --json '{{\"title\": \"\", \"post\": \"Hello\"}}'"),
                format!("curl '{site}/api/post?limit=10'"),
                format!("curl {site}/api/upload/readme.md -X POST -T README.md"),
                format!("curl {site}/api/upload/readme.md"),
            ] {
                say(&format!("  {line}"));
            }
        })
        .serve(("127.0.0.1", port))
        .await
        .map_err(|error| error.to_string())?;
    say("bye");
    Ok(())
}

/// The path that a variable names.
fn path(variable: &str, otherwise: impl FnOnce() -> PathBuf) -> PathBuf {
    env::var_os(variable).map_or_else(otherwise, PathBuf::from)
}

/// Prints a line; where nobody reads it, as in `| head`, the server goes on.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[cfg(test)]
mod tests;

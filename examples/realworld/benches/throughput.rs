//! How many requests a second the routes answer, and the same endpoints by hand: `cargo bench -p realworld`.
//!
//! By hand twice: with the layers that guard it as the routes are guarded, and without. All are served by hyper, in one
//! tokio runtime, from one database, and asked in turns: what else the machine does falls on all. The list and the tags
//! are mostly SQLite. A sum and a refusal are the HTTP layer alone.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    missing_docs,
    reason = "a program that is run by hand, with parts of another"
)]

#[path = "../src/app.rs"]
mod app;
#[path = "../src/articles/mod.rs"]
mod articles;
#[path = "../src/auth.rs"]
mod auth;
#[path = "../plain/client.rs"]
mod client;
#[path = "../src/comments.rs"]
mod comments;
#[path = "../src/db.rs"]
mod db;
#[path = "../src/errors.rs"]
mod errors;
#[path = "../src/input.rs"]
mod input;
#[path = "../src/password.rs"]
mod password;
#[path = "../plain/mod.rs"]
mod plain;
#[path = "../src/profiles.rs"]
mod profiles;
#[path = "../src/tags.rs"]
mod tags;
#[path = "../src/users.rs"]
mod users;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use app::App;
use auth::Tokens;
use axum::Router;
use axum::extract::{Path, Query};
use axum::routing::get;
use client::Connection;
use db::Db;
use password::Passwords;
use plain::Json;
use route_runtime::{ApiResponse, ApiResult};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

const CONNECTIONS: usize = 16;
const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_millis(500);

/// What is asked, and the status that it has.
const TARGETS: [(&str, u16); 4] = [
    ("/api/articles?limit=20", 200),
    ("/api/tags", 200),
    ("/api/sum/20?and=22", 200),
    ("/api/articles?limit=0", 422),
];

#[derive(Serialize)]
struct Sum {
    sum: i64,
}

#[route_runtime::get("/sum/[of]?and")]
async fn sum(of: i64, and: Option<i64>) -> ApiResult<Sum> {
    Ok(ApiResponse::ok(Sum { sum: of + and.unwrap_or(0) }))
}

#[derive(Deserialize)]
struct Other {
    and: Option<i64>,
}

async fn sum_by_hand(Path(of): Path<i64>, Query(other): Query<Other>) -> Json<Sum> {
    Json(Sum { sum: of + other.and.unwrap_or(0) })
}

/// 200 articles of 10 users with 3 of 12 tags each, and 600 favourites.
const SEED: &str = "
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10)
    INSERT INTO user (id, username, email, password) SELECT i, 'user' || i, i || '@conduit.test', '' FROM n;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
    INSERT INTO article (id, slug, title, description, body, author)
        SELECT i, 'article-' || i, 'Article ' || i, 'What it is about.', 'What it says.', i % 10 + 1 FROM n;
    INSERT INTO tag (article, name) SELECT id, 'tag' || (id * (t.i + 2) % 4 + 4 * t.i)
        FROM article, (SELECT 0 AS i UNION SELECT 1 UNION SELECT 2) t;
    INSERT INTO favorite (user, article) SELECT user.id, article.id FROM user, article
        WHERE (user.id + article.id) % 10 < 3;";

fn main() {
    let folder = std::env::temp_dir().join(format!("conduit-bench-{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let servers = runtime.block_on(async {
        let db = Db::open(&folder.join("conduit.db")).await.expect("a database");
        db.write(|db| Ok(db.execute_batch(SEED)?)).await.expect("articles");
        let app = App {
            db,
            passwords: Passwords::new().expect("a hash"),
            tokens: Tokens::new(b"key").expect("a key"),
        };
        serve(app).await
    });

    println!("{CONNECTIONS} connections, {ROUNDS} rounds of {ROUND:?} each; requests a second");
    for (target, status) in TARGETS {
        let request = format!("GET {target} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        let [ours, guarded, bare] = servers.map(|address| body(address, &request));
        assert_eq!([&guarded, &bare], [&ours, &ours], "{target} has several answers");
        // What is done once, as preparing statements, is done.
        for address in servers {
            rate(address, &request, status, ROUND / 2);
        }
        println!("\nGET {target}\nround     routes    by hand   ratio    by hand, no guards   ratio");
        let mut ratios = [Vec::new(), Vec::new()];
        for round in 1..=ROUNDS {
            let mut rates = [0.0; 3];
            for turn in 0..3 {
                // Who is first changes: a machine that slows down would favour the first.
                let which = (round + turn) % 3;
                rates[which] = rate(servers[which], &request, status, ROUND);
            }
            let [ours, guarded, bare] = rates;
            let [to_guarded, to_bare] = [ours / guarded, ours / bare];
            println!("{round:>5} {ours:>10.0} {guarded:>10.0} {to_guarded:>7.3} {bare:>21.0} {to_bare:>7.3}");
            ratios[0].push(to_guarded);
            ratios[1].push(to_bare);
        }
        let [guarded, bare] = ratios.map(|mut ratios| {
            ratios.sort_by(f64::total_cmp);
            format!("{:.3}, worst {:.3}, best {:.3}", ratios[ROUNDS / 2], ratios[0], ratios[ROUNDS - 1])
        });
        println!("median ratio {guarded}; without guards {bare}");
    }
    runtime.shutdown_background();
    let _ = std::fs::remove_dir_all(folder);
}

/// The routes; by hand with all that guards it; and by hand as far as it answers the same when nothing goes wrong.
async fn serve(app: App) -> [SocketAddr; 3] {
    let listen = || async { TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap() };
    let listeners = [listen().await, listen().await, listen().await];
    let addresses = listeners.each_ref().map(|listener| listener.local_addr().unwrap());
    let [ours, guarded, bare] = listeners;
    tokio::spawn(app::routes(app.clone()).into_server().expect("routes that fit").serve(ours));
    let api = plain::api().route("/sum/{of}", get(sum_by_hand));
    tokio::spawn(axum::serve(guarded, plain::guarded(api.clone(), app.clone())).into_future());
    let router = Router::new().nest("/api", api).with_state(app).layer(app::cors());
    tokio::spawn(axum::serve(bare, router).into_future());
    addresses
}

fn body(address: SocketAddr, request: &str) -> String {
    let mut connection = Connection::open(address).unwrap();
    connection.ask(request.as_bytes()).unwrap();
    String::from_utf8(connection.body).unwrap()
}

/// How many requests a second are answered on all connections together.
fn rate(address: SocketAddr, request: &str, status: u16, time: Duration) -> f64 {
    let ready = Barrier::new(CONNECTIONS);
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                scope.spawn(|| {
                    let mut connection = Connection::open(address).unwrap();
                    ready.wait();
                    let (start, mut requests) = (Instant::now(), 0_u32);
                    while start.elapsed() < time {
                        assert_eq!(connection.ask(request.as_bytes()).unwrap(), status);
                        requests += 1;
                    }
                    f64::from(requests) / start.elapsed().as_secs_f64()
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).sum()
    })
}

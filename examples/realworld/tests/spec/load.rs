//! What many cost who ask at once, and who hang up.

use std::io::Write as _;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::connect;
use crate::server::Server;

/// The memory of the process in MiB.
fn memory(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).expect("its status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
}

#[test]
fn logins_cost_no_memory_that_is_not_used_again() {
    let server = Server::start();
    let login = json!({"user": {"email": "nobody@conduit.test", "password": "a long one"}});
    scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                for _ in 0..10 {
                    server.anonymous().post("/users/login", &login).is(401);
                }
            });
        }
    });
    // A hash takes 19, and there are as many at a time as cores.
    let used = memory(&server);
    println!("200 logins of 20 clients: {used} MiB");
    assert!(used < 300, "{used} MiB");
}

#[test]
fn who_hangs_up_holds_nobody_up() {
    let server = Server::start();
    let ann = server.register("ann");
    ann.slug("One");
    let hang_up = |request: &str| {
        let mut stream = connect(server.address).expect("a connection");
        stream.write_all(request.as_bytes()).expect("it is sent");
    };
    let body = json!({"user": {"email": "nobody@conduit.test", "password": "a long one"}}).to_string();
    let login = format!(
        "POST /api/users/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                for _ in 0..10 {
                    hang_up("GET /api/articles?author=ann HTTP/1.1\r\nhost: localhost\r\n\r\n");
                    hang_up(&login);
                }
            });
        }
    });
    let start = Instant::now();
    ann.get("/profiles/ann").is(200);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    // Nine connections of three files each, and what every process has.
    sleep(Duration::from_millis(500));
    let open = std::fs::read_dir(format!("/proc/{}/fd", server.id())).expect("its files").count();
    assert!(open < 60, "{open} open files");
    assert!(memory(&server) < 300, "{} MiB", memory(&server));
}

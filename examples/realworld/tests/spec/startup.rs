//! How it starts, and how it ends.

use std::net::TcpListener;
use std::time::Duration;

use crate::client::connect;
use crate::server::{Folder, KEY, Server, command, output};

#[test]
fn a_bad_variable_is_a_sentence_and_exit_code_1() {
    let folder = Folder::new();
    let url = folder.url();
    let garbage = folder.path().join("garbage.db");
    std::fs::write(&garbage, "no database ".repeat(1000)).expect("a file");
    let garbage = format!("sqlite://{}", garbage.display());
    let within = format!("sqlite://{}/nowhere/conduit.db", folder.path().display());
    let itself = format!("sqlite://{}", folder.path().display());
    for (variable, value) in [
        ("PORT", "abc"),
        ("PORT", "-1"),
        ("PORT", "65536"),
        ("PORT", "80 80"),
        ("PORT", "3000x"),
        ("DATABASE_URL", &*within),
        ("DATABASE_URL", &*itself),
        ("DATABASE_URL", &*garbage),
        ("DATABASE_URL", "postgres://localhost/conduit"),
    ] {
        let variables = [("PORT", "0"), ("DATABASE_URL", &*url), ("JWT_SECRET", KEY), (variable, value)];
        let output = output(&mut command(&folder, &variables));
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{variable}={value}: {error}");
        assert!(error.contains(variable), "{variable}={value}: {error}");
        // Why, and not only that.
        assert!(!error.contains("Internal Server Error"), "{variable}={value}: {error}");
        assert!(!error.contains("panicked") && !error.contains(KEY), "{variable}={value}: {error}");
        assert!(!error.trim().is_empty() && error.lines().count() <= 3, "{variable}={value}: {error}");
        assert!(!String::from_utf8_lossy(&output.stdout).contains("http://"), "{variable}={value}");
    }
    // What was there and was no database is as it was.
    let left = std::fs::read_to_string(folder.path().join("garbage.db")).expect("the file");
    assert!(left == "no database ".repeat(1000), "it is overwritten");
}

#[test]
fn the_database_of_another_program_stays_as_it_is() {
    let folder = Folder::new();
    let file = folder.path().join("foreign.db");
    // Of the tables that this one has too, and at its version.
    rusqlite::Connection::open(&file)
        .and_then(|foreign| foreign.execute_batch("CREATE TABLE user (a); PRAGMA user_version = 1"))
        .expect("a database");
    let before = std::fs::read(&file).expect("the file");
    let url = format!("sqlite://{}", file.display());
    let output = output(&mut command(&folder, &[("PORT", "0"), ("DATABASE_URL", &url), ("JWT_SECRET", KEY)]));
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("another program") && error.contains("DATABASE_URL"), "{error}");
    assert!(std::fs::read(&file).expect("the file") == before, "it is changed");
}

#[test]
fn a_port_in_use_is_a_sentence_and_exit_code_1() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let folder = Folder::new();
    let variables = [("PORT", &*port), ("DATABASE_URL", &*folder.url()), ("JWT_SECRET", KEY)];
    let output = output(&mut command(&folder, &variables));
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains(&port) && !error.contains("panicked"), "{error}");
}

#[test]
fn an_argument_that_it_does_not_know_is_a_sentence_and_exit_code_1() {
    let folder = Folder::new();
    let output = output(command(&folder, &[("PORT", "0"), ("DATABASE_URL", &*folder.url())]).arg("openap"));
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("`openapi`") && error.lines().count() == 1, "{error}");
}

#[test]
fn its_page_shows_the_document() {
    let server = Server::start();
    assert!(server.printed().contains("/docs"), "{}", server.printed());
    let anonymous = server.anonymous();
    assert!(anonymous.unchecked("GET", "/docs").is(200).body.contains("<title>Conduit</title>"));
    let mut document = anonymous.unchecked("GET", "/docs/openapi.json").is(200).json;
    // The routes are beside the page.
    assert_eq!(document["servers"][0]["url"], "..");
    document["servers"][0]["url"] = "/".into();
    let file = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json")).expect("the file");
    assert_eq!(document, serde_json::from_slice::<serde_json::Value>(&file).expect("JSON"));
}

#[test]
fn without_a_key_it_warns() {
    let folder = Folder::new();
    let server = Server::with(&folder, &[]);
    let start = std::time::Instant::now();
    while !server.printed().contains("JWT_SECRET") {
        assert!(start.elapsed() < Duration::from_secs(5), "no warning: {}", server.printed());
        std::thread::sleep(Duration::from_millis(5));
    }
    let with_key = Server::start();
    with_key.register("ann").get("/user").is(200);
    assert!(!with_key.printed().contains("JWT_SECRET"), "{}", with_key.printed());
}

#[test]
fn an_empty_key_is_none() {
    let folder = Folder::new();
    let url = folder.url();
    let variables = [("PORT", "0"), ("DATABASE_URL", &*url), ("JWT_SECRET", "")];
    let mut process = command(&folder, &variables).spawn().expect("it runs");
    std::thread::sleep(Duration::from_millis(300));
    let ended = process.try_wait().expect("its status");
    // It has ended already where it takes an empty key for a mistake.
    let _ = process.kill();
    let output = process.wait_with_output().expect("its output");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("JWT_SECRET"), "it takes an empty key: {error}");
    assert!(ended.is_none_or(|status| status.code() == Some(1)), "{ended:?}");
}

#[test]
fn a_signal_ends_it_with_exit_code_0() {
    for signal in ["-TERM", "-INT"] {
        let server = Server::start();
        let ann = server.register("ann");
        // Who only keeps a connection does not keep the server.
        let _idle = connect(server.address).expect("a connection");
        ann.get("/user").is(200);
        let status = server.end(signal);
        assert!(status.success(), "{signal}: {status}");
    }
}

#[test]
fn the_database_may_be_written_in_two_ways() {
    let folder = Folder::new();
    let nested = folder.path().join("a folder, with blanks");
    std::fs::create_dir(&nested).expect("a folder");
    let file = nested.join("conduit.db");
    let file = file.display();
    for url in [format!("sqlite://{file}"), format!("sqlite:{file}")] {
        let server = Server::spawn(&mut command(
            &folder,
            &[("PORT", "0"), ("DATABASE_URL", &url), ("JWT_SECRET", KEY)],
        ));
        let count = server.anonymous().titles("/articles").0;
        if count == 0 {
            server.register("ann").slug("Kept");
        } else {
            assert_eq!(count, 1, "{url}");
        }
        assert!(server.end("-TERM").success());
    }
    let server = Server::spawn(&mut command(
        &folder,
        &[("PORT", "0"), ("DATABASE_URL", &format!("sqlite://{file}")), ("JWT_SECRET", KEY)],
    ));
    assert_eq!(server.anonymous().titles("/articles"), (1, vec!["Kept".to_owned()]));
}

#[test]
fn a_port_that_is_given_is_taken() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let folder = Folder::new();
    let server = Server::with(&folder, &[("PORT", &free.to_string()), ("JWT_SECRET", KEY)]);
    assert_eq!(server.address.port(), free);
    server.anonymous().get("/tags").is(200);
}

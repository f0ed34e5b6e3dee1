//! The document of the API: as it was reviewed, and held against the public description.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test panics where it fails"
)]

mod broken;
mod compare;
mod differences;
mod facts;
#[path = "../spec/published.rs"]
mod published;

use std::process::Command;

use route_runtime::testing::assert_unchanged;
use serde_json::Value;

use compare::compare;
use differences::{DIFFERENCES, unexplained};

/// What `cargo run -p realworld -- openapi` prints.
fn printed() -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_realworld")).arg("openapi").output().expect("it runs");
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

fn ours() -> Value {
    serde_json::from_str(&printed()).expect("JSON")
}

/// A change of the API is a change of this file, which is reviewed with it: `UPDATE=1 cargo test -p realworld`.
#[test]
fn the_api_is_as_reviewed() {
    assert_unchanged("openapi.json", &printed());
}

#[test]
fn it_is_what_the_public_description_says() {
    let Some(published) = published::document() else { return published::skipped("the two descriptions") };
    let (published, ours) = (facts::of(&published), facts::of(&ours()));
    let (compared, differences) = compare(&published, &ours);
    println!(
        "{compared} facts of {} operations compared: {} differ, for {} reasons",
        published.len(),
        differences.len(),
        DIFFERENCES.len()
    );
    assert_eq!(published.len(), 19);
    assert!(compared > 500, "{compared}");
    let unexplained = unexplained(&differences);
    assert!(unexplained.is_empty(), "{unexplained:#?}");

    // A difference that comes or goes is seen.
    assert_eq!(differences::unexplained(&differences[1..]).len(), 1);
    assert!(!differences::unexplained(&[&*differences, &differences[..1]].concat()).is_empty());
}

//! The programs are the examples of this package: `cargo run --example tour`.

//! What a request, a server, a build may cost.
//!
//! A limit is what is reached, with a little room: beyond it a change is refused. A goal is what the project wants, reached or not;
//! PERFORMANCE.md says why not.

use Against::{Axum, Guarded, Own};

/// What a cost is compared with: the same case by another way, or another case by the same.
#[derive(Debug, Clone, Copy)]
pub enum Against {
    /// axum by hand without protections; so many times as much.
    Axum,
    /// axum by hand with them.
    Guarded,
    /// Another case of this library; so many instructions more.
    Own(&'static str),
}

/// Way, case, what it is compared with, limit, goal.
pub const REQUESTS: &[(&str, &str, Against, f64, f64)] = &[
    ("routes", "hello", Axum, 1.12, 1.03),
    ("routes", "trivia", Axum, 1.17, 1.00),
    ("routes", "post", Axum, 0.92, 0.80),
    ("routes", "query", Axum, 1.00, 1.00),
    ("routes", "missing", Axum, 1.02, 1.05),
    ("routes", "hello", Guarded, 0.75, 0.70),
    ("routes", "post", Guarded, 0.74, 0.60),
    ("service", "hello", Axum, 0.70, 0.70),
    ("service", "trivia", Axum, 0.70, 0.60),
    ("service", "post", Axum, 0.71, 0.65),
    ("service", "missing", Axum, 0.69, 0.40),
    ("routes", "json_1", Axum, 0.96, 0.65),
    ("routes", "json_10", Axum, 0.92, 0.56),
    ("routes", "json_100", Axum, 0.92, 0.54),
    ("routes", "unread", Own("plain"), 930.0, 250.0),
    ("routes", "read", Own("plain"), 4850.0, 2500.0),
];

/// Of the instructions of axum's server: request, limit, goal.
pub const SERVER: &[(&str, f64, f64)] =
    &[("hello", 0.90, 0.85), ("trivia", 0.92, 0.85), ("post", 0.94, 0.85)];

/// What a compiler takes, of what it takes for axum by hand: checks, debug and release builds of a route; a check and a build
/// after one function of 1000 was changed.
pub const COMPILE: [f64; 5] = [2.3, 0.62, 0.54, 2.6, 0.52];

/// What a document may make of the first three.
pub const OPENAPI: f64 = 1.6;

/// Of axum's instructions to make a router of 10 000 routes, all checks included: way, limit, goal.
pub const BUILD: &[(&str, f64, f64)] = &[("routes", 1.6, 1.5), ("service", 0.87, 1.5)];

/// How much dearer a connection may be with 10 000 routes than with 10: what an allocator makes of a larger heap.
pub const CONNECTION: f64 = 1.2;

/// Crates of a program with the default features, beside axum's own: limit, goal.
pub const CRATES: (usize, usize) = (70, 55);

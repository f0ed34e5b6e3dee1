//! What a request may cost.

use Against::{Axum, Guarded, Own};

/// What a cost is compared with: the same case by another way, or another case by the same.
#[derive(Debug, Clone, Copy)]
pub enum Against {
    /// axum by hand without protections; at most so many times as much.
    Axum(f64),
    /// axum by hand with them.
    Guarded(f64),
    /// Another case of this library; at most so many instructions more.
    Own(&'static str, f64),
}

/// Way, case, budget.
pub const REQUESTS: &[(&str, &str, Against)] = &[
    ("routes", "hello", Axum(1.03)),
    ("routes", "trivia", Axum(1.00)),
    ("routes", "post", Axum(0.80)),
    ("routes", "query", Axum(1.00)),
    ("routes", "missing", Axum(1.05)),
    ("routes", "hello", Guarded(0.70)),
    ("routes", "post", Guarded(0.60)),
    ("service", "hello", Axum(0.70)),
    ("service", "trivia", Axum(0.60)),
    ("service", "post", Axum(0.65)),
    ("service", "missing", Axum(0.40)),
    ("routes", "json_1", Axum(0.65)),
    ("routes", "json_10", Axum(0.56)),
    ("routes", "json_100", Axum(0.54)),
    ("routes", "unread", Own("plain", 250.0)),
    ("routes", "read", Own("plain", 2500.0)),
];

/// Of the instructions of axum's server.
pub const SERVER: f64 = 0.85;

/// What a compiler takes, of what it takes for axum by hand: checks, debug and release builds of a route; a check and a build
/// after one function of 1000 was changed.
pub const COMPILE: [f64; 5] = [2.3, 0.62, 0.54, 2.6, 0.52];

/// What a document may make of the first three.
pub const OPENAPI: f64 = 1.6;

/// Of axum's instructions to make a router of 10 000 routes: all checks included.
pub const BUILD: f64 = 1.5;

/// How much dearer a connection may be with 10 000 routes than with 10: what an allocator makes of a larger heap.
pub const CONNECTION: f64 = 1.2;

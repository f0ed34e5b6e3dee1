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

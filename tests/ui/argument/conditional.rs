#![allow(unused)]

use route_runtime::*;

#[get("/a")]
async fn f(#[cfg(test)] text: String) {}

fn main() {}

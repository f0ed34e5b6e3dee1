#![allow(unused)]

use route_runtime::*;

#[get("/a")]
async fn f(x: impl Send) {}

fn main() {}

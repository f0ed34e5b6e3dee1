#![allow(unused)]

use route_runtime::*;

#[get("/a?b=1")]
async fn f(b: u8) {}

fn main() {}

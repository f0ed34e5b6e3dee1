#![allow(unused)]

use route_runtime::*;

#[get("/a", colour = "red")]
async fn f() {}

fn main() {}

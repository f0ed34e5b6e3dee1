#![allow(unused)]

use route_runtime::*;

#[get("/a%20b")]
async fn f() {}

fn main() {}

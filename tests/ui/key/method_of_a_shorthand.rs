#![allow(unused)]

use route_runtime::*;

#[get("/a", method = POST)]
async fn f() {}

fn main() {}

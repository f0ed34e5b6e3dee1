#![allow(unused)]

use route_runtime::*;

#[get("/a", layer = 7)]
async fn f() {}

fn main() {}

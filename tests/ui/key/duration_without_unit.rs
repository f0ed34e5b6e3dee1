#![allow(unused)]

use route_runtime::*;

#[get("/a", max_duration = 10)]
async fn f() {}

fn main() {}

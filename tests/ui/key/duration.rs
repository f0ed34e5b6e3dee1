#![allow(unused)]

use route_runtime::*;

#[get("/a", max_duration = "soon")]
async fn f() {}

fn main() {}

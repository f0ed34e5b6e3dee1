#![allow(unused)]

use route_runtime::*;

#[get("/a", operation_id = "a b")]
async fn f() {}

fn main() {}

#![allow(unused)]

use route_runtime::*;

#[get("/a", status = 404)]
async fn f() {}

fn main() {}

#![allow(unused)]

use route_runtime::*;

#[get("/a", status)]
async fn f() {}

fn main() {}

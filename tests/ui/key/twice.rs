#![allow(unused)]

use route_runtime::*;

#[get("/a", status = 201, status = 202)]
async fn f() {}

fn main() {}

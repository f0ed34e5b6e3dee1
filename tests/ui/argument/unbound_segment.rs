#![allow(unused)]

use route_runtime::*;

#[get("/[id]")]
async fn f() {}

fn main() {}

#![allow(unused)]

use route_runtime::*;

#[get("/[...rest]")]
async fn f(rest: String) {}

fn main() {}

#![allow(unused)]

use route_runtime::*;

#[get("/[id]")]
async fn f(id: &str) {}

fn main() {}

#![allow(unused)]

use route_runtime::*;

#[get("/[nmae]")]
async fn f(name: String) -> String {
    name
}

fn main() {}

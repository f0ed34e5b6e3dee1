#![allow(unused)]

use route_runtime::*;

#[get("/a")]
async fn f() -> u32 {
    7
}

fn main() {}

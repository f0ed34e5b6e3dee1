#![allow(unused)]

use route_runtime::*;

struct Plain;

#[get("/a")]
async fn f(plain: Plain) -> u32 {
    7
}

fn main() {}

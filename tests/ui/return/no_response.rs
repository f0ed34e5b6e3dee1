#![allow(unused)]

use route_runtime::*;

struct Plain;

#[get("/a")]
async fn f() -> Plain {
    Plain
}

fn main() {}

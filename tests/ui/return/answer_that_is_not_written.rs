#![allow(unused)]

use route_runtime::*;

struct Plain;

#[get("/a")]
async fn f() -> ApiResponse<Plain> {
    ApiResponse::ok(Plain)
}

fn main() {}

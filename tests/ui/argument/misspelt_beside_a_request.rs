#![allow(unused)]

use route_runtime::*;

#[get("/[nmae]")]
async fn f(name: String, req: ApiRequest) -> String {
    name
}

fn main() {}

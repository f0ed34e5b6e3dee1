#![allow(unused)]

use route_runtime::*;

#[post("/a", body_parser = false)]
async fn f(req: ApiRequest<Vec<u8>>) {}

fn main() {}

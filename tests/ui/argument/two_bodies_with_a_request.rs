#![allow(unused)]

use route_runtime::*;

#[post("/a")]
async fn f(req: ApiRequest<Vec<u8>>, text: String) {}

fn main() {}

#![allow(unused)]

use route_runtime::*;

struct Plain;

#[post("/a")]
async fn f(req: ApiRequest<Plain>) {}

fn main() {}

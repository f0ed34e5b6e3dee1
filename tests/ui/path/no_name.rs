#![allow(unused)]

use route_runtime::*;

#[get("/[]")]
async fn f() {}

fn main() {}

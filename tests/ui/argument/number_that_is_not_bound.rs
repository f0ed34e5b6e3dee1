#![allow(unused)]

use route_runtime::*;

#[get("/a")]
async fn f(page: u32) {}

fn main() {}

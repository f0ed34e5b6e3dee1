#![allow(unused)]

use route_runtime::*;

#[get("/[...rest]/a")]
async fn f(rest: Vec<u8>) {}

fn main() {}

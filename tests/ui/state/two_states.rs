#![allow(unused)]

use route_runtime::*;

#[get("/a")]
async fn f(a: State<u8>, b: State<u16>) {}

fn main() {}

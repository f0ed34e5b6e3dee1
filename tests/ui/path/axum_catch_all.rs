#![allow(unused)]

use route_runtime::*;

#[get("/{*rest}")]
async fn f(rest: Vec<u8>) {}

fn main() {}

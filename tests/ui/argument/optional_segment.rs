#![allow(unused)]

use route_runtime::*;

#[get("/[id]")]
async fn f(id: Option<u8>) {}

fn main() {}

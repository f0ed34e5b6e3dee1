#![allow(unused)]

use route_runtime::*;

#[get("/pre-[id]")]
async fn f(id: u8) {}

fn main() {}

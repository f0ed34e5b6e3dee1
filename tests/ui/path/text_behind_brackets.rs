#![allow(unused)]

use route_runtime::*;

#[get("/[id].json")]
async fn f(id: u8) {}

fn main() {}

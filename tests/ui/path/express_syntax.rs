#![allow(unused)]

use route_runtime::*;

#[get("/:id")]
async fn f(id: u8) {}

fn main() {}

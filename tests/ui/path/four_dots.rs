#![allow(unused)]

use route_runtime::*;

#[get("/[....id]")]
async fn f(id: Vec<u8>) {}

fn main() {}

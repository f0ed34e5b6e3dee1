#![allow(unused)]

use route_runtime::*;

#[get("/[a]-[b]")]
async fn f(a: u8, b: u8) {}

fn main() {}

#![allow(unused)]

use route_runtime::*;

#[get("/a")]
async fn f<T>() {}

fn main() {}

#![allow(unused)]

use route_runtime::*;

#[get("/a")]
async fn f<'a>() {}

fn main() {}

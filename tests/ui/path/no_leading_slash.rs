#![allow(unused)]

use route_runtime::*;

#[get("a/b")]
async fn f() {}

fn main() {}

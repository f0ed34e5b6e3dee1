#![allow(unused)]

use route_runtime::*;

#[get("/a")]
struct S;

fn main() {}

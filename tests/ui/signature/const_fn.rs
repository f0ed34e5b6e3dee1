#![allow(unused)]

use route_runtime::*;

#[get("/a")]
const fn f() {}

fn main() {}

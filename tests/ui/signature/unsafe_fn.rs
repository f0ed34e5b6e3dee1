#![allow(unused)]

use route_runtime::*;

#[get("/a")]
unsafe fn f() {}

fn main() {}

#![allow(unused)]

use route_runtime::*;

#[get("/a")]
extern "C" fn f() {}

fn main() {}

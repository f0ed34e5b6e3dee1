#![allow(unused)]

use route_runtime::*;

#[get("/a")]
fn f() -> impl Future<Output = String> {
    async { String::new() }
}

fn main() {}

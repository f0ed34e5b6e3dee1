#![allow(unused)]

use route_runtime::*;

#[get("/a")]
fn f() -> std::pin::Pin<Box<dyn Future<Output = String> + Send>> {
    Box::pin(async { String::new() })
}

fn main() {}

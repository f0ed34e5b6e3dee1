#![allow(unused)]

use route_runtime::*;

#[get("/a")]
async fn f() -> String {
    let text = std::rc::Rc::new(String::new());
    std::future::ready(()).await;
    text.to_string()
}

fn main() {}

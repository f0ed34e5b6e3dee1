#![allow(unused)]

use route_runtime::*;

struct App;

impl App {
    #[get("/a")]
    async fn f(&self) {}
}

fn main() {}

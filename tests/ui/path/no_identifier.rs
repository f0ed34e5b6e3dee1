#![allow(unused)]

use route_runtime::*;

#[get("/[post-id]")]
async fn f(post_id: u8) {}

fn main() {}

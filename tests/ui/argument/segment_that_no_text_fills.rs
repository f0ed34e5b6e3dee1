#![allow(unused)]

use route_runtime::*;

struct Plain;

#[get("/[plain]")]
async fn f(plain: Plain) {}

fn main() {}

#![allow(unused)]

use route_runtime::*;

#[get("/a")]
async fn f() -> Result<String, std::num::ParseIntError> {
    Ok("7".parse::<u8>()?.to_string())
}

fn main() {}

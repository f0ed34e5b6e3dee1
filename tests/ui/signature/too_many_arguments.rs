#![allow(unused)]

use route_runtime::*;

#[get("/a")]
async fn f(a0: State<u8>, a1: State<u8>, a2: State<u8>, a3: State<u8>, a4: State<u8>, a5: State<u8>, a6: State<u8>, a7: State<u8>, a8: State<u8>, a9: State<u8>, a10: State<u8>, a11: State<u8>, a12: State<u8>, a13: State<u8>, a14: State<u8>, a15: State<u8>, a16: State<u8>) {}

fn main() {}

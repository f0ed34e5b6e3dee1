//! Goods and orders in memory, a state for each: the app provides both.

mod goods;
mod orders;

pub use goods::{Good, Goods};
pub use orders::{Order, Orders};

use std::sync::{Arc, Mutex, PoisonError};

use route_runtime::{ApiError, ApiRequest, ApiResponse, ApiResult, State, get, post};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Goods;

/// What was ordered, and the goods that can be.
#[derive(Debug, Clone)]
pub struct Orders {
    goods: Goods,
    placed: Arc<Mutex<Vec<Order>>>,
}

/// An order.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Order {
    id: usize,
    good: String,
    cents: u64,
}

#[derive(Deserialize, JsonSchema)]
struct NewOrder {
    good: String,
    count: u32,
}

impl Orders {
    /// No order of these goods yet.
    #[must_use]
    pub fn of(goods: Goods) -> Self {
        Orders { goods, placed: Arc::default() }
    }

    fn placed<T>(&self, work: impl FnOnce(&mut Vec<Order>) -> T) -> T {
        // Nothing is half done where a thread panics.
        work(&mut self.placed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Orders something.
#[post("/orders", status = 201)]
async fn place(req: ApiRequest<NewOrder>, State(orders): State<Orders>) -> ApiResult<Order> {
    let NewOrder { good, count } = req.into_body();
    let Some(found) = orders.goods.find(&good) else {
        return Err(ApiError::invalid("/good", "must be one of the goods"));
    };
    let cents = found.cents().checked_mul(u64::from(count));
    let cents = cents.ok_or(ApiError::invalid("/count", "must be less"))?;
    let order = orders.placed(|placed| {
        let order = Order { id: placed.len() + 1, good, cents };
        placed.push(order.clone());
        order
    });
    Ok(ApiResponse::ok(order))
}

/// What was ordered.
#[get("/orders/[id]")]
async fn read(id: usize, State(orders): State<Orders>) -> ApiResult<Order> {
    let order = orders.placed(|placed| placed.iter().find(|order| order.id == id).cloned());
    order.map(ApiResponse::ok).ok_or(ApiError::not_found("no order has this id"))
}

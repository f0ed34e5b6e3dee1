use std::sync::Arc;

use route_runtime::{ApiError, ApiResponse, ApiResult, State, get};
use schemars::JsonSchema;
use serde::Serialize;

/// What can be bought: a state of its own, as no order is needed to look at it.
#[derive(Debug, Clone)]
pub struct Goods(Arc<[Good]>);

/// One of the goods.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Good {
    name: String,
    cents: u64,
}

impl Good {
    /// A name and a price.
    pub fn new(name: impl Into<String>, cents: u64) -> Self {
        Good { name: name.into(), cents }
    }

    pub(crate) fn cents(&self) -> u64 {
        self.cents
    }
}

impl FromIterator<Good> for Goods {
    fn from_iter<I: IntoIterator<Item = Good>>(goods: I) -> Self {
        Goods(goods.into_iter().collect())
    }
}

impl Goods {
    pub(crate) fn find(&self, name: &str) -> Option<&Good> {
        self.0.iter().find(|good| good.name == name)
    }
}

/// All goods.
#[get("/goods")]
async fn list(State(goods): State<Goods>) -> ApiResponse<Vec<Good>> {
    ApiResponse::ok(goods.0.to_vec())
}

/// One of them.
#[get("/goods/[name]")]
async fn read(name: String, State(goods): State<Goods>) -> ApiResult<Good> {
    let good = goods.find(&name).cloned();
    good.map(ApiResponse::ok).ok_or(ApiError::not_found("there is no such good"))
}

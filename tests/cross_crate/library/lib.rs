//! Routes in a crate of their own. The program that serves them names it once: `use my_routes as _;`

use route_runtime::get;

/// Nothing calls this function.
#[get("/library/hello")]
async fn hello() -> &'static str {
    "hello from the library"
}

mod private {
    use route_runtime::post;

    /// Nor this one, in a private module.
    #[post("/library/private")]
    async fn hidden() -> &'static str {
        "found all the same"
    }
}

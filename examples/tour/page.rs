//! The page with the form. It is in the program, and asks nobody but the program for anything.

use route_runtime::{ApiResponse, get};

/// What the page may load, run and ask: files and routes of this server, and no script or style within the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[get("/", hidden = true)]
async fn page() -> ApiResponse {
    file("text/html; charset=utf-8", include_str!("page/index.html"))
}

#[get("/tour.css", hidden = true)]
async fn style() -> ApiResponse {
    file("text/css; charset=utf-8", include_str!("page/tour.css"))
}

#[get("/tour.js", hidden = true)]
async fn script() -> ApiResponse {
    file("text/javascript; charset=utf-8", include_str!("page/tour.js"))
}

fn file(content_type: &'static str, text: &'static str) -> ApiResponse {
    ApiResponse::new()
        .header("content-type", content_type)
        .header("content-security-policy", POLICY)
        .header("referrer-policy", "no-referrer")
        .header("x-content-type-options", "nosniff")
        .send(text)
}

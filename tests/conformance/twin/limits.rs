//! `body_limit`: the length of a body that fits.

use route_runtime::{ApiRequest, ApiResponse, api_route};
use serde::Serialize;
use serde_json::Value;

#[derive(Serialize)]
struct Length {
    length: usize,
}

/// The bytes of a text, the characters of other JSON.
fn length(req: ApiRequest<Option<Value>>, res: ApiResponse<Length>) -> ApiResponse<Length> {
    let length = match req.into_body() {
        None => 0,
        Some(Value::String(text)) => text.len(),
        Some(value) => value.to_string().encode_utf16().count(),
    };
    res.status(200).json(Length { length })
}

#[api_route("/api/limit/default")]
async fn default(req: ApiRequest<Option<Value>>, res: ApiResponse<Length>) -> ApiResponse<Length> {
    length(req, res)
}

#[api_route("/api/limit/b10", body_limit = "10b")]
async fn b10(req: ApiRequest<Option<Value>>, res: ApiResponse<Length>) -> ApiResponse<Length> {
    length(req, res)
}

#[api_route("/api/limit/num1000", body_limit = 1000)]
async fn num1000(req: ApiRequest<Option<Value>>, res: ApiResponse<Length>) -> ApiResponse<Length> {
    length(req, res)
}

#[api_route("/api/limit/digits", body_limit = "1000")]
async fn digits(req: ApiRequest<Option<Value>>, res: ApiResponse<Length>) -> ApiResponse<Length> {
    length(req, res)
}

#[api_route("/api/limit/upper", body_limit = "1KB")]
async fn upper(req: ApiRequest<Option<Value>>, res: ApiResponse<Length>) -> ApiResponse<Length> {
    length(req, res)
}

#[api_route("/api/limit/spaced", body_limit = "1 kb")]
async fn spaced(req: ApiRequest<Option<Value>>, res: ApiResponse<Length>) -> ApiResponse<Length> {
    length(req, res)
}

#[api_route("/api/limit/kb1-5", body_limit = "1.5kb")]
async fn kb1_5(req: ApiRequest<Option<Value>>, res: ApiResponse<Length>) -> ApiResponse<Length> {
    length(req, res)
}

#[api_route("/api/limit/kb500", body_limit = "500kb")]
async fn kb500(req: ApiRequest<Option<Value>>, res: ApiResponse<Length>) -> ApiResponse<Length> {
    length(req, res)
}

#[api_route("/api/limit/mb4", body_limit = "4mb")]
async fn mb4(req: ApiRequest<Option<Value>>, res: ApiResponse<Length>) -> ApiResponse<Length> {
    length(req, res)
}

/// Zero is zero here.
#[api_route("/api/limit/zero", body_limit = 0)]
async fn zero(req: ApiRequest<Option<Value>>, res: ApiResponse<Length>) -> ApiResponse<Length> {
    length(req, res)
}

#[api_route("/api/limit/zerob", body_limit = "0b")]
async fn zerob(req: ApiRequest<Option<Value>>, res: ApiResponse<Length>) -> ApiResponse<Length> {
    length(req, res)
}

/// `sizeLimit: 'lots'`: no attribute says so and compiles.
#[api_route("/api/limit/bogus")]
async fn bogus(req: ApiRequest<Option<Value>>, res: ApiResponse<Length>) -> ApiResponse<Length> {
    length(req, res)
}

/// `bodyParser: {}`
#[api_route("/api/limit/empty")]
async fn empty(req: ApiRequest<Option<Value>>, res: ApiResponse<Length>) -> ApiResponse<Length> {
    length(req, res)
}

/// `bodyParser: true`
#[api_route("/api/limit/true")]
async fn on(req: ApiRequest<Option<Value>>, res: ApiResponse<Length>) -> ApiResponse<Length> {
    length(req, res)
}

//! What `res` does: statuses, headers, redirects, `ETag`s.

use route_runtime::{ApiError, ApiResponse, Cookie, api_route};
use serde::Serialize;
use serde_json::{Value, json};

use super::content::written;
use super::no_such_kind;

#[derive(Serialize)]
struct Code {
    code: String,
}

#[api_route("/api/res/status/[code]")]
async fn status(code: u16, res: ApiResponse<Code>) -> ApiResponse<Code> {
    res.status(code).json(Code { code: code.to_string() })
}

#[api_route("/api/res/status-end/[code]")]
async fn status_end(code: u16, res: ApiResponse<()>) -> ApiResponse<()> {
    res.status(code).end()
}

/// What is written without `json` or `send` has no `ETag` in Next.js.
#[api_route("/api/res/status-end-body/[code]", etag = false)]
async fn status_end_body(code: u16, res: ApiResponse) -> ApiResponse {
    res.status(code).send("body")
}

#[api_route("/api/res/status-send/[code]")]
async fn status_send(code: u16, res: ApiResponse) -> ApiResponse {
    res.status(code).send("body")
}

#[derive(Serialize)]
struct Done {
    ok: bool,
}

/// `'202'` is a number here.
#[api_route("/api/res/status-string")]
async fn status_string(res: ApiResponse<Done>) -> ApiResponse<Done> {
    res.status(202).json(Done { ok: true })
}

#[api_route("/api/res/status-twice")]
async fn status_twice(res: ApiResponse<Done>) -> ApiResponse<Done> {
    res.status(500).status(201).json(Done { ok: true })
}

#[api_route("/api/res/header/[kind]")]
async fn header(kind: String, res: ApiResponse) -> Result<ApiResponse, ApiError> {
    let res = match kind.as_str() {
        "simple" => res.header("X-One", "a"),
        "array" => res.append_header("X-Many", "a").append_header("X-Many", "b"),
        "number" => res.header("X-Num", 5),
        "cookies" => {
            res.cookie(Cookie::build(("a", "1")).path("/")).cookie(Cookie::build(("b", "2")).http_only(true))
        }
        "replace" => res.header("X-One", "a").header("x-one", "b"),
        "append" => res.header("Vary", "Accept").append_header("Vary", "Origin"),
        // A header that is not wanted is not set, and a reason phrase is the status's own.
        "remove" | "status-message" => res,
        "bad-name" => res.header("bad name", "x"),
        "crlf" => res.header("X-One", "a\r\nX-Evil: 1"),
        "undefined" => res.header("X-One", None::<&str>.ok_or("no value")?),
        "unicode" => res.header("X-One", "日"),
        "latin1" => res.header("X-One", b"caf\xe9".as_slice()),
        "empty" => res.header("X-One", ""),
        "write-head" => return Ok(written(res.status(202).header("X-One", "a"), &["wh"])),
        _ => return Err(no_such_kind()),
    };
    Ok(res.status(200).send("ok"))
}

/// In `redirect(status, url)` the status is that of `res.status`. Without an url there is no redirect to write, and a
/// status is no text: `number-only`, `none`, `url-object` are no kinds.
#[api_route("/api/res/redirect/[kind]")]
async fn redirect(kind: String, res: ApiResponse) -> Result<ApiResponse, ApiError> {
    Ok(match kind.as_str() {
        "one" | "swapped" => res.redirect("/api/hello"),
        "abs" => res.redirect_external("https://example.com/x?y=1"),
        "301" => res.status(301).redirect("/api/hello"),
        "302" | "string-code" => res.status(302).redirect("/api/hello"),
        "303" => res.status(303).redirect("/api/hello"),
        "307" => res.status(307).redirect("/api/hello"),
        "308" => res.status(308).redirect("/api/hello"),
        "200" => res.status(200).redirect("/api/hello"),
        "304" => res.status(304).redirect("/api/hello"),
        "404" => res.status(404).redirect("/api/hello"),
        "out-of-range" => res.status(1000).redirect("/api/hello"),
        "chain" => res.status(201).redirect("/api/hello"),
        "empty" => res.redirect(""),
        "unicode" => res.redirect("/café"),
        "cjk" => res.redirect("/日"),
        "crlf" => res.redirect("/a\r\nX-Evil: 1"),
        "space" => res.redirect("/a b"),
        "html" => res.redirect("/?<script>"),
        "protocol-relative" => res.redirect("//example.com"),
        _ => return Err(no_such_kind()),
    })
}

#[api_route("/api/res/redirect-open?to")]
async fn redirect_open(to: String, res: ApiResponse) -> ApiResponse {
    res.redirect(&to)
}

#[api_route("/api/res/etag-404")]
async fn etag_404(res: ApiResponse) -> ApiResponse {
    res.status(404).json(json!({ "error": "missing" }))
}

#[api_route("/api/res/etag-own")]
async fn etag_own(res: ApiResponse) -> ApiResponse {
    res.header("ETag", "\"mine\"").status(200).send("tagged")
}

#[api_route("/api/res/etag-cache")]
async fn etag_cache(res: ApiResponse) -> ApiResponse {
    res.header("Cache-Control", "public, max-age=60")
        .header("Last-Modified", "Thu, 01 Jan 1970 00:00:00 GMT")
        .status(200)
        .json(json!({ "cached": true }))
}

#[api_route("/api/res/json-typed")]
async fn json_typed(res: ApiResponse<Value>) -> ApiResponse<Value> {
    res.header("Content-Type", "application/problem+json").status(400).json(json!({ "title": "bad" }))
}

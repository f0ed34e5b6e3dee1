//! Uploads: a body as a stream, which may be of any size, and a form with files, which is held to a limit.
//!
//! `cargo run --example upload`, then
//! `curl --data-binary @large-file http://127.0.0.1:3000/api/checksum` and
//! `curl -F description=mine -F file=@picture http://127.0.0.1:3000/api/files`
//!
//! The tour keeps its uploads on the disk.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Multipart;
use route_runtime::{ApiError, ApiRequest, RawBody, Routes, post};
use serde::Serialize;

#[derive(Serialize)]
struct Checksum {
    bytes: u64,
    adler32: String,
}

/// `body_parser = false`: as many bytes as the client likes, in constant memory. The clock of `max_duration` stands while
/// the function waits for the client, so a slow one is not cut off.
#[post("/api/checksum", body_parser = false, max_duration = "1s")]
async fn checksum(req: ApiRequest<RawBody>) -> Result<Json<Checksum>, ApiError> {
    let mut body = req.into_body();
    let (mut bytes, mut a, mut b) = (0, 1, 0);
    // `?` answers 400 when the client goes away in the middle.
    while let Some(chunk) = body.chunk().await? {
        bytes += chunk.len() as u64;
        for byte in chunk {
            a = (a + u32::from(byte)) % 65_521;
            b = (b + a) % 65_521;
        }
    }
    Ok(Json(Checksum { bytes, adler32: format!("{:08x}", b << 16 | a) }))
}

/// A form with files: axum's extractor, under this route's limit. `?` on its errors is 400, or 413 over the limit.
#[post("/api/files", body_limit = "10mb")]
async fn files(mut form: Multipart) -> Result<Json<BTreeMap<String, usize>>, ApiError> {
    let mut sizes = BTreeMap::new();
    while let Some(field) = form.next_field().await? {
        let name = field.file_name().or(field.name()).unwrap_or_default().to_owned();
        sizes.insert(name, field.bytes().await?.len());
    }
    Ok(Json(sizes))
}

fn app() -> Routes {
    Routes::collect()
}

#[tokio::main]
async fn main() -> Result<(), route_runtime::Error> {
    app().serve("127.0.0.1:3000").await
}

#[cfg(test)]
mod tests {
    use super::*;
    use route_runtime::testing::TestClient;
    use serde_json::{Value, json};

    fn client() -> TestClient {
        TestClient::new(app().into_router().unwrap())
    }

    #[tokio::test]
    async fn a_stream_of_any_size() {
        let response = client().post("/api/checksum").body("Wikipedia").await;
        assert_eq!(response.json::<Value>(), json!({ "bytes": 9, "adler32": "11e60398" }));
        let response = client().post("/api/checksum").body(vec![1; 5_000_000]).await;
        assert_eq!(response.json::<Value>()["bytes"], 5_000_000);
    }

    #[tokio::test]
    async fn a_form_with_files() {
        let part = |disposition: &str, content: &str| {
            format!("--x\r\ncontent-disposition: form-data; {disposition}\r\n\r\n{content}\r\n")
        };
        let send = |body: String| {
            client().post("/api/files").header("content-type", "multipart/form-data; boundary=x").body(body)
        };
        let body = part("name=\"description\"", "mine")
            + &part("name=\"file\"; filename=\"a.txt\"", "hello")
            + "--x--\r\n";
        assert_eq!(send(body).await.json::<Value>(), json!({ "description": 4, "a.txt": 5 }));
        assert_eq!(send(part("name=\"large\"", &"x".repeat(10 << 20)) + "--x--\r\n").await.status(), 413);
        assert_eq!(send("no form at all".to_owned()).await.status(), 400);
    }
}

//! An answer, and what a test asks of it.

use std::fmt;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use cookie::Cookie;
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::jar::set_cookies;

/// An answer with its whole body. Displays as it was sent.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// # let client = route_runtime::testing::TestClient::new(axum::Router::new());
/// let answer = client.get("/nowhere").await;
/// answer.assert_status(404);
/// assert_eq!((answer.text(), answer.header("etag"), answer.cookie("session")), ("", None, None));
/// # });
/// ```
#[derive(Debug, Clone)]
pub struct TestResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    error: Option<String>,
}

impl TestResponse {
    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// A header as text; `None` when it is absent or no text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A cookie that the answer sets, as it is sent.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<Cookie<'static>> {
        set_cookies(&self.headers).find(|cookie| cookie.name() == name)
    }

    /// Checks the status.
    ///
    /// # Panics
    ///
    /// When it is another, with the whole answer in the message.
    #[track_caller]
    pub fn assert_status(&self, status: u16) -> &Self {
        if self.status.as_u16() != status {
            self.fail(&format!("the status should be {status}"));
        }
        self
    }

    /// Checks that the answer is a problem (RFC 9457) of this status, whose `detail` has this text in it; `""` is in any.
    ///
    /// ```standalone_crate
    /// use route_runtime::{post, testing::TestClient, ApiRequest};
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct NewPost {
    ///     title: String,
    /// }
    ///
    /// #[post("/posts")]
    /// async fn create(req: ApiRequest<NewPost>) -> String {
    ///     req.into_body().title
    /// }
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let client = TestClient::new(route_runtime::router().unwrap());
    /// let response = client.post("/posts").json(&serde_json::json!({ "title": 7 })).await;
    /// response.assert_problem(422, "").assert_invalid("/title", "string");
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// When it is not, with the whole answer in the message.
    #[track_caller]
    pub fn assert_problem(&self, status: u16, detail: &str) -> &Self {
        self.assert_status(status);
        if self.header("content-type") != Some("application/problem+json") {
            self.fail("the answer should be `application/problem+json`");
        }
        let problem: Value = self.json();
        if problem["status"] != status {
            self.fail("the problem should have the status of the answer");
        }
        let found = problem["detail"].as_str().unwrap_or_default();
        if !found.contains(detail) {
            self.fail(&format!("the `detail` should have {detail:?} in it"));
        }
        self
    }

    /// Checks that a problem names this place, a JSON pointer, among what is not valid, with this text in its `detail`; `""` is
    /// in any.
    ///
    /// # Panics
    ///
    /// When it does not, with the whole answer in the message.
    #[track_caller]
    pub fn assert_invalid(&self, pointer: &str, detail: &str) -> &Self {
        let problem: Value = self.json();
        let fits = |error: &Value| {
            error["pointer"] == pointer && error["detail"].as_str().is_some_and(|text| text.contains(detail))
        };
        if !problem["errors"].as_array().is_some_and(|errors| errors.iter().any(fits)) {
            self.fail(&format!("`errors` should have {pointer:?} with {detail:?} in its `detail`"));
        }
        self
    }

    /// Fails the test with the answer as it was sent.
    #[track_caller]
    #[expect(clippy::panic, reason = "a wrong answer fails the test")]
    fn fail(&self, wanted: &str) -> ! {
        panic!("{wanted}, and the answer is:\n\n{self}")
    }

    /// The body.
    ///
    /// # Panics
    ///
    /// When the body broke off.
    #[must_use]
    #[track_caller]
    #[expect(clippy::panic, reason = "a broken answer fails the test")]
    pub fn bytes(&self) -> &[u8] {
        if let Some(error) = &self.error {
            panic!("the body broke off: {error}");
        }
        &self.body
    }

    /// The body as text.
    ///
    /// # Panics
    ///
    /// When it is no UTF-8, or broke off.
    #[must_use]
    #[track_caller]
    #[expect(clippy::panic, reason = "a wrong answer fails the test")]
    pub fn text(&self) -> &str {
        match std::str::from_utf8(self.bytes()) {
            Ok(text) => text,
            Err(error) => panic!("the body is no text: {error}"),
        }
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// When it is no JSON of this type, with the body in the message.
    #[must_use]
    #[track_caller]
    #[expect(clippy::panic, reason = "a wrong answer fails the test")]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_slice(self.bytes()) {
            Ok(value) => value,
            Err(error) => {
                panic!("{error} in the {} body: {}", self.status, String::from_utf8_lossy(&self.body))
            }
        }
    }
}

/// As it was sent, for the messages of tests.
impl fmt::Display for TestResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        match &self.error {
            Some(error) => write!(f, "\n(the body broke off: {error})"),
            None => write!(f, "\n{}", String::from_utf8_lossy(&self.body)),
        }
    }
}

/// An answer whose body is still to come, of [`TestRequest::streamed`](super::TestRequest::streamed).
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// # let client = route_runtime::testing::TestClient::new(axum::Router::new());
/// let mut answer = client.get("/nowhere").streamed().await;
/// assert_eq!(answer.status(), 404);
/// assert_eq!(answer.chunk().await, None);
/// # });
/// ```
#[derive(Debug)]
pub struct StreamedResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
}

impl StreamedResponse {
    pub(super) fn new(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        StreamedResponse { status: parts.status, headers: parts.headers, body }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The next piece of the body, as the handler sent it; `None` at its end.
    ///
    /// # Panics
    ///
    /// When the body breaks off.
    #[expect(clippy::panic, reason = "a broken answer fails the test")]
    pub async fn chunk(&mut self) -> Option<Bytes> {
        loop {
            match self.body.frame().await? {
                Ok(frame) => match frame.into_data() {
                    Ok(data) => return Some(data),
                    // Trailers are no part of the body.
                    Err(_) => continue,
                },
                Err(error) => panic!("the body broke off: {error}"),
            }
        }
    }

    /// The answer with what is left of its body.
    pub async fn rest(self) -> TestResponse {
        let (body, error) = match to_bytes(self.body, usize::MAX).await {
            Ok(body) => (body, None),
            Err(error) => (Bytes::new(), Some(error.to_string())),
        };
        TestResponse { status: self.status, headers: self.headers, body, error }
    }
}

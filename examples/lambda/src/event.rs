//! Between events and routes: what `lambda_http` leaves out.

use std::fmt::Write as _;

use lambda_http::http::Response;
use lambda_http::http::header::{self, HeaderName, HeaderValue};
use lambda_http::http::uri::{PathAndQuery, Uri};
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _};

/// Puts the path of the event into the request.
///
/// `lambda_http` reads it as a browser would: `/public/../admin` is `/admin`, `\` is `/`, and what follows a `#` is no
/// path. HTTP APIs decode paths, so `%2e%2e%2f` and `%23` come to that too, behind the route and the authorizer that the
/// gateway chose. The routes refuse such paths, if they see them. The name of a stage in front is taken off.
pub(crate) fn as_sent(mut request: Request) -> Request {
    let raw = request.raw_http_path();
    let mut target = escaped(without_stage(raw, stage(&request)));
    // Then the query is not in the URI, or not alone.
    let query = if raw.contains(['?', '#']) {
        request.query_string_parameters_ref().map(|query| query.to_query_string())
    } else {
        request.uri().query().map(str::to_owned)
    };
    if let Some(query) = query.filter(|query| !query.is_empty()) {
        target.push('?');
        target.push_str(&query);
    }
    let mut parts = request.uri().clone().into_parts();
    // What is no URI stays as it was.
    if let Ok(target) = PathAndQuery::try_from(target) {
        parts.path_and_query = Some(target);
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// The stage that is a part of the address: at the gateway's own domain, unless it is `$default`. At another domain a name
/// that looks like it is the client's, and without it the gateway would have chosen another route.
fn stage(request: &Request) -> Option<&str> {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) if context.domain_prefix == context.apiid => {
            context.stage.as_deref()
        }
        _ => None,
    }
}

/// `/prod/x` is `/x` in the stage `prod`.
fn without_stage<'p>(path: &'p str, stage: Option<&str>) -> &'p str {
    let rest = stage.and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage));
    match rest {
        Some("") => "/",
        Some(rest) if rest.starts_with('/') => rest,
        _ => path,
    }
}

/// The path with escapes for what can't stand in one. Function URLs and load balancers hand over escapes as they came, and
/// these stay.
fn escaped(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for (i, character) in path.char_indices() {
        let stays = match character {
            '%' => path.as_bytes().get(i + 1..i + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)),
            '?' | '#' | '\\' => false,
            _ => character.is_ascii_graphic(),
        };
        if stays {
            escaped.push(character);
        } else {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
    }
    escaped
}

/// Makes one header of those that are repeated, as HTTP allows for all but cookies. The answer to an event has room for one
/// value, and `lambda_http` puts the first there. Cookies have a place of their own.
pub(crate) fn joined<B>(mut response: Response<B>) -> Response<B> {
    let headers = response.headers_mut();
    let repeated =
        |name: &&HeaderName| **name != header::SET_COOKIE && headers.get_all(*name).iter().count() > 1;
    let names: Vec<HeaderName> = headers.keys().filter(repeated).cloned().collect();
    for name in names {
        let values: Vec<&[u8]> = headers.get_all(&name).iter().map(HeaderValue::as_bytes).collect();
        if let Ok(value) = HeaderValue::from_bytes(&values.join(&b", "[..])) {
            headers.insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_http::request::from_str;

    /// When this fails, [`as_sent`] has less to do.
    #[test]
    fn what_lambda_http_makes_of_a_path() {
        let event = include_str!("../tests/events/http_api.json");
        for (path, read, sent) in [
            ("/api/files/../../ready", "/ready", "/api/files/../../ready"),
            ("/api/files/%2E%2e/x", "/api/x", "/api/files/%2E%2e/x"),
            ("/api/files/a\\\\b", "/api/files/a/b", "/api/files/a%5Cb"),
            ("/api/greet/a#b", "/api/greet/a", "/api/greet/a%23b"),
            ("/api/greet/a?b", "/api/greet/a", "/api/greet/a%3Fb"),
            ("/api/greet/100%", "/api/greet/100%", "/api/greet/100%25"),
            ("/api/greet/a b", "/api/greet/a%20b", "/api/greet/a%20b"),
        ] {
            let request = from_str(&event.replace("/api/greet/Ann", path)).unwrap();
            assert_eq!(request.uri().path(), read);
            let request = as_sent(request);
            assert_eq!((request.uri().path(), request.uri().query()), (sent, Some("title=Dr.&title=Prof.")));
        }
    }

    #[test]
    fn what_can_not_stand_in_a_path_is_escaped() {
        assert_eq!(escaped("/a b/é"), "/a%20b/%C3%A9");
        assert_eq!(escaped("/a%20b/%C3%A9"), "/a%20b/%C3%A9");
        assert_eq!(escaped("/100%/a?b#c\\d"), "/100%25/a%3Fb%23c%5Cd");
        assert_eq!(escaped("/%é"), "/%25%C3%A9");
        assert_eq!(escaped("/a/../b"), "/a/../b");
    }

    #[test]
    fn repeated_headers_are_one() {
        let mut response = Response::new(());
        for (name, value) in
            [("vary", "a"), ("set-cookie", "a=1"), ("vary", "b"), ("set-cookie", "b=2"), ("x", "c")]
        {
            response.headers_mut().append(name, HeaderValue::from_static(value));
        }
        let headers = joined(response).into_parts().0.headers;
        assert_eq!(headers.get_all("vary").iter().collect::<Vec<_>>(), ["a, b"]);
        assert_eq!(headers.get_all("set-cookie").iter().collect::<Vec<_>>(), ["a=1", "b=2"]);
        assert_eq!(headers["x"], "c");
    }

    #[test]
    fn the_stage_is_taken_off() {
        assert_eq!(without_stage("/prod/a", Some("prod")), "/a");
        assert_eq!(without_stage("/prod", Some("prod")), "/");
        assert_eq!(without_stage("/products", Some("prod")), "/products");
        assert_eq!(without_stage("/a", Some("$default")), "/a");
        assert_eq!(without_stage("/prod/a", None), "/prod/a");
    }
}

//! The page of the document: Swagger UI, from the binary.

use std::future::ready;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderName, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use swagger_ui_redist::{SwaggerUi, SwaggerUiStaticFile};

use super::OpenApi;
use crate::error::{Renderer, outside};

/// No foreign host, and no script that is in a page. Swagger UI sets styles by attributes, and has images in its styles.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    // The binary changes, and with it all of these.
    (header::CACHE_CONTROL, "no-cache"),
];

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The paths of the page at `path`, a file each.
pub(crate) fn paths(path: &str) -> Vec<String> {
    let files = ["openapi.json", "init.js", "swagger-ui.css", "swagger-ui-bundle.js"];
    std::iter::once(path.to_owned()).chain(files.map(|file| format!("{path}/{file}"))).collect()
}

/// The page at `path`, and what it loads.
pub(crate) fn router(path: &str, document: &OpenApi, renderer: Option<&Renderer>) -> Router {
    let ui = |wanted: SwaggerUiStaticFile| {
        let files = SwaggerUi::static_files().iter();
        files
            .filter(|(file, _)| file.file_name() == wanted.file_name())
            .map(|(_, bytes)| *bytes)
            .next()
            .unwrap_or_default()
    };
    let contents = [
        (page(path, document), "text/html; charset=utf-8"),
        (document.to_string().into(), "application/json; charset=utf-8"),
        (Bytes::from_static(include_bytes!("init.js")), SCRIPT),
        (Bytes::from_static(ui(SwaggerUiStaticFile::Css)), "text/css; charset=utf-8"),
        (Bytes::from_static(ui(SwaggerUiStaticFile::Js)), SCRIPT),
    ];
    let files = paths(path).into_iter().zip(contents);
    files.fold(Router::new(), |router, (path, (content, media))| {
        let renderer = renderer.cloned();
        let other_method = move |method: Method| {
            ready(match method {
                Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
                _ => outside(StatusCode::METHOD_NOT_ALLOWED, None, renderer.as_ref()),
            })
        };
        router.route(&path, get(move || ready(answer(content, media))).fallback(other_method))
    })
}

/// Links are relative, so that the page works below any outer path.
fn page(path: &str, document: &OpenApi) -> Bytes {
    let here = path.rsplit('/').next().unwrap_or_default();
    let title = document.title().replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"{here}/swagger-ui.css\">\n</head>\n<body>\n\
         <div id=\"swagger-ui\"></div>\n<script src=\"{here}/swagger-ui-bundle.js\"></script>\n\
         <script src=\"{here}/init.js\" data-document=\"{here}/openapi.json\"></script>\n</body>\n</html>\n"
    )
    .into()
}

fn answer(content: Bytes, media: &'static str) -> Response {
    (HEADERS, [(header::CONTENT_TYPE, media)], content).into_response()
}

//! Where a declaration may stand, and what may stand around it.
#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, clippy::pedantic)]
#![allow(clippy::unused_async, reason = "handlers of a test")]
#![forbid(unsafe_code)]

use route_runtime::testing::TestClient;
use route_runtime::{Routes, get};

#[get("/cfg")]
#[cfg(test)]
async fn compiled() -> &'static str {
    "compiled"
}

#[get("/cfg")]
#[cfg(not(test))]
async fn not_compiled() -> TypeThatIsNotThere {}

#[cfg_attr(test, get("/cfg-attr"))]
async fn cfg_attr() -> &'static str {
    "cfg_attr"
}

#[get("/deprecated")]
#[deprecated]
async fn deprecated() -> &'static str {
    "deprecated"
}

macro_rules! handlers {
    ($($name:ident $path:literal $ty:ty;)*) => {$(
        #[get($path)]
        async fn $name(id: $ty) -> String {
            format!("{} {id}", stringify!($name))
        }
    )*};
}

handlers! {
    first "/macro/first/[id]" u8;
    second "/macro/second/[id]" String;
}

mod module {
    use super::get;

    struct Private;

    impl axum::response::IntoResponse for Private {
        fn into_response(self) -> axum::response::Response {
            "private".into_response()
        }
    }

    #[get("/private-type")]
    async fn private_type() -> Private {
        Private
    }
}

/// Every name that an expansion could trip over.
mod shadowed {
    #![allow(dead_code, unused_macros, unused_imports, reason = "they only stand in the way")]

    mod std {}
    mod core {}
    mod axum {}
    mod route_runtime {}
    type Option = ();
    type Result = ();
    type Vec = ();
    type String = ();
    type Box = ();
    struct Ok;
    struct Err;
    struct Some;
    struct None;
    trait Send {}
    trait Sync {}
    trait Future {}
    macro_rules! file {
        () => {
            compile_error!("shadowed")
        };
    }
    macro_rules! line {
        () => {
            compile_error!("shadowed")
        };
    }
    use {file, line};

    #[::route_runtime::get("/shadowed/[id]")]
    async fn shadowed(id: u8) -> &'static str {
        let _ = id;
        "shadowed"
    }
}

mod reexport {
    pub(super) use route_runtime as renamed;
}

#[get("/renamed", crate = crate::reexport::renamed)]
async fn renamed() -> &'static str {
    "renamed"
}

#[tokio::test]
async fn all_are_served() {
    #[get("/in-a-body/[id]")]
    async fn in_a_body(id: u8) -> String {
        format!("in a body {id}")
    }

    let client = TestClient::new(Routes::collect().into_router().unwrap());
    for (path, wanted) in [
        ("/cfg", "compiled"),
        ("/cfg-attr", "cfg_attr"),
        ("/deprecated", "deprecated"),
        ("/macro/first/7", "first 7"),
        ("/macro/second/x", "second x"),
        ("/private-type", "private"),
        ("/shadowed/1", "shadowed"),
        ("/renamed", "renamed"),
        ("/in-a-body/7", "in a body 7"),
    ] {
        assert_eq!(client.get(path).await.text(), wanted, "{path}");
    }
}

//! Handlers that answer with their file, and with what Next.js calls `req.query`.

use route_runtime::{ApiError, ApiRequest, ApiResponse, api_route};
use serde::Serialize;
use serde_json::{Map, Value, json};

#[derive(Serialize)]
struct Route {
    route: &'static str,
    query: Map<String, Value>,
}

/// `req.query`: the query string, then the path. A name in the path is never the query's, also where an optional
/// catch-all is absent.
pub(super) fn query<T>(
    req: &ApiRequest<T>,
    params: impl IntoIterator<Item = (&'static str, Value)>,
) -> Result<Map<String, Value>, ApiError> {
    let mut query: Map<String, Value> = req.query_as()?;
    for (name, value) in params {
        if value.is_null() {
            query.remove(name);
        } else {
            query.insert(name.to_owned(), value);
        }
    }
    Ok(query)
}

macro_rules! files {
    ($($name:ident $path:literal $file:literal ($($segment:ident: $ty:ty),*);)*) => {$(
        #[api_route($path)]
        async fn $name(req: ApiRequest, $($segment: $ty),*) -> Result<ApiResponse<Route>, ApiError> {
            let query = query(&req, [$((stringify!($segment), json!($segment))),*])?;
            Ok(ApiResponse::ok(Route { route: $file, query }))
        }
    )*};
}

files! {
    users "/api/users" "users/index" ();
    users_me "/api/users/me" "users/me" ();
    users_id "/api/users/[id]" "users/[id]" (id: String);
    three "/api/three/[a]/[b]/[c]" "three/[a]/[b]/[c]" (a: String, b: String, c: String);
    docs "/api/docs/[...slug]" "docs/[...slug]" (slug: Vec<String>);
    opt "/api/opt/[[...slug]]" "opt/[[...slug]]" (slug: Option<Vec<String>>);
    mix "/api/mix/[a]/[...rest]" "mix/[a]/[...rest]" (a: String, rest: Vec<String>);
    mix2 "/api/mix2/[a]/[[...rest]]" "mix2/[a]/[[...rest]]" (a: String, rest: Option<Vec<String>>);
    underscore "/api/_underscore" "_underscore" ();
    file_json "/api/file.json" "file.json" ();
    plus_sign "/api/plus+sign" "plus+sign" ();
    unicode "/api/uni/日本" "uni/日本" ();
    deep "/api/only/nested/deep" "only/nested/deep" ();
    upper "/api/Case/Upper" "Case/Upper" ();
    index_in_dir "/api/index-in-dir" "index-in-dir/index" ();
    idx "/api/idx/index" "idx/index/index" ();
    prec_static "/api/prec/static" "prec/static" ();
    prec_id "/api/prec/[id]" "prec/[id]" (id: String);
    prec_deep "/api/prec/[id]/deep" "prec/[id]/deep" (id: String);
    prec_rest "/api/prec/[...rest]" "prec/[...rest]" (rest: Vec<String>);
    prec2_id "/api/prec2/[id]" "prec2/[id]" (id: String);
    prec2_rest "/api/prec2/[[...rest]]" "prec2/[[...rest]]" (rest: Option<Vec<String>>);
    a_static_c "/api/a/static/c" "a/static/c" ();
    a_x_b "/api/a/[x]/b" "a/[x]/b" (x: String);
    bt_end "/api/bt/[x]/[y]/end" "bt/[x]/[y]/end" (x: String, y: String);
    bt_lit "/api/bt/lit/[y]/other" "bt/lit/[y]/other" (y: String);
    bt_all "/api/bt/[...all]" "bt/[...all]" (all: Vec<String>);
}

/// A name in Rust is in snake case; the client's name of it may be another.
#[api_route("/api/users/[id]/posts/[post_id]")]
async fn posts(req: ApiRequest, id: String, post_id: String) -> Result<ApiResponse<Route>, ApiError> {
    let query = query(&req, [("id", id.into()), ("postId", post_id.into())])?;
    Ok(ApiResponse::ok(Route { route: "users/[id]/posts/[postId]", query }))
}

/// `my-param` is no Rust name.
#[api_route("/api/dash/[my_param]")]
async fn dash(req: ApiRequest, my_param: String) -> Result<ApiResponse<Route>, ApiError> {
    let query = query(&req, [("my-param", my_param.into())])?;
    Ok(ApiResponse::ok(Route { route: "dash/[my-param]", query }))
}

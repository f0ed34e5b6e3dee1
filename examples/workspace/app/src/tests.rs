use std::collections::BTreeSet;

use route_runtime::testing::TestClient;
use route_runtime::{Mounts, Routes};
use serde_json::{Value, json};

use super::*;

/// Both ports, with the same states.
struct Ports {
    public: TestClient,
    admin: TestClient,
}

fn ports() -> Ports {
    let stores = Stores::new();
    let client = |sets| TestClient::new(router(sets).unwrap());
    Ports { public: client(public(&stores)), admin: client(admin(&stores)) }
}

async fn publish(client: &TestClient, base: &str, title: &str) -> String {
    let post = json!({ "title": title, "text": "…" });
    let answer = client.post(&format!("{base}/posts")).json(&post).await;
    assert_eq!(answer.status(), 201, "{base}");
    // What is relative to `…/posts`.
    format!("{base}/{}", answer.header("location").unwrap())
}

async fn titles(client: &TestClient, base: &str) -> Vec<String> {
    let posts: Vec<Value> = client.get(&format!("{base}/posts")).await.json();
    posts.iter().map(|post| post["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn each_base_answers() {
    let Ports { public, admin } = ports();
    for client in [&public, &admin] {
        assert_eq!(client.get("/health").await.text(), "well");
        // Without its base nothing is there.
        for path in ["/posts", "/goods", "/stats", "/"] {
            let answer = client.get(path).await;
            assert_eq!(answer.status(), 404, "{path}");
            assert_eq!(answer.json::<Value>()["detail"], "nothing is here", "{path}");
        }
    }
    for (base, title) in [("/blog", "The blog"), ("/tenants/a", "Tenant a"), ("/tenants/b", "Tenant b")] {
        assert_eq!(public.get(base).await.json::<Value>(), json!({ "title": title, "posts": 0 }));
        assert_eq!(public.get(&format!("{base}/posts")).await.text(), "[]");
        assert_eq!(admin.get(&format!("{base}/stats")).await.json::<Value>()["posts"], 0);
    }
    assert_eq!(
        public.get("/shop/goods/apple").await.json::<Value>(),
        json!({ "name": "apple", "cents": 50 })
    );
    let order = public.post("/shop/orders").json(&json!({ "good": "pear", "count": 3 })).await;
    assert_eq!(order.status(), 201);
    assert_eq!(public.get("/shop/orders/1").await.json::<Value>()["cents"], 210);
    let order = public.post("/shop/orders").json(&json!({ "good": "plum", "count": 3 })).await;
    assert_eq!(
        (order.status().as_u16(), &order.json::<Value>()["errors"][0]["pointer"]),
        (422, &json!("/good"))
    );
}

#[tokio::test]
async fn one_set_mounted_thrice_has_three_states() {
    let Ports { public, .. } = ports();
    let place = publish(&public, "/tenants/a", "of a").await;
    assert_eq!(place, "/tenants/a/posts/1");
    assert_eq!(public.get(&place).await.json::<Value>()["title"], "of a");
    for base in ["/tenants/b", "/blog"] {
        assert_eq!(titles(&public, base).await, [""; 0], "{base}");
        assert_eq!(public.get(&format!("{base}/posts/1")).await.status(), 404, "{base}");
    }
    publish(&public, "/tenants/b", "of b").await;
    assert_eq!(titles(&public, "/tenants/a").await, ["of a"]);
    assert_eq!(titles(&public, "/tenants/b").await, ["of b"]);
}

#[tokio::test]
async fn what_is_of_the_admin_is_at_its_port_only() {
    let Ports { public, admin } = ports();
    let place = publish(&public, "/tenants/a", "a post").await;
    // The path is there, its method is not, and `Allow` does not tell of it.
    let refused = public.delete(&place).await;
    assert_eq!((refused.status().as_u16(), refused.header("allow")), (405, Some("GET,HEAD")));
    for base in ["/blog", "/tenants/a", "/tenants/b"] {
        assert_eq!(public.get(&format!("{base}/stats")).await.status(), 404, "{base}");
        assert_eq!(public.delete(&format!("{base}/posts/1")).await.status(), 405, "{base}");
    }
    let document = public.get("/tenants/a/docs/openapi.json").await.text().to_owned();
    assert!(!document.contains("stats") && !document.contains("delete"), "{document}");
    assert_eq!(titles(&public, "/tenants/a").await, ["a post"]);

    assert_eq!(admin.get("/tenants/a/posts").await.status(), 404);
    assert_eq!(admin.get("/tenants/a/stats").await.json::<Value>()["posts"], 1);
    assert_eq!(admin.delete("/tenants/b/posts/1").await.status(), 404);
    assert_eq!(admin.delete(&place).await.status(), 200);
    // Both ports have the same blogs.
    assert_eq!(titles(&public, "/tenants/a").await, [""; 0]);
}

#[tokio::test]
async fn each_set_has_a_document_of_its_own() {
    let Ports { public, .. } = ports();
    let mut all = Vec::new();
    for base in ["/blog", "/shop", "/tenants/a", "/tenants/b"] {
        assert_eq!(public.get(&format!("{base}/docs")).await.status(), 200, "{base}");
        let document: Value = public.get(&format!("{base}/docs/openapi.json")).await.json();
        let paths = document["paths"].as_object().unwrap();
        assert!(paths.keys().all(|path| path.starts_with(base)), "{paths:?}");
        let operations = paths.values().flat_map(|path| path.as_object().unwrap().values());
        let ids: Vec<&str> = operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
        all.push(ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>());
    }
    // One set has the same ids wherever it is: a client of one tenant is a client of all.
    assert_eq!(all[2], all[3]);
    assert_eq!(
        all[3],
        BTreeSet::from(["posts_about", "posts_list", "posts_publish", "posts_read"].map(String::from))
    );
}

#[test]
fn every_linked_route_is_served() {
    let stores = Stores::new();
    let (public, admin) = (public(&stores), admin(&stores));
    assert_eq!(serves_all(&[&public, &admin]), Ok(()));
    let forgotten = serves_all(&[&public]).unwrap_err();
    assert!(forgotten.contains("blog::admin::stats at ") && forgotten.lines().count() == 2, "{forgotten}");
    assert!(serves_all(&[]).unwrap_err().contains("shop::orders::place at "));
}

#[test]
fn a_set_without_its_state_says_so() {
    let routes = || Routes::collect().filter(|route| route.crate_name() == "shop");
    let stores = Stores::new();
    let error = routes().with_state(stores.goods).into_router().unwrap_err();
    // Not those of the blog: what is filtered out needs nothing.
    assert_eq!(error.problems().len(), 2, "{error}");
    assert!(
        error.to_string().contains("missing state `shop::orders::Orders`, provided: `shop::goods::Goods`"),
        "{error}"
    );
}

#[test]
fn the_tables_have_the_bases() {
    let stores = Stores::new();
    let (public, admin) = (public(&stores).to_string(), admin(&stores).to_string());
    assert!(!public.contains("blog::admin") && !admin.contains("blog::posts"), "{public}{admin}");
    for row in [
        "GET   /blog  ",
        "POST  /tenants/a/posts  ",
        "POST  /tenants/b/posts  ",
        "GET   /shop/goods/[name]  ",
    ] {
        assert!(public.lines().any(|line| line.starts_with(row)), "{public}");
    }
    assert!(admin.contains("GET     /tenants/b/stats "), "{admin}");
    // Every type has a schema.
    assert!(!public.contains("undocumented") && !admin.contains("undocumented"), "{public}{admin}");
}

#[test]
fn two_sets_at_one_place_are_an_error() {
    let stores = Stores::new();
    let both: Mounts = public(&stores).sets().chain(admin(&stores).sets()).cloned().collect();
    let error = both.into_router().unwrap_err().to_string();
    assert!(error.contains("`/blog/posts/{id}` beside `/blog/posts/{id}`"), "{error}");
    assert!(error.contains("blog::posts::read at ") && error.contains("blog::admin::remove at "), "{error}");
}

//! The API document as it is served, and the promises of it that need a running server.

use gigline_testkit::{Method, on_both};

on_both! {
    async fn the_document_is_served_to_anyone_and_only_once(app) {
        let served = app.anyone().get("/openapi.json").await.expect(200);
        assert_eq!(served.header("content-type"), "application/json");
        assert_eq!(String::from_utf8(served.body.clone()).unwrap(), gigline_http::openapi_json().unwrap());
        let tag = served.header("etag");
        let again = app.anyone().with("If-None-Match", &tag).get("/openapi.json").await.expect(304);
        assert!(again.body.is_empty());
        assert_eq!(again.header("etag"), tag);
    }

    async fn every_path_of_the_document_is_answered_and_names_its_methods(app) {
        let document = app.anyone().get("/openapi.json").await.expect(200).json();
        for (path, methods) in document["paths"].as_object().unwrap() {
            let concrete: String = path.replace("{name}", "x").split('{').map(after_name).collect();
            let refused = app.anyone().send(Method::PATCH, &concrete, None).await.expect(405);
            assert_eq!(refused.code(), "method_not_allowed", "{path}");
            for method in methods.as_object().unwrap().keys() {
                assert!(refused.header("allow").contains(&method.to_uppercase()), "{path}: {}", refused.header("allow"));
            }
        }
    }

    /// Tokens are kept as digests only; an answer that shows one must not lie about for a day.
    async fn an_answer_with_tokens_is_not_kept_under_an_idempotency_key(app) {
        let ann = app.user("ann").await;
        let keyed = ann.with("Idempotency-Key", "a-key");
        let body = serde_json::json!({ "email": ann.email(), "password": "ann's secret" });
        let (first, second) = (keyed.post("/api/login/", &body).await, keyed.post("/api/login/", &body).await);
        assert_ne!(first.expect(200).text("session_token"), second.expect(200).text("session_token"));
    }
}

/// `1` for the name of an id, and what follows it.
fn after_name(part: &str) -> String {
    part.split_once('}').map_or_else(|| part.to_owned(), |(_, rest)| format!("1{rest}"))
}

//! Pages of other sites: they neither act on a visitor's cookie nor read what it would show.

use gigline_testkit::{Answer, Client, Method, on_both, plain_job};

use crate::support::{assert_error_shape, registration};

/// A preflight for a POST with a JSON body from a page of `origin`.
async fn preflight(client: &Client, origin: &str) -> Answer {
    let asking = client
        .with("origin", origin)
        .with("access-control-request-method", "POST")
        .with("access-control-request-headers", "content-type, idempotency-key");
    asking.send(Method::OPTIONS, "/api/login/", None).await
}

/// Whether an answer lets pages of `origin` read it, with cookies. It must never let everybody.
fn lets_read(answer: &Answer, origin: &str) -> bool {
    let allowed = answer.header("access-control-allow-origin");
    assert_ne!(allowed, "*");
    assert!(allowed.is_empty() || answer.header("access-control-allow-credentials") == "true");
    assert!(answer.header("vary").to_ascii_lowercase().contains("origin"), "caches must keep origins apart");
    allowed == origin
}

on_both! {
    #[settings = [("GIGLINE_PUBLIC_URL", "https://gigs.example"), ("GIGLINE_ALLOWED_ORIGINS", "https://page.example")]]
    async fn a_write_by_cookie_is_for_our_own_and_allowed_pages(app) {
        let ann = app.user("ann").await;
        let by_cookie = app.anyone().with_cookie(&ann.token);
        let path = format!("{}job/", ann.path());
        let job = plain_job("Hang posters");
        let ours = format!("http://{}", app.address());
        let _ = by_cookie.post(&path, &job).await.expect(201);
        for good in ["https://gigs.example", "https://page.example", "wss://gigs.example", "wss://page.example", &ours]
        {
            let _ = by_cookie.with("origin", good).post(&path, &job).await.expect(201);
        }
        for site in ["same-origin", "same-site", "none"] {
            let _ = by_cookie.with("sec-fetch-site", site).post(&path, &job).await.expect(201);
        }
        let before = app.database().count("jobs");
        let bad = [
            "https://evil.example",
            "http://gigs.example",
            "https://page.example:444",
            "https://page.example.evil.example",
            "http://localhost:3000",
            "null",
            "ws://page.example",
            "",
        ];
        for bad in bad {
            let refused = by_cookie.with("origin", bad).post(&path, &job).await.expect(403);
            assert_error_shape(&refused, "cross_site");
        }
        for origin in ["https://page.example", "https://evil.example"] {
            let crossing = by_cookie.with("sec-fetch-site", "cross-site").with("origin", origin);
            assert_error_shape(&crossing.post(&path, &job).await.expect(403), "cross_site");
            assert_error_shape(&crossing.delete(&ann.path()).await.expect(403), "cross_site");
            assert_error_shape(&crossing.post_empty("/api/logout/").await.expect(403), "cross_site");
        }
        assert_eq!((app.database().count("jobs"), app.database().count("users")), (before, 1));
        let _ = ann.get("/api/secret/").await.expect(200);
    }

    async fn reading_and_bearer_tokens_are_not_for_the_cross_site_rule(app) {
        let ann = app.user("ann").await;
        let foreign = app.anyone().with("origin", "https://evil.example").with("sec-fetch-site", "cross-site");
        let answer = foreign.with_cookie(&ann.token).get("/api/secret/").await.expect(200);
        assert!(!lets_read(&answer, "https://evil.example"));
        let bearer = ann.with("origin", "https://evil.example").with("sec-fetch-site", "cross-site");
        let _ = bearer.post(&format!("{}job/", ann.path()), &plain_job("Hang posters")).await.expect(201);
        // With both the header counts, so the cookie's rule does not.
        let _ = bearer.with_cookie(&ann.token).post_empty("/api/logout/").await.expect(200);
    }

    async fn no_page_of_another_site_logs_its_visitor_in(app) {
        let ann = app.user("ann").await;
        let foreign = app.anyone().with("origin", "https://evil.example");
        let credentials = serde_json::json!({ "email": ann.email(), "password": ann.password() });
        for (path, body) in [("/api/login/", credentials), ("/api/register/", registration("bob"))] {
            let refused = foreign.post(path, &body).await.expect(403);
            assert_error_shape(&refused, "cross_site");
            assert_eq!(refused.cookie("session"), None);
        }
    }

    #[settings = [("GIGLINE_ALLOWED_ORIGINS", "https://page.example,http://localhost:5173")]]
    async fn allowed_pages_may_read_and_write_with_cookies_and_no_other(app) {
        for origin in ["https://page.example", "http://localhost:5173"] {
            let asked = preflight(&app.anyone(), origin).await;
            assert!(asked.status == 200 || asked.status == 204, "{}", asked.status);
            assert!(lets_read(&asked, origin));
            assert!(asked.header("access-control-allow-methods").contains("POST"));
            let headers = asked.header("access-control-allow-headers").to_ascii_lowercase();
            assert!(headers.contains("content-type") && headers.contains("idempotency-key"), "{headers}");
            assert!(lets_read(&app.anyone().with("origin", origin).get("/api/job/").await.expect(200), origin));
            let missing = app.anyone().with("origin", origin).get("/api/job/7/").await.expect(404);
            assert!(lets_read(&missing, origin), "errors are to be read too");
        }
        for origin in ["https://evil.example", "http://localhost:3000", "null", "https://page.example.evil.example"] {
            let asked = preflight(&app.anyone(), origin).await.expect(403);
            assert_error_shape(&asked, "cross_site");
            assert_eq!(asked.header("access-control-allow-origin"), "", "{origin}");
            let read = app.anyone().with("origin", origin).get("/api/job/").await.expect(200);
            assert!(!lets_read(&read, origin), "{origin}");
            assert_eq!(read.header("access-control-allow-origin"), "");
        }
    }

    async fn a_loopback_server_lets_the_pages_of_its_own_machine_in(app) {
        let ann = app.user("ann").await;
        for origin in ["http://localhost:3000", "http://127.0.0.1:8080", "http://[::1]:5173"] {
            assert!(lets_read(&preflight(&app.anyone(), origin).await, origin), "{origin}");
            let page = app.anyone().with_cookie(&ann.token).with("origin", origin);
            let answer = page.post(&format!("{}job/", ann.path()), &plain_job("Hang posters")).await.expect(201);
            assert!(lets_read(&answer, origin), "{origin}");
        }
        for origin in ["http://localhost.evil.example", "http://192.0.2.1:3000"] {
            assert_eq!(preflight(&app.anyone(), origin).await.header("access-control-allow-origin"), "");
        }
    }
}

//! Guessing gets slower, by account and by address, and nobody is locked out for good.

use std::time::Duration;

use futures_util::future::join_all;
use gigline_testkit::{Client, TestApp, on_both};
use serde_json::json;

use crate::support::{assert_error_shape, registration};

async fn log_in(client: &Client, name: &str, password: &str) -> (u16, String) {
    let body = json!({ "email": format!("{name}@example.org"), "password": password });
    let answer = client.post("/api/login/", &body).await;
    if answer.status == 429 {
        assert_error_shape(&answer, "too_many_requests");
    }
    (answer.status, answer.header("retry-after"))
}

fn from(app: &TestApp, address: &str) -> Client {
    app.anyone().with("x-forwarded-for", address)
}

const WRONG: (u16, String) = (401, String::new());

fn wait(seconds: u64) -> (u16, String) {
    (429, seconds.to_string())
}

on_both! {
    #[settings = [("GIGLINE_RATE_LIMIT", "on")]]
    async fn an_account_answers_guesses_ever_more_slowly_and_never_locks(app) {
        let ann = app.user("ann").await;
        for name in ["ann", "nobody"] {
            for _ in 0..5 {
                assert_eq!(log_in(&app.anyone(), name, "a wrong guess").await, WRONG);
            }
            for delay in [1, 2, 4] {
                assert_eq!(
                    log_in(&app.anyone(), name, &ann.password()).await,
                    wait(delay),
                    "{name}: not even the right one"
                );
                app.clock().advance(Duration::from_secs(delay));
                assert_eq!(log_in(&app.anyone(), name, "a wrong guess").await, WRONG);
            }
        }
        app.clock().advance(Duration::from_secs(8));
        assert_eq!(log_in(&app.anyone(), "ann", &ann.password()).await.0, 200);
    }

    #[settings = [("GIGLINE_RATE_LIMIT", "on"), ("GIGLINE_TRUSTED_PROXIES", "127.0.0.0/8")]]
    async fn an_address_has_thirty_guesses_and_its_proxy_tells_which_it_is(app) {
        let _ann = app.user("ann").await;
        let (here, neighbour) = (from(&app, "6.6.6.6, 2001:db8::1"), from(&app, "2001:db8::ffff"));
        for n in 0..30 {
            assert_eq!(log_in(&here, &format!("user{n}"), "a wrong guess").await, WRONG);
        }
        assert_eq!(log_in(&here, "user30", "a wrong guess").await, wait(20));
        assert_eq!(log_in(&neighbour, "user30", "a wrong guess").await, wait(20), "one /64 is one address");
        assert_eq!(log_in(&from(&app, "2001:db8:0:1::1"), "user30", "a wrong guess").await, WRONG);
        assert_eq!(log_in(&from(&app, "6.6.6.6"), "user30", "a wrong guess").await, WRONG);
        app.clock().advance(Duration::from_secs(20));
        assert_eq!(log_in(&here, "user31", "a wrong guess").await, WRONG);
    }

    #[settings = [("GIGLINE_RATE_LIMIT", "on")]]
    async fn a_forwarding_header_from_just_anybody_changes_nothing(app) {
        for n in 0..30 {
            assert_eq!(log_in(&from(&app, &format!("192.0.2.{n}")), &format!("user{n}"), "a wrong guess").await, WRONG);
        }
        assert_eq!(log_in(&from(&app, "192.0.2.99"), "user30", "a wrong guess").await, wait(20));
    }

    #[settings = [("GIGLINE_RATE_LIMIT", "on")]]
    async fn an_address_registers_sixty_accounts_an_hour(app) {
        for n in 0..60 {
            let _ = app.anyone().post("/api/register/", &registration(&format!("user{n}"))).await.expect(201);
        }
        let refused = app.anyone().post("/api/register/", &registration("one.more")).await.expect(429);
        assert_error_shape(&refused, "too_many_requests");
        assert_eq!(refused.header("retry-after"), "60");
        app.clock().advance(Duration::from_secs(60));
        let _ = app.anyone().post("/api/register/", &registration("one.more")).await.expect(201);
    }

    /// Two are checked at once and 64 wait; at this cost the two take longer than it takes the others to arrive.
    #[settings = [("GIGLINE_BCRYPT_COST", "10")]]
    async fn when_too_many_passwords_wait_the_rest_are_told_to_come_back(app) {
        let ann = app.user("ann").await;
        let (clients, body) =
            (vec![app.anyone(); 120], json!({ "email": "nobody@example.org", "password": "a wrong guess" }));
        let answers = join_all(clients.iter().map(|client| client.post("/api/login/", &body))).await;
        let (busy, checked): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 503);
        assert!(checked.len() >= 66 && checked.iter().all(|answer| answer.status == 401), "{}", checked.len());
        assert!(!busy.is_empty(), "all were checked");
        for answer in busy {
            assert_error_shape(answer, "busy");
            assert_eq!(answer.header("retry-after"), "1");
        }
        assert_eq!(log_in(&app.anyone(), "ann", &ann.password()).await.0, 200);
    }

    async fn nothing_is_slowed_down_where_the_setting_is_off(app) {
        for _ in 0..40 {
            assert_eq!(log_in(&app.anyone(), "nobody", "a wrong guess").await, WRONG);
        }
    }
}

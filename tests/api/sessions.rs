//! Logins and their sessions: opened, renewed, expired, ended; one never ends another.

use std::time::Duration;

use gigline_testkit::{Answer, Client, TestApp, on_both};
use serde_json::json;

use crate::support::{assert_error_shape, hex, registration};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// The status of a look at what needs a session.
async fn alive(app: &TestApp, token: &str) -> bool {
    let answer = bearer(app, token).get("/api/secret/").await;
    if answer.status == 401 {
        assert_error_shape(&answer, "unauthorized");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        return false;
    }
    !answer.expect(200).text("message").is_empty()
}

fn bearer(app: &TestApp, token: &str) -> Client {
    app.anyone().with("authorization", &format!("Bearer {token}"))
}

async fn renew(app: &TestApp, update_token: &str) -> Answer {
    bearer(app, update_token).post_empty("/api/session/").await
}

fn pair(answer: &Answer) -> (String, String) {
    (answer.text("session_token"), answer.text("update_token"))
}

on_both! {
    async fn whoever_knows_the_password_gets_a_session_of_their_own(app) {
        let ann = app.user("ann").await;
        let credentials = json!({ "email": " ANN@example.org ", "password": ann.password() });
        let answer = app.anyone().post("/api/login/", &credentials).await.expect(200);
        let body = answer.json();
        assert_eq!(
            (&body["id"], &body["email"], &body["token"]),
            (&json!(ann.id), &json!("ann@example.org"), &body["session_token"])
        );
        assert_eq!(answer.cookie("session"), Some(answer.text("token")));
        let (session, _) = pair(&answer);
        assert!(session != ann.token && alive(&app, &session).await && alive(&app, &ann.token).await);
        let me = bearer(&app, &session).get(&ann.path()).await.expect(200).json();
        assert_eq!((&me["token"], me.get("session_token")), (&json!(""), None), "no other route shows a token");
    }

    async fn a_wrong_login_is_answered_the_same_whether_the_account_exists_or_not(app) {
        let _ann = app.user("ann").await;
        let mut answers = Vec::new();
        for name in ["ann", "nobody", "not an address"] {
            let answer = app.try_log_in(name, "not the password").await.expect(401);
            assert_error_shape(&answer, "wrong_credentials");
            assert_eq!((answer.header("www-authenticate"), answer.cookie("session")), ("Bearer".to_owned(), None));
            let mut body = answer.json();
            body["request_id"] = json!("");
            answers.push(body);
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        let nothing = app.anyone().post("/api/login/", &json!({})).await.expect(400);
        assert_eq!(nothing.faulty_fields(), ["email", "password"]);
    }

    async fn an_update_token_is_traded_for_a_fresh_pair_and_the_old_session_dies(app) {
        let ann = app.user("ann").await;
        assert!(alive(&app, &ann.token).await);
        let answer = renew(&app, &ann.update_token).await.expect(200);
        assert_eq!(answer.json().as_object().unwrap().len(), 3);
        assert_eq!(answer.text("session_expiration"), "2026-11-21T09:00:00.00000Z");
        let (session, update) = pair(&answer);
        assert_eq!(answer.cookie("session").as_deref(), Some(&*session));
        assert!(alive(&app, &session).await && !alive(&app, &ann.token).await);
        // Neither kind of token does for the other.
        assert_error_shape(&renew(&app, &session).await.expect(401), "unauthorized");
        assert!(!alive(&app, &update).await);
        let _ = renew(&app, &update).await.expect(200);
        for nonsense in ["", "glu_", "nonsense", &"x".repeat(5000)] {
            let _ = renew(&app, nonsense).await.expect(401);
        }
        let _ = app.anyone().post_empty("/api/session/").await.expect(401);
        let _ = app.anyone().with_cookie(&update).post_empty("/api/session/").await.expect(401);
    }

    async fn a_used_update_token_is_good_for_ten_seconds_and_then_ends_its_login(app) {
        let ann = app.user("ann").await;
        let elsewhere = app.log_in("ann").await;
        let (first, first_update) = pair(&renew(&app, &ann.update_token).await.expect(200));
        app.clock().advance(Duration::from_secs(10));
        let (second, second_update) = pair(&renew(&app, &ann.update_token).await.expect(200));
        assert_ne!(first, second);
        assert!(alive(&app, &first).await && alive(&app, &second).await);
        app.clock().advance(Duration::from_micros(1));
        let refused = renew(&app, &ann.update_token).await.expect(401);
        assert_error_shape(&refused, "unauthorized");
        assert!(!alive(&app, &first).await && !alive(&app, &second).await);
        for update in [first_update, second_update] {
            let _ = renew(&app, &update).await.expect(401);
        }
        assert!(alive(&app, &elsewhere.token).await, "another login is another family");
    }

    async fn tokens_expire_by_the_clock(app) {
        let ann = app.user("ann").await;
        app.clock().advance(Duration::from_micros(24 * 60 * 60 * 1_000_000 - 1));
        assert!(alive(&app, &ann.token).await);
        app.clock().advance(Duration::from_micros(1));
        assert!(!alive(&app, &ann.token).await);
        // What everyone may see is still to be seen, as everyone sees it.
        assert_eq!(bearer(&app, &ann.token).get(&ann.path()).await.expect(200).text("email"), "");
        let (session, update) = pair(&renew(&app, &ann.update_token).await.expect(200));
        assert!(alive(&app, &session).await);
        app.clock().advance(30 * 24 * HOUR);
        assert_error_shape(&renew(&app, &update).await.expect(401), "unauthorized");
    }

    #[settings = [("GIGLINE_SESSION_SECONDS", "60"), ("GIGLINE_UPDATE_TOKEN_SECONDS", "120")]]
    async fn the_settings_say_how_long_tokens_live(app) {
        let answer = app.anyone().post("/api/register/", &registration("ann")).await.expect(201);
        assert_eq!(answer.text("session_expiration"), "2026-11-20T09:01:00.00000Z");
        assert!(answer.header("set-cookie").contains("Max-Age=60"), "{}", answer.header("set-cookie"));
        let (session, update) = pair(&answer);
        app.clock().advance(Duration::from_secs(60));
        assert!(!alive(&app, &session).await);
        app.clock().advance(Duration::from_secs(60));
        let _ = renew(&app, &update).await.expect(401);
    }

    async fn logging_out_ends_session_and_update_token_at_once(app) {
        let ann = app.user("ann").await;
        let elsewhere = app.log_in("ann").await;
        // Looked up before, so that a remembered session would show.
        assert!(alive(&app, &ann.token).await && alive(&app, &elsewhere.token).await);
        let answer = ann.post_empty("/api/logout/").await.expect(200);
        assert!(!answer.text("message").is_empty());
        assert!(!alive(&app, &ann.token).await);
        let _ = renew(&app, &ann.update_token).await.expect(401);
        let _ = ann.post_empty("/api/logout/").await.expect(401);
        assert!(alive(&app, &elsewhere.token).await, "a login is a session of its own");
    }

    async fn logging_out_by_cookie_clears_the_cookie(app) {
        let ann = app.user("ann").await;
        let answer = app.anyone().with_cookie(&ann.token).post_empty("/api/logout/").await.expect(200);
        assert_eq!(answer.cookie("session").as_deref(), Some(""));
        let attributes = answer.header("set-cookie");
        assert!(attributes.contains("Max-Age=0") && attributes.contains("Path=/"), "{attributes}");
        assert!(!alive(&app, &ann.token).await);
    }

    async fn what_the_database_keeps_opens_no_session(app) {
        let ann = app.user("ann").await;
        let (session, update) = pair(&renew(&app, &ann.update_token).await.expect(200));
        let secrets = [ann.token.clone(), ann.update_token.clone(), session, update, ann.password()];
        // A token without its prefix, and the bytes of either.
        let forms: Vec<String> = secrets
            .iter()
            .flat_map(|secret| [secret.clone(), secret.split_at(4).1.to_owned(), hex(secret)])
            .map(|form| form.to_lowercase())
            .collect();
        for (column, values) in app.database().cells() {
            for value in values.iter().map(|value| value.to_lowercase()) {
                assert!(forms.iter().all(|form| !value.contains(form)), "{column} tells a secret");
            }
        }
        assert_eq!(app.database().count("sessions"), 1);
    }

    async fn the_cookie_is_for_browsers_of_this_site_alone(app) {
        let answer = app.anyone().post("/api/register/", &registration("ann")).await.expect(201);
        let set = answer.header("set-cookie");
        let attributes: Vec<&str> = set.split("; ").skip(1).collect();
        for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=86400"] {
            assert!(attributes.contains(&attribute), "{attribute} in {set}");
        }
        assert!(!attributes.contains(&"Secure") && !set.contains("Domain"), "{set}");
    }

    #[settings = [("GIGLINE_PUBLIC_URL", "https://gigs.example")]]
    async fn the_cookie_stays_on_https_where_that_is_how_we_are_reached(app) {
        let answer = app.anyone().post("/api/register/", &registration("ann")).await.expect(201);
        assert!(answer.header("set-cookie").split("; ").any(|attribute| attribute == "Secure"));
        let gone = bearer(&app, &answer.text("token")).post_empty("/api/logout/").await.expect(200);
        assert!(gone.header("set-cookie").split("; ").any(|attribute| attribute == "Secure"));
    }

    async fn the_header_wins_over_the_cookie(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let both = bearer(&app, &ann.token).with_cookie(&bob.token);
        assert_eq!(both.get(&ann.path()).await.expect(200).text("email"), ann.email());
        assert_eq!(both.get(&bob.path()).await.expect(200).text("email"), "");
        for dead in ["nonsense", ""] {
            let _ = bearer(&app, dead).with_cookie(&bob.token).get("/api/secret/").await.expect(401);
        }
        let basic = app.anyone().with("authorization", "Basic YTpi").with_cookie(&bob.token);
        let _ = basic.get("/api/secret/").await.expect(401);
        let _ =
            app.anyone().with("authorization", &format!("bearer {}", ann.token)).get("/api/secret/").await.expect(200);
        let _ = app
            .anyone()
            .with("cookie", &format!("theme=dark; session={}; x=y", bob.token))
            .get("/api/secret/")
            .await
            .expect(200);
    }
}

//! The same name for many, and one token for many tabs.

use std::collections::HashSet;

use gigline_testkit::on_both;
use serde_json::{Value, json};

use crate::crowd::{FIFTY, Request, all_are, all_at_once, one_wins, people};

fn registration(email: &str) -> Value {
    json!({
        "email": email, "password": "a good secret", "first": "Ann", "last": "Lee", "phone_number": "+1 607 555 0100",
    })
}

on_both! {
    async fn an_address_is_registered_once(app) {
        let anyone = app.anyone();
        for round in 0..3 {
            // However it is written: the address is compared without case and without the space around it.
            let emails: Vec<Value> = (0..FIFTY)
                .map(|n| registration(&[format!("ann{round}@example.org"), format!(" ANN{round}@Example.ORG ")][n % 2]))
                .collect();
            let answers = all_at_once(
                emails.iter().map(|body| -> Request<'_> { Box::pin(anyone.post("/api/register/", body)) }),
            );
            one_wins(&answers.await, 201, (400, "email_taken"));
            assert_eq!(app.database().count(&format!("users WHERE email_key = 'ann{round}@example.org'")), 1);
        }
    }

    async fn people_of_one_name_get_usernames_of_their_own(app) {
        let anyone = app.anyone();
        let bodies: Vec<Value> = (0..FIFTY).map(|n| registration(&format!("ann{n}@example.org"))).collect();
        let answers = all_at_once(
            bodies.iter().map(|body| -> Request<'_> { Box::pin(anyone.post("/api/register/", body)) }),
        );
        let answers = answers.await;
        all_are(&answers, 201);
        let names: HashSet<String> = answers.iter().map(|answer| answer.text("username").to_lowercase()).collect();
        assert_eq!(names.len(), FIFTY);
    }

    async fn a_username_is_given_to_one_of_all_who_want_it(app) {
        let crowd = people(&app, "ann", FIFTY).await;
        for name in ["popular", "Popular.2"] {
            let wish = json!({ "username": name });
            let paths: Vec<String> = crowd.iter().map(|ann| format!("/api/user/{}/", ann.id)).collect();
            let answers = all_at_once(
                crowd.iter().zip(&paths).map(|(ann, path)| -> Request<'_> { Box::pin(ann.post(path, &wish)) }),
            );
            one_wins(&answers.await, 200, (400, "username_taken"));
        }
    }

    async fn tabs_that_renew_together_each_get_a_pair_that_works(app) {
        let mut ann = app.user("ann").await;
        for _ in 0..2 {
            let renewing = app.anyone().with("authorization", &format!("Bearer {}", ann.update_token));
            let answers =
                all_at_once((0..FIFTY).map(|_| -> Request<'_> { Box::pin(renewing.post_empty("/api/session/")) })).await;
            all_are(&answers, 200);
            let tokens: HashSet<String> = answers.iter().map(|answer| answer.text("session_token")).collect();
            assert_eq!(tokens.len(), FIFTY);
            for token in &tokens {
                let bearer = app.anyone().with("authorization", &format!("Bearer {token}"));
                let _ = bearer.get("/api/secret/").await.expect(200);
            }
            // The session that came with the used token is dead, and stays so.
            let _ = ann.get("/api/secret/").await.expect(401);
            ann = app.log_in("ann").await;
        }
    }

    async fn a_token_that_is_used_again_too_late_ends_its_login_for_all_who_try(app) {
        let ann = app.user("ann").await;
        let renewing = app.anyone().with("authorization", &format!("Bearer {}", ann.update_token));
        let fresh = renewing.post_empty("/api/session/").await.expect(200);
        app.clock().advance(std::time::Duration::from_secs(11));
        let answers =
            all_at_once((0..FIFTY).map(|_| -> Request<'_> { Box::pin(renewing.post_empty("/api/session/")) }));
        all_are(&answers.await, 401);
        let stolen = app.anyone().with("authorization", &format!("Bearer {}", fresh.text("session_token")));
        let _ = stolen.get("/api/secret/").await.expect(401);
        assert_eq!(app.database().count("sessions"), 0);
    }

    async fn a_logout_is_the_end_whatever_renews_at_the_same_time(app) {
        for round in 0..4 {
            let ann = app.user(&format!("ann{round}")).await;
            let renewing = app.anyone().with("authorization", &format!("Bearer {}", ann.update_token));
            let requests = (0..FIFTY).map(|n| -> Request<'_> {
                if n == round * 8 { Box::pin(ann.post_empty("/api/logout/")) } else { Box::pin(renewing.post_empty("/api/session/")) }
            });
            let answers = all_at_once(requests).await;
            // The session may have been ended by a renewal before its logout was read; then log out by a new one.
            let _ = renewing.post_empty("/api/session/").await;
            let alive = answers.iter().filter(|answer| answer.status == 200 && answer.json().get("session_token").is_some());
            if answers[round * 8].status == 200 {
                for answer in alive {
                    let bearer = app.anyone().with("authorization", &format!("Bearer {}", answer.text("session_token")));
                    let _ = bearer.get("/api/secret/").await.expect(401);
                }
                assert_eq!(app.database().count(&format!("logins WHERE user_id = {}", ann.id)), 0);
            }
        }
    }
}

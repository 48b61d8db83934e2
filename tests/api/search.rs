//! Search: one corpus and one list of questions, whose answers are the same on both databases, in the same order.

mod corpus;
mod questions;

use gigline_testkit::{Answer, Client, Method, on_both};
use serde_json::{Value, json};

use corpus::{CORPUS, Posted, post};
use questions::QUESTIONS;

/// A question's parameters, and the jobs that answer it, best first.
type Filtered<'a> = (&'a [(&'a str, &'a str)], &'static [&'static str]);

fn query(pairs: &[(&str, &str)]) -> String {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}={}", encoded(value))).collect();
    format!("/api/job/filter/?{}", pairs.join("&"))
}

async fn find(client: &Client, words: &str) -> Answer {
    client.get(&query(&[("search", words)])).await.expect(200)
}

/// Asks by query and, as the first clients do, by a JSON body.
async fn ask(client: &Client, posted: &Posted, words: &str) -> Vec<&'static str> {
    let by_query = find(client, words).await.ids("jobs");
    let by_body = by_body(client, "/api/job/filter/", &json!({ "search": words })).await.expect(200).ids("jobs");
    assert_eq!(by_query, by_body, "{words:?}");
    posted.keys(&by_query)
}

async fn by_body(client: &Client, path: &str, body: &Value) -> Answer {
    client.send(Method::GET, path, Some(body.to_string().into_bytes())).await
}

on_both! {
    async fn every_question_has_its_answer_in_order(app) {
        let posted = post(&app).await;
        let mut wrong = Vec::new();
        for (words, expected) in QUESTIONS {
            let found = ask(&app.anyone(), &posted, words).await;
            if found != *expected {
                wrong.push(format!("{words:?}\n     found {found:?}\n  expected {expected:?}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    async fn an_empty_question_is_the_list(app) {
        let _ = post(&app).await;
        let anyone = app.anyone();
        let list = anyone.get("/api/job/?limit=7").await.expect(200).json();
        for path in
            ["/api/job/filter/?limit=7", "/api/job/filter?limit=7&search=", "/api/job/filter/?limit=7&search=%20"]
        {
            assert_eq!(anyone.get(path).await.expect(200).json(), list, "{path}");
        }
        for body in [json!({}), json!({ "search": "" }), json!({ "search": null })] {
            assert_eq!(by_body(&anyone, "/api/job/filter/?limit=7", &body).await.expect(200).json(), list, "{body}");
        }
        let newest = anyone.get("/api/job/filter/").await.expect(200).ids("jobs");
        assert_eq!(newest.len(), CORPUS.len());
        assert!(newest.is_sorted(), "the oldest first");
    }

    async fn filters_narrow_what_the_words_find(app) {
        let posted = post(&app).await;
        let (ann, ben) = (posted.ann.id.to_string(), posted.ben.id.to_string());
        let questions: [Filtered<'_>; 12] = [
            (&[("search", "lawn"), ("status", "open")], &["lawnmower", "hedge", "dawn"]),
            (&[("search", "lawn"), ("status", "done")], &["mow"]),
            (&[("search", "garden"), ("status", "taken")], &["boxes"]),
            (&[("search", "gardn"), ("status", "taken")], &["boxes"]),
            (&[("search", "piano"), ("status", "taken")], &[]),
            (&[("search", "saturday"), ("category", "Research")], &["survey"]),
            (&[("search", "garden"), ("category", "Garden")], &["watering"]),
            (&[("search", "garden"), ("category", "garden")], &[]),
            (&[("search", "garden"), ("category", "' OR ''='")], &[]),
            (&[("search", "piano"), ("poster_id", &ann)], &["piano", "movers"]),
            (&[("search", "piano"), ("poster_id", &ben)], &["keys"]),
            (
                &[("search", "walk"), ("poster_id", &ben), ("category", "Pet Sitting"), ("status", "open")],
                &["rex", "cat"],
            ),
        ];
        for (pairs, expected) in questions {
            let by_query = app.anyone().get(&query(pairs)).await.expect(200).ids("jobs");
            assert_eq!(posted.keys(&by_query), expected, "{pairs:?}");
            let fields = pairs.iter().map(|(key, value)| (*key, json!(value)));
            let body = Value::Object(fields.map(|(key, value)| (key.to_owned(), value)).collect());
            let found = by_body(&app.anyone(), "/api/job/filter/", &body).await.expect(200).ids("jobs");
            assert_eq!(posted.keys(&found), expected, "{body}");
        }
        // Without words they narrow the list.
        let taken = app.anyone().get("/api/job/?status=taken").await.expect(200).ids("jobs");
        assert_eq!(posted.keys(&taken), ["boxes"]);
        let sitting = app.anyone().get("/api/job/filter/?category=Pet+Sitting").await.expect(200).ids("jobs");
        assert_eq!(posted.keys(&sitting), ["rex", "sobaka", "cat", "dog"]);
        let of_ben = format!("/api/job/?poster_id={ben}&category=Research&status=open");
        assert_eq!(posted.keys(&app.anyone().get(&of_ben).await.expect(200).ids("jobs")), ["tables", "survey"]);
    }

    async fn what_is_no_question_is_refused(app) {
        let anyone = app.anyone();
        for (path, field) in [
            ("/api/job/filter/?search=a&status=opened", "status"),
            ("/api/job/filter/?search=a&limit=0", "limit"),
            ("/api/job/filter/?search=a&limit=501", "limit"),
            ("/api/job/filter/?search=a&cursor=aTQy", "cursor"),
            ("/api/job/filter/?search=a&poster_id=ann", "poster_id"),
            ("/api/job/?status=", "status"),
            ("/api/job/?category=", "category"),
        ] {
            assert_eq!(anyone.get(path).await.expect(400).faulty_fields(), [field], "{path}");
        }
        let numeric = by_body(&anyone, "/api/job/filter/", &json!({ "search": 5 })).await.expect(400);
        assert_eq!(numeric.faulty_fields(), ["search"]);
        let list = by_body(&anyone, "/api/job/filter/", &json!(["lawn"])).await.expect(400);
        assert_eq!(list.code(), "invalid_input");
        let torn = anyone.send(Method::GET, "/api/job/filter/", Some(b"{\"search\": \"la".to_vec())).await;
        assert_eq!(torn.expect(400).code(), "malformed_json");
    }

    async fn the_query_counts_before_the_body_and_strange_bytes_are_text(app) {
        let posted = post(&app).await;
        let both = by_body(&app.anyone(), "/api/job/filter/?search=piano", &json!({ "search": "lawn" })).await;
        assert_eq!(posted.keys(&both.expect(200).ids("jobs")), ["piano", "keys", "movers"]);
        for (raw, expected) in [("%FFlawn%C3", vec!["mow", "lawnmower", "hedge", "dawn"]), ("%ED%A0%80", vec![])] {
            let found = app.anyone().get(&format!("/api/job/filter/?search={raw}")).await.expect(200).ids("jobs");
            assert_eq!(posted.keys(&found), expected, "{raw}");
        }
        let endless = format!("lawn {}", "knee ".repeat(100_000));
        assert_eq!(
            posted.keys(
                &by_body(&app.anyone(), "/api/job/filter/", &json!({ "search": endless }))
                    .await
                    .expect(200)
                    .ids("jobs")
            ),
            ["mow"]
        );
        let word = "x".repeat(200_000);
        let found =
            by_body(&app.anyone(), "/api/job/filter/", &json!({ "search": word })).await.expect(200).ids("jobs");
        assert_eq!(found, [0_i64; 0]);
    }

    async fn a_change_is_found_at_once_and_a_deleted_job_is_not(app) {
        let (ann, bob, anyone) = (app.user("ann").await, app.user("bob").await, app.anyone());
        let (job, other) = (ann.posts_job("Trim the hedge").await, ann.posts_job("Paint a fence").await);
        assert_eq!(find(&anyone, "hedge").await.ids("jobs"), [job]);
        let change = json!({ "title": "Juggle", "description": "at the hedgehog's" });
        let _ = ann.post(&format!("/api/job/{job}/"), &change).await.expect(201);
        assert_eq!(find(&anyone, "juggle").await.ids("jobs"), [job]);
        assert_eq!(find(&anyone, "trim").await.ids("jobs"), [0; 0]);
        assert_eq!(find(&anyone, "hedge").await.ids("jobs"), [job], "by its description now");
        let _ = ann.delete(&format!("/api/job/{job}/")).await.expect(200);
        for gone in ["juggle", "hedge", "hedg", "jugle"] {
            assert_eq!(find(&anyone, gone).await.ids("jobs"), [0; 0], "{gone}");
        }
        let taken = ann.hires(&bob, "Paint a wall").await;
        assert_eq!(find(&anyone, "paint").await.ids("jobs"), [taken, other]);
        let _ = ann.delete(&format!("/api/user/{}/", ann.id)).await.expect(200);
        assert_eq!(find(&anyone, "paint").await.ids("jobs"), [taken], "open jobs go with their poster");
    }

    async fn pages_bring_each_result_once_and_in_order(app) {
        let posted = post(&app).await;
        for (words, limit) in [("saturday", 3), ("garden", 2), ("gardn", 1), ("tutoring", 9), ("labor", 4)] {
            let all = find(&app.anyone(), words).await;
            assert_eq!(all.json()["next_cursor"], Value::Null);
            let (mut found, mut cursor) = (Vec::new(), None::<String>);
            loop {
                let limit_text = limit.to_string();
                let mut pairs = vec![("search", words), ("limit", limit_text.as_str())];
                pairs.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
                let page = app.anyone().get(&query(&pairs)).await.expect(200);
                let ids = page.ids("jobs");
                assert!(!ids.is_empty() && ids.len() <= limit, "{words}: {ids:?}");
                found.extend(ids);
                cursor = page.json()["next_cursor"].as_str().map(ToOwned::to_owned);
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(posted.keys(&found), posted.keys(&all.ids("jobs")), "{words}");
        }
    }

    async fn words_that_find_many_find_no_others_that_are_spelt_alike(app) {
        let ann = app.user("ann").await;
        let _ = ann.posts_job("Warden").await;
        let mut gardens = Vec::new();
        for number in 0..20 {
            gardens.insert(0, ann.posts_job(&format!("Garden {number}")).await);
        }
        assert_eq!(find(&app.anyone(), "garden").await.ids("jobs"), gardens);
    }
}

//! Place: circles on the globe, across the date line and over the poles, and what is nearest in them.

use gigline_testkit::{Actor, Answer, Client, Method, TestApp, on_both, plain_job};
use serde_json::{Value, json};

use crate::support::with;

/// Kilometres from one degree of latitude to the next, on a sphere of the Earth's mean radius.
const DEGREE: f64 = 111.195_079_7;

async fn post_at(poster: &Actor, title: &str, latitude: f64, longitude: f64) -> i64 {
    let job = with(plain_job(title), "latitude", json!(latitude));
    poster.posts(&with(job, "longtitude", json!(longitude))).await.expect(201).number("id")
}

/// Jobs at these places, by one poster.
async fn post_all(app: &TestApp, places: &[(&str, f64, f64)]) -> Actor {
    let ann = app.user("ann").await;
    for (title, latitude, longitude) in places {
        let _ = post_at(&ann, title, *latitude, *longitude).await;
    }
    ann
}

fn circle(latitude: f64, longitude: f64, radius: f64) -> String {
    format!("latitude={latitude}&longitude={longitude}&radius_km={radius}")
}

fn titles(answer: &Answer) -> Vec<String> {
    answer.list("jobs").iter().map(|job| job["title"].as_str().unwrap().to_owned()).collect()
}

/// The titles in a circle, nearest first; the list and the search without words say the same.
async fn near(client: &Client, latitude: f64, longitude: f64, radius: f64) -> Vec<String> {
    let circle = circle(latitude, longitude, radius);
    let listed = client.get(&format!("/api/job/?{circle}")).await.expect(200);
    let found = client.get(&format!("/api/job/filter/?{circle}")).await.expect(200);
    assert_eq!(listed.json(), found.json());
    titles(&listed)
}

/// All pages, one after the other.
async fn paged(client: &Client, path: &str, limit: usize) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{path}&limit={limit}{cursor}")).await.expect(200);
        let here = titles(&page);
        assert!(!here.is_empty() && here.len() <= limit, "{here:?}");
        all.extend(here);
        match page.json()["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

const TOWNS: [(&str, f64, f64); 6] = [
    ("New York", 40.7128, -74.0060),
    ("Ithaca", 42.4440, -76.5019),
    ("Syracuse", 43.0481, -76.1474),
    ("Paris", 48.8566, 2.3522),
    ("Cornell", 42.4534, -76.4735),
    ("Nowhere", 0.0, 0.0),
];

on_both! {
    async fn the_nearest_come_first_with_their_distance(app) {
        let _ = post_all(&app, &TOWNS).await;
        let anyone = app.anyone();
        assert_eq!(near(&anyone, 42.4440, -76.5019, 10.0).await, ["Ithaca", "Cornell"]);
        assert_eq!(near(&anyone, 43.0481, -76.1474, 100.0).await, ["Syracuse", "Cornell", "Ithaca"]);
        assert_eq!(near(&anyone, 42.4440, -76.5019, 400.0).await, ["Ithaca", "Cornell", "Syracuse", "New York"]);
        assert_eq!(near(&anyone, -42.0, 100.0, 500.0).await, [""; 0]);
        let jobs =
            anyone.get(&format!("/api/job/?{}", circle(42.4440, -76.5019, 20_000.0))).await.expect(200).list("jobs");
        let expected =
            [("Ithaca", 0.0), ("Cornell", 2.554), ("Syracuse", 73.145), ("New York", 283.10), ("Paris", 5_891.3)];
        assert_eq!(jobs.len(), expected.len());
        for (job, (title, distance)) in jobs.iter().zip(expected) {
            let told = job["distance_km"].as_f64().unwrap();
            assert_eq!(job["title"], title);
            assert!((told - distance).abs() <= distance / 1_000.0, "{title}: {told} for {distance}");
        }
        assert_eq!(jobs[0]["distance_km"].to_string(), "0", "a whole number is written as one");
    }

    async fn without_a_place_in_the_question_no_distance_is_told(app) {
        let _ = post_all(&app, &TOWNS).await;
        for path in ["/api/job/", "/api/job/filter/", "/api/job/filter/?search=ithaca"] {
            let jobs = app.anyone().get(path).await.expect(200).list("jobs");
            assert!(!jobs.is_empty() && jobs.iter().all(|job| job["distance_km"] == Value::Null), "{path}");
        }
    }

    async fn the_date_line_is_a_line_like_any_other(app) {
        let places = [
            ("west", -17.0, 179.9),
            ("east", -17.0, -179.9),
            ("on it", -17.0, 180.0),
            ("on it too", -17.001, -180.0),
            ("Suva", -18.1416, 178.4419),
            ("Apia", -13.8333, -171.7667),
            ("other side", -17.0, 0.0),
        ];
        let _ = post_all(&app, &places).await;
        let anyone = app.anyone();
        assert_eq!(near(&anyone, -17.0, 179.9, 15.0).await, ["west", "on it", "on it too"]);
        assert_eq!(near(&anyone, -17.0, -179.96, 20.0).await, ["on it", "on it too", "east", "west"]);
        assert_eq!(near(&anyone, -17.0, 180.0, 5.0).await, ["on it", "on it too"]);
        assert_eq!(near(&anyone, -17.0, -180.0, 5.0).await, ["on it", "on it too"]);
        let wide = near(&anyone, -16.0, -178.0, 1_000.0).await;
        assert_eq!(wide, ["east", "on it", "on it too", "west", "Suva", "Apia"]);
    }

    async fn all_meridians_meet_at_the_poles(app) {
        let places = [
            ("here", 89.9, 10.0),
            ("beyond", 89.91, -170.0),
            ("aside", 89.8, 100.0),
            ("pole", 90.0, 45.0),
            ("far", 80.0, 10.0),
            ("south", -90.0, 0.0),
            ("near south", -89.5, -60.0),
        ];
        let _ = post_all(&app, &places).await;
        let anyone = app.anyone();
        assert_eq!(near(&anyone, 89.9, 10.0, 23.0).await, ["here", "pole", "beyond"]);
        assert_eq!(near(&anyone, 90.0, -123.0, 30.0).await, ["pole", "beyond", "here", "aside"]);
        assert_eq!(near(&anyone, -90.0, 77.0, 100.0).await, ["south", "near south"]);
        assert_eq!(near(&anyone, 85.0, -170.0, 15.5 * DEGREE).await, ["beyond", "pole", "aside", "here", "far"]);
    }

    async fn the_rim_belongs_to_the_circle_and_what_is_behind_it_does_not(app) {
        let places = [("north", 11.0, 20.0), ("south", 9.0, 20.0), ("equator", 0.0, 20.0)];
        let _ = post_all(&app, &places).await;
        let anyone = app.anyone();
        let mut both = near(&anyone, 10.0, 20.0, DEGREE + 0.001).await;
        both.sort();
        assert_eq!(both, ["north", "south"]);
        assert_eq!(near(&anyone, 10.0, 20.0, DEGREE - 0.001).await, [""; 0]);
        assert_eq!(near(&anyone, 11.0, 20.0, 0.000_001).await, ["north"]);
        assert_eq!(near(&anyone, 0.0, 19.0, DEGREE + 0.001).await, ["equator"]);
        assert_eq!(near(&anyone, 0.0, 21.0, DEGREE - 0.001).await, [""; 0]);
        assert_eq!(near(&anyone, 0.0, -160.0, 20_038.0).await.len(), 3, "the largest circle is the globe");
    }

    async fn a_job_without_a_place_is_in_no_circle(app) {
        let ann =
            post_all(&app, &[("nowhere", 0.0, 0.0), ("on the equator", 0.0, 0.5), ("on the meridian", 0.5, 0.0)]).await;
        let anyone = app.anyone();
        assert_eq!(near(&anyone, 0.0, 0.0, 100.0).await, ["on the meridian", "on the equator"]);
        assert_eq!(near(&anyone, 0.1, 0.1, 20_038.0).await.len(), 2);
        let found = anyone.get(&format!("/api/job/filter/?search=nowhere&{}", circle(0.0, 0.0, 9.0))).await.expect(200);
        assert_eq!(titles(&found), [""; 0]);
        // It gets one, and loses it again.
        let job = anyone.get("/api/job/filter/?search=nowhere").await.expect(200).ids("jobs")[0];
        let path = format!("/api/job/{job}/");
        let _ = ann.post(&path, &json!({ "latitude": 0.25, "longtitude": 0 })).await.expect(201);
        assert_eq!(near(&anyone, 0.25, 0.0, 5.0).await, ["nowhere"]);
        let _ = ann.post(&path, &json!({ "latitude": 0 })).await.expect(201);
        assert_eq!(near(&anyone, 0.0, 0.0, 5.0).await, [""; 0]);
    }

    async fn pages_bring_each_job_once_the_equally_near_newest_first(app) {
        let ann = app.user("ann").await;
        let mut expected = Vec::new();
        for (step, latitude) in [50.01, 50.02, 50.03].into_iter().enumerate() {
            for turn in 1..=3 {
                let title = format!("{step}.{turn}");
                let _ = post_at(&ann, &title, latitude, 8.0).await;
                expected.insert(step * 3, title);
            }
        }
        let path = format!("/api/job/?{}", circle(50.0, 8.0, 10.0));
        for limit in [1, 2, 4, 9, 100] {
            assert_eq!(paged(&app.anyone(), &path, limit).await, expected, "{limit} a page");
        }
        assert_eq!(paged(&app.anyone(), &path.replace("/job/?", "/job/filter/?"), 4).await, expected);
    }

    async fn a_search_ranks_what_the_circle_holds(app) {
        let ann = app.user("ann").await;
        let _ = post_at(&ann, "Piano far away", 60.0, 8.0).await;
        let _ = post_at(&ann, "Piano lessons", 50.05, 8.0).await;
        let _ = post_at(&ann, "Piano", 0.0, 0.0).await;
        let near = with(with(plain_job("Move furniture"), "latitude", json!(50.0)), "longtitude", json!(8.0));
        let _ = ann.posts(&with(near, "description", json!("a piano"))).await.expect(201);
        let circle = circle(50.0, 8.0, 20.0);
        let found = app.anyone().get(&format!("/api/job/filter/?search=piano&{circle}")).await.expect(200);
        assert_eq!(titles(&found), ["Piano lessons", "Move furniture"], "words rank before nearness");
        let distances: Vec<f64> = found.list("jobs").iter().map(|job| job["distance_km"].as_f64().unwrap()).collect();
        assert!((distances[0] - 0.05 * DEGREE).abs() < 0.001 && distances[1] == 0.0, "{distances:?}");
        let misspelt = app.anyone().get(&format!("/api/job/filter/?search=paino&{circle}")).await.expect(200);
        assert_eq!(titles(&misspelt), ["Piano lessons", "Move furniture"]);
        assert_eq!(paged(&app.anyone(), &format!("/api/job/filter/?search=piano&{circle}"), 1).await.len(), 2);
        let body = json!({ "search": "piano", "latitude": 50, "longtitude": 8.0, "radius_km": 20 }).to_string();
        let by_body = app.anyone().send(Method::GET, "/api/job/filter/", Some(body.into_bytes())).await.expect(200);
        assert_eq!(by_body.json(), found.json());
    }

    async fn circles_and_filters_go_together(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let (one, two) = (post_at(&ann, "one", 50.0, 8.0).await, post_at(&bob, "two", 50.01, 8.0).await);
        let three = with(with(plain_job("three"), "latitude", json!(50.02)), "longtitude", json!(8.0));
        let _ = ann.posts(&with(three, "category", json!("Tutoring"))).await.expect(201);
        let _ = bob.applies(one).await.expect(201);
        let _ = ann.picks(one, &bob).await.expect(201);
        assert!(two > one);
        for (filter, expected) in [
            ("status=open", vec!["two", "three"]),
            ("status=taken", vec!["one"]),
            ("category=Tutoring", vec!["three"]),
            ("category=Labor&status=open", vec!["two"]),
            (&format!("poster_id={}", ann.id), vec!["one", "three"]),
        ] {
            let found = app.anyone().get(&format!("/api/job/?{filter}&{}", circle(50.0, 8.0, 5.0))).await.expect(200);
            assert_eq!(titles(&found), expected, "{filter}");
        }
    }

    async fn what_is_no_circle_is_refused(app) {
        let anyone = app.anyone();
        for (query, fields) in [
            ("latitude=50", vec!["longitude", "radius_km"]),
            ("longitude=8", vec!["latitude", "radius_km"]),
            ("radius_km=5", vec!["latitude", "longitude"]),
            ("latitude=50&longitude=8", vec!["radius_km"]),
            ("latitude=90.1&longitude=180.1&radius_km=5", vec!["latitude", "longitude"]),
            ("latitude=-91&longitude=-181&radius_km=x", vec!["latitude", "longitude", "radius_km"]),
            ("latitude=50&longitude=8&radius_km=0", vec!["radius_km"]),
            ("latitude=50&longitude=8&radius_km=-1", vec!["radius_km"]),
            ("latitude=50&longitude=8&radius_km=20039", vec!["radius_km"]),
            ("latitude=NaN&longitude=inf&radius_km=1e999", vec!["latitude", "longitude", "radius_km"]),
            ("latitude=&longitude=8&radius_km=5", vec!["latitude"]),
            ("latitude=50&longitude=8&radius_km=5&cursor=aTQy", vec!["cursor"]),
            ("latitude=50&longitude=8&radius_km=5&limit=0&status=x", vec!["limit", "status"]),
        ] {
            for path in ["/api/job/", "/api/job/filter/"] {
                assert_eq!(anyone.get(&format!("{path}?{query}")).await.expect(400).faulty_fields(), fields, "{query}");
            }
            let path = format!("/api/job/filter/?search=a&{query}");
            assert_eq!(anyone.get(&path).await.expect(400).faulty_fields(), fields, "{path}");
        }
        let ann = app.user("ann").await;
        for (key, value) in [("latitude", json!(90.5)), ("longtitude", json!(-180.5)), ("latitude", json!("50"))] {
            let refused = ann.posts(&with(plain_job("Somewhere"), key, value)).await.expect(400);
            assert_eq!(refused.faulty_fields(), [key]);
        }
    }
}

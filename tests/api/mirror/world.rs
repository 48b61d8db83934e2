//! A marketplace with everything in it that might trip a strict reader: erased people, empty notes, accounts without
//! an address, and the longest texts that there can be.

use gigline_domain::{
    Category, DateActivity, Description, Duration, JobTitle, LocationText, Notes, PersonName, RatingText, Reward, Role,
    Skills, Username,
};
use gigline_persistence::accounts::{self, NewAccount};
use gigline_testkit::TestApp;
use serde_json::{Value, json};

use super::models::{Message, User, decode};
use super::phone::{Phone, job_form};
use crate::support::with;

/// The people of the marketplace who are still there, each on a phone of their own.
pub(crate) struct World {
    /// Posts, hires, rates.
    pub(crate) ann: Phone,
    /// Applies and works.
    pub(crate) bob: Phone,
    /// Registered by a username alone.
    pub(crate) nils: Phone,
    /// Long in every respect.
    pub(crate) max: Phone,
}

/// A text of exactly so many characters, of one to four bytes each, some of them right to left or joined.
pub(crate) fn longest(characters: usize) -> String {
    let text: String = "Aé漢🎉\"\\/<&>\u{200d}عב\u{301}ß".chars().cycle().take(characters - 1).collect();
    format!("{text}Z")
}

fn registration(email: &str, first: &str, last: &str, phone: &str) -> Value {
    json!({ "email": email, "password": "correct horse", "first": first, "last": last, "phone_number": phone })
}

async fn registers(app: &TestApp, form: &Value) -> Phone {
    let phone = Phone::new(app);
    let user = phone.registers(form).await;
    assert_eq!(
        (user.first.as_str(), user.last.as_str()),
        (form["first"].as_str().unwrap(), form["last"].as_str().unwrap())
    );
    phone
}

/// A job with the longest of everything.
pub(crate) fn longest_job() -> Value {
    json!({
        "title": longest(JobTitle::MAX), "description": longest(Description::MAX), "location": longest(LocationText::MAX),
        "date_activity": longest(DateActivity::MAX), "duration": Duration::MAX, "reward": longest(Reward::MAX),
        "category": longest(Category::MAX), "relevant_skills": longest(Skills::MAX), "other_notes": longest(Notes::MAX),
        "longtitude": -180, "latitude": 90,
    })
}

/// Somebody who came in by a username alone: no address, no telephone, no real name.
async fn by_username(app: &TestApp, name: &'static str) -> Phone {
    let (sessions, now) = (app.app().sessions.clone(), gigline_auth::Clock::now(app.clock()));
    let issued = app.app().store.write(move |tx| {
        let new = NewAccount {
            email: None,
            first: PersonName::parse(name).unwrap(),
            last: PersonName::parse("-").unwrap(),
            phone: None,
            password_hash: "$2b$04$never".to_owned(),
            role: Role::Member,
            created_at: now,
        };
        let user = accounts::insert(tx, &new, &Username::parse(name).unwrap())?;
        sessions.open(tx, user)
    });
    let issued = issued.await.unwrap();
    Phone::holding(app, issued.user_id.get(), &issued.session_token.reveal())
}

/// Has a candidate apply and be picked, and perhaps the job done.
async fn hires(poster: &Phone, candidate: &Phone, form: &Value, done: bool) -> i64 {
    let job = poster.posts(form).await.id;
    let _ = candidate.applies(job).await;
    let taken = poster.picks(job, candidate.id.get()).await;
    assert!(taken.taken && !taken.done);
    if done {
        assert!(candidate.finishes(job).await.done);
    }
    job
}

async fn shows_pictures(phone: &Phone, job: i64) {
    for seed in 0..2 {
        let _ = phone.uploads(&format!("/api/user/{}/upload/", phone.id.get()), seed).await;
        let _ = phone.uploads(&format!("/api/job/{job}/upload/"), seed).await;
    }
}

/// Somebody says something to somebody; gives their chat.
async fn says(app: &TestApp, who: &Phone, to: &Phone, words: &str) -> i64 {
    let chat = app.db_chat(who.id.get(), to.id.get()).await;
    let form = json!({ "message": words });
    let said: Message = decode(&who.post(&format!("/api/chat/{chat}/message/"), &form).await.expect(201));
    assert_eq!(said.message, words);
    chat
}

/// Somebody who takes part in everything, and erases the account.
async fn somebody_leaves(app: &TestApp, ann: &Phone, bob: &Phone) {
    let eve = registers(app, &registration("eve@example.org", "Eve", "Gone", "+1 607 555 0103")).await;
    let _ = eve.posts(&job_form("Open, of who left")).await;
    let shown = hires(&eve, bob, &job_form("Taken, of who left"), false).await;
    shows_pictures(&eve, shown).await;
    let _ = hires(&eve, ann, &job_form("Done, of who left"), true).await;
    let _ = hires(ann, &eve, &job_form("Taken by who left"), false).await;
    let _ = hires(bob, &eve, &job_form("Done by who left"), true).await;
    let applied = bob.posts(&job_form("Applied for by who left")).await.id;
    let _ = eve.applies(applied).await;
    let chat = says(app, &eve, bob, "Never mind").await;
    let answer = json!({ "message": "Who are you?" });
    let _ = bob.post(&format!("/api/chat/{chat}/message/"), &answer).await.expect(201);
    let _ = ann.rates(eve.id.get(), 4, "").await;
    let _ = eve.rates(bob.id.get(), 1, "never again").await;
    let last: User = eve.delete(&format!("/api/user/{}/", eve.id.get())).await;
    assert_eq!((last.job_as_poster.len(), last.rating_as_postee.len(), last.email.as_str()), (3, 1, "eve@example.org"));
    // Two who left and have a job between them.
    let (one, other) = (by_username(app, "one_gone").await, by_username(app, "other.gone").await);
    let _ = hires(&one, &other, &job_form("Both left"), true).await;
    let _ = other.rates(one.id.get(), 0, "").await;
    for phone in [&one, &other] {
        let _: User = phone.delete(&format!("/api/user/{}/", phone.id.get())).await;
    }
}

/// Fills a server.
pub(crate) async fn make(app: &TestApp) -> World {
    let ann = registers(app, &registration("ann@example.org", "Ann", "Lee", "+1 (607) 555-0101")).await;
    let bob = registers(app, &registration("bob@example.org", "Bob", "Ray", "6075550102")).await;
    let nils = by_username(app, "nils").await;
    let email = format!("{}@{}.example", "é".repeat(32), ["x".repeat(60), "y".repeat(60), "z".repeat(50)].join("."));
    let name = longest(PersonName::MAX);
    let max = registers(app, &registration(&email, &name, &name, "+999 (999) 999-999.999/        .")).await;
    let taken = hires(&ann, &bob, &job_form("Walk the dog"), false).await;
    let _ = hires(&bob, &nils, &job_form("Feed the cat"), true).await;
    let open =
        ann.posts(&with(with(job_form("No notes"), "other_notes", Value::Null), "relevant_skills", Value::Null)).await;
    let _ = (nils.applies(open.id).await, max.applies(open.id).await);
    shows_pictures(&ann, taken).await;
    let long = hires(&max, &nils, &longest_job(), true).await;
    shows_pictures(&max, long).await;
    let _ = max.posts(&longest_job()).await;
    let _ = nils.rates(max.id.get(), 5, &longest(RatingText::MAX)).await;
    let _ = (bob.rates(nils.id.get(), 0, "").await, nils.rates(bob.id.get(), 3, "").await);
    let _ = says(app, &ann, &bob, &longest(4_000)).await;
    somebody_leaves(app, &ann, &bob).await;
    World { ann, bob, nils, max }
}

//! The first app, replayed: what it sends, and a strict mirror of what it reads, over data that holds every oddity.

mod chance;
mod models;
mod phone;
mod world;

use gigline_testkit::{TestApp, on_both};
use serde_json::json;

use models::{
    AssetList, Chat, ChatList, Job, JobList, Rating, RatingList, Refusal, SimpleImage, User, UserList, decode,
};
use phone::{Phone, job_form};
use world::{World, longest, make};

/// Opens everything that the app can show, one thing after the other.
async fn opens_all(phone: &Phone) -> (UserList, JobList, RatingList) {
    let users: UserList = phone.get("/api/user/").await;
    for user in &users.user {
        let user: User = phone.get(&format!("/api/user/{}/", user.id)).await;
        assert_eq!(user.token, "", "a token is shown at sign-in alone");
        // The profile page: one call for each job.
        for job in user.job_as_poster.iter().chain(&user.job_as_receiver).chain(&user.job_as_potential) {
            let _: Job = phone.get(&format!("/api/job/{}/", job.id)).await;
        }
    }
    let jobs: JobList = phone.get("/api/job/").await;
    for job in &jobs.jobs {
        let _: Job = phone.get(&format!("/api/job/{}/", job.id)).await;
    }
    let ratings: RatingList = phone.get("/api/rating/").await;
    for rating in &ratings.ratings {
        let _: Rating = phone.get(&format!("/api/rating/{}/", rating.id)).await;
    }
    let assets: AssetList = phone.get("/api/asset/").await;
    for asset in &assets.assets {
        let _: SimpleImage = phone.get(&format!("/api/asset/{}/", asset.id)).await;
    }
    let _: JobList = phone.get("/api/job/filter/").await;
    if phone.id.get() != 0 {
        let chats: ChatList = phone.get("/api/chat/").await;
        for chat in &chats.chat {
            let _: Chat = phone.get(&format!("/api/chat/{}/", chat.id)).await;
        }
    }
    (users, jobs, ratings)
}

/// Looks for jobs as the app does.
async fn filters(phone: &Phone) {
    let filtered: JobList = phone.get("/api/job/filter/?category=Pet%20Sitting&status=taken").await;
    assert!(!filtered.jobs.is_empty());
    // The best come first here, so the order by age is not looked at: one job at a time.
    for word in ["left", "walk", "notes", "a%C3%A9%E6%BC%A2"] {
        let found: JobList = phone.get(&format!("/api/job/filter/?limit=1&search={word}")).await;
        assert_eq!(found.jobs.len(), 1, "{word}");
    }
}

fn by_title<'a>(jobs: &'a JobList, title: &str) -> &'a Job {
    jobs.jobs.iter().find(|job| job.title == title).unwrap()
}

async fn refused(phone: &Phone, path: &str, form: &serde_json::Value, status: u16) -> String {
    decode::<Refusal>(&phone.post(path, form).await.expect(status)).error
}

fn people(world: &World) -> [&Phone; 4] {
    [&world.ann, &world.bob, &world.nils, &world.max]
}

async fn registered(app: &TestApp, name: &str) -> Phone {
    let phone = Phone::new(app);
    let _ = phone.registers(&crate::support::registration(name)).await;
    phone
}

on_both! {
    async fn every_answer_is_read_by_everyone(app) {
        let world = make(&app).await;
        let stranger = Phone::new(&app);
        for phone in people(&world).into_iter().chain([&stranger]) {
            let (users, jobs, ratings) = opens_all(phone).await;
            assert_eq!((users.user.len(), jobs.jobs.len(), ratings.ratings.len()), (4, 11, 4));
            filters(phone).await;
        }
    }

    async fn whatever_chance_makes_is_read_by_everyone(app) {
        let people = chance::make(&app, 20_261_120).await;
        let _ = opens_all(&people[0]).await;
        let _ = opens_all(&Phone::new(&app)).await;
    }

    async fn who_left_is_shown_as_a_deleted_user(app) {
        let world = make(&app).await;
        let jobs: JobList = world.ann.get("/api/job/").await;
        let name = |people: &[models::SimpleUser]| format!("{} {} {}", people[0].id, people[0].first, people[0].last);
        for title in ["Taken, of who left", "Done, of who left", "Both left"] {
            assert_eq!(name(&by_title(&jobs, title).poster), "0 Deleted user", "{title}");
        }
        for title in ["Taken by who left", "Done by who left", "Both left"] {
            assert_eq!(name(&by_title(&jobs, title).receiver), "0 Deleted user", "{title}");
        }
        assert!(jobs.jobs.iter().all(|job| job.title != "Open, of who left"));
        assert!(by_title(&jobs, "Applied for by who left").potential.is_empty());
        let ratings: RatingList = world.ann.get("/api/rating/").await;
        let of_eve = ratings.ratings.iter().find(|rating| rating.rate == 4).unwrap();
        assert_eq!(name(&of_eve.postee), "0 Deleted user");
        assert!(ratings.ratings.iter().all(|rating| rating.description != "never again"), "what they said goes");
    }

    async fn who_left_stays_in_the_chat_without_words(app) {
        let world = make(&app).await;
        let chats: ChatList = world.bob.get("/api/chat/").await;
        let [with_ann, with_eve] = chats.chat.as_slice() else { panic!("{chats:?}") };
        let last = &with_ann.messages[0];
        assert_eq!((last.message == longest(4_000), last.sender_id), (true, world.ann.id.get()));
        let seen: Chat = world.bob.get(&format!("/api/chat/{}/", with_eve.id)).await;
        let name = format!("{} {} {}", seen.users[1].id, seen.users[1].first, seen.users[1].last);
        assert_eq!(name, "0 Deleted user");
        let said: Vec<_> = seen.messages.iter().map(|said| (said.sender_id, said.message.as_str())).collect();
        assert_eq!(said, [(0, ""), (world.bob.id.get(), "Who are you?")]);
        let me: models::User = world.bob.get(&format!("/api/user/{}/", world.bob.id.get())).await;
        assert_eq!((me.chats.len(), me.messages.len()), (2, 1));
    }

    async fn the_longest_texts_come_back_as_they_were(app) {
        let world = make(&app).await;
        let me: User = world.max.get(&format!("/api/user/{}/", world.max.id.get())).await;
        assert_eq!((&me.first, &me.last), (&longest(100), &longest(100)));
        assert_eq!(me.phone_number, 999_999_999_999_999);
        let [done, open] = me.job_as_poster.as_slice() else { panic!("{:?}", me.job_as_poster) };
        assert!(done.done && !open.done);
        let job: Job = world.ann.get(&format!("/api/job/{}/", open.id)).await;
        let form = world::longest_job();
        for (key, text) in [
            ("title", &job.title), ("description", &job.description), ("location", &job.location),
            ("date_activity", &job.date_activity), ("category", &job.category), ("other_notes", &job.other_notes),
            ("relevant_skills", &job.relevant_skills), ("reward", job.reward.as_ref().unwrap()),
        ] {
            assert_eq!(form[key], **text, "{key}");
        }
        assert_eq!((json!(job.duration), job.longtitude, job.latitude), (form["duration"].clone(), -180, 90));
        assert_eq!(me.rating_as_postee[0].description, longest(4_000));
    }

    async fn who_has_no_address_is_shown_too(app) {
        let world = make(&app).await;
        let me: User = world.nils.get(&format!("/api/user/{}/", world.nils.id.get())).await;
        assert_eq!((me.email.as_str(), me.phone_number, me.first.as_str(), me.last.as_str()), ("", 0, "nils", "-"));
        assert_eq!((me.job_as_receiver.len(), me.job_as_potential.len()), (2, 1));
        let path = format!("/api/user/{}/", me.id);
        let form = json!({ "first": "Nils", "last": "Holm", "email": "nils@example.org", "phone_number": "607 555 0107" });
        let named: User = decode(&world.nils.post(&path, &form).await.expect(200));
        assert_eq!((named.email.as_str(), named.phone_number), ("nils@example.org", 6_075_550_107));
    }

    async fn a_day_with_the_app_by_cookie_alone(app) {
        let ann = Phone::new(&app);
        let form = json!({
            "email": "ann@example.org", "password": "correct horse", "first": "Ann", "last": "Lee",
            "phone_number": "6075550101",
        });
        let me = ann.registers(&form).await;
        assert_eq!((me.email.as_str(), me.phone_number), ("ann@example.org", 6_075_550_101));
        let bob = registered(&app, "bob").await;
        let own = format!("/api/user/{}/upload/", me.id);
        let first = ann.uploads(&own, 1).await;
        let newest = ann.uploads(&own, 2).await;
        let me: User = ann.get(&format!("/api/user/{}/", me.id)).await;
        assert_eq!(me.assets.iter().map(|asset| asset.id).collect::<Vec<_>>(), [newest.id, first.id]);
        let picture = app.anyone().get(&me.assets[0].url).await.expect(200);
        assert_eq!(picture.header("content-type"), "image/jpeg", "fetched without a session");

        let job = ann.posts(&job_form("Walk the dog")).await;
        assert_eq!((&job.asset[0].id, job.date_created.as_str()), (&newest.id, "2026-11-20T09:00:00.00000Z"));
        let older: JobList = bob.get("/api/job/").await;
        let second = ann.posts(&job_form("Feed the cat")).await;
        let home: JobList = bob.get("/api/job/").await;
        assert_eq!(older.jobs.len(), 1);
        assert_eq!(home.jobs.iter().map(|job| job.id).collect::<Vec<_>>(), [job.id, second.id]);
        let shown = ann.uploads(&format!("/api/job/{}/upload/", job.id), 3).await;

        assert_eq!(bob.applies(job.id).await.job_as_potential[0].id, job.id);
        let seen: Job = ann.get(&format!("/api/job/{}/", job.id)).await;
        assert_eq!((seen.potential[0].id, seen.asset[0].id), (bob.id.get(), shown.id));
        let taken = ann.picks(job.id, bob.id.get()).await;
        assert_eq!((taken.receiver[0].id, taken.potential.len()), (bob.id.get(), 0));
        assert!(bob.finishes(job.id).await.done);

        let rating = ann.rates(bob.id.get(), 5, "").await;
        let changed = ann.rates(rating.id, 4, "late").await;
        assert_eq!((changed.id, changed.rate, changed.description.as_str()), (rating.id, 4, "late"));
        let edited: Job = decode(&ann.post(&format!("/api/job/{}/", second.id), &job_form("Feed two cats")).await.expect(201));
        assert_eq!((edited.id, edited.title.as_str()), (second.id, "Feed two cats"));
        let form = json!({ "first": "Anna", "last": "Lee", "email": "anna@example.org", "phone_number": "6075550109" });
        let me: User = decode(&ann.post(&format!("/api/user/{}/", me.id), &form).await.expect(200));
        assert_eq!((me.first.as_str(), me.phone_number), ("Anna", 6_075_550_109));

        let _: Rating = ann.delete(&format!("/api/rating/{}/", rating.id)).await;
        let _: SimpleImage = ann.delete(&format!("/api/asset/{}/", first.id)).await;
        let _: Job = ann.delete(&format!("/api/job/{}/", second.id)).await;
        let _ = ann.logs_out().await;
        let _ = refused(&ann, &format!("/api/user/{}/job/", me.id), &job_form("Too late"), 401).await;
        let again = ann.logs_in("anna@example.org", "correct horse").await;
        assert_eq!((again.id, again.job_as_poster.len(), again.assets.len()), (me.id, 1, 1));
        let _ = ann.posts(&job_form("In again")).await;
    }

    async fn refusals_are_texts_that_the_app_can_show(app) {
        let (ann, bob) = (registered(&app, "ann").await, registered(&app, "bob").await);
        let taken = refused(&bob, "/api/register/", &crate::support::registration("ann"), 400).await;
        assert!(taken.contains("taken"), "{taken}");
        let _ = refused(&bob, "/api/register/", &json!({}), 400).await;
        let wrong = json!({ "email": "ann@example.org", "password": "wrong horse" });
        let _ = refused(&Phone::new(&app), "/api/login/", &wrong, 401).await;
        let _ = refused(&ann, "/api/job/99/user/1/", &json!({}), 404).await;
        let _ = refused(&ann, &format!("/api/user/{}/job/99/", ann.id.get()), &json!({}), 404).await;
        let _ = refused(&ann, &format!("/api/user/{}/job/", ann.id.get()), &json!({ "title": "alone" }), 400).await;
        let _ = refused(&ann, &format!("/api/user/{}/upload/", ann.id.get()), &json!({ "image_data": "no" }), 400).await;
        let missing = decode::<Refusal>(&app.anyone().get("/api/user/99/").await.expect(404));
        assert_eq!(missing.error, "not found");
    }

    async fn a_ratings_number_is_no_longitude(app) {
        let (ann, bob) = (registered(&app, "ann").await, registered(&app, "bob").await);
        let job = ann.posts(&job_form("Walk the dog")).await;
        let rating = ann.rates(bob.id.get(), 5, "").await;
        // After rating somebody the app posts the job back with the rating's number in a wrong place.
        let mut form = job_form("Walk the dog");
        form["longtitude"] = json!(rating.id);
        let path = format!("/api/job/{}/", job.id);
        let fields = ann.post(&path, &form).await.expect(400).faulty_fields();
        assert_eq!(fields, ["longtitude"]);
        let _ = refused(&ann, &path, &form, 400).await;
        let kept: Job = ann.get(&path).await;
        assert_eq!((kept.longtitude, kept.latitude), (0, 0));
    }
}

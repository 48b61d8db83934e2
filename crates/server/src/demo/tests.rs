//! The demo is whole, the same each time, and only for an empty database.

use gigline_auth::{Check, Cost, PasswordHash};
use gigline_domain::{Email, SearchTerms};
use gigline_persistence::accounts::SignInName;
use gigline_persistence::{chats, search};

use super::*;
use crate::settings::Sources;

/// 2026-11-20T09:00:00Z.
const NOW: Timestamp = Timestamp::from_micros(1_795_165_200_000_000);

struct Place {
    store: Store,
    blobs: BlobStore,
    dir: tempfile::TempDir,
}

impl Place {
    fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let sources = Sources::default().with_environment([("GIGLINE_DATA_DIR", dir.path().to_str().unwrap())]);
        let settings = Settings::read(&sources).unwrap();
        Self { store: open_store(&settings).unwrap(), blobs: open_blobs(&settings).unwrap(), dir }
    }

    fn build(&self) -> Result<Summary, DemoError> {
        let hasher = Hasher::new(Cost::CHEAPEST, 1);
        actix_rt::System::new().block_on(build(&self.store, &self.blobs, &hasher, NOW))
    }

    fn files(&self) -> usize {
        files_under(&self.dir.path().join("media"))
    }
}

fn files_under(dir: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files_under(&path) } else { 1 }).sum()
}

fn page<C>(limit: usize) -> PageRequest<C> {
    PageRequest { limit, after: None }
}

#[test]
fn an_empty_database_gets_a_whole_town_and_a_full_one_nothing() {
    let place = Place::empty();
    let summary = place.build().unwrap();
    assert_eq!((summary.people, summary.jobs, summary.pictures), (40, 120, 80));
    assert!(summary.applications > 150 && summary.ratings > 50, "{summary:?}");
    assert_eq!(place.files(), 160, "a picture and a thumbnail each");

    let filter = JobFilter::default();
    let (people, jobs, ratings) = place
        .store
        .read_blocking(|conn| {
            let people = profiles::list(conn, page(500), Viewer::ANYONE)?.items;
            let jobs = job_views::list(conn, &filter, page(500), Viewer::ANYONE)?.items;
            Ok::<_, StoreError>((people, jobs, ratings::list(conn, page(500))?.items))
        })
        .unwrap();
    assert_eq!((people.len(), jobs.len(), ratings.len()), (40, 120, summary.ratings));
    assert!(people.iter().all(|person| person.pictures.iter().any(|picture| picture.job_id.is_none())));
    assert!(ratings.iter().all(|rating| rating.verified));
    assert!(jobs.windows(2).all(|two| two[0].created_at <= two[1].created_at) && jobs[119].created_at <= NOW);
    for status in [gigline_domain::JobStatus::Open, gigline_domain::JobStatus::Taken, gigline_domain::JobStatus::Done] {
        assert!(jobs.iter().filter(|job| job.life.status == status).count() >= 10, "{status:?}");
    }

    words_find_jobs(&place);
    people_talk(&place, summary.messages);
    the_password_fits(&place, &summary.login);
    assert!(matches!(place.build(), Err(DemoError::NotEmpty)));
    assert_eq!(place.files(), 160, "a refused demo leaves nothing behind");
}

fn people_talk(place: &Place, count: usize) {
    let chats = place.store.read_blocking(|conn| {
        let people = profiles::list(conn, page(500), Viewer::ANYONE)?.items;
        let lists = people.iter().map(|person| Ok(chats::list(conn, person.account.person.id, page(500))?.items));
        let lists = lists.collect::<Result<Vec<_>, StoreError>>()?;
        assert!(!lists[0].is_empty(), "whoever the demo names has somebody to talk to");
        let listed = people
            .iter()
            .zip(&lists)
            .flat_map(|(person, list)| list.iter().map(move |chat| (person.account.person.id, chat.id)));
        listed.map(|(viewer, chat)| chats::get(conn, chat, viewer)).collect::<Result<Vec<_>, StoreError>>()
    });
    let chats = chats.unwrap();
    // Each is in the lists of both.
    let said: usize = chats.iter().map(|chat| chat.messages.len()).sum();
    assert_eq!(said, 2 * count);
    assert!(count > 200, "{count}");
    for chat in &chats {
        assert!(chat.messages.windows(2).all(|two| two[0].at <= two[1].at) && chat.last_at <= NOW);
        assert!(chat.users.iter().all(Option::is_some) && chat.messages.len() >= 3);
    }
    let unread = chats.iter().filter(|chat| chat.unread > 0).count();
    assert!(unread > 0 && unread < chats.len() / 4, "{unread} of {}", chats.len());
}

fn words_find_jobs(place: &Place) {
    let find = |words: &str| {
        let (terms, filter) = (SearchTerms::parse(words), JobFilter::default());
        let found = place.store.read_blocking(|conn| search::search(conn, &terms, &filter, page(100), Viewer::ANYONE));
        found.unwrap().items
    };
    for words in ["guitar", "beagle", "algebra", "ithaca", "gardn", "tutoring spanish"] {
        assert!(!find(words).is_empty(), "{words}");
    }
    assert!(find("zeppelin").is_empty());
}

fn the_password_fits(place: &Place, login: &str) {
    let email = Email::parse(login).unwrap();
    let found = place.store.read_blocking(|conn| accounts::find_credentials(conn, SignInName::Email(&email)));
    let (_, hash) = found.unwrap().unwrap();
    let checked = actix_rt::System::new().block_on(
        Hasher::new(Cost::CHEAPEST, 1).check(Password::parse(PASSWORD).ok(), Some(PasswordHash::from_stored(hash))),
    );
    assert_eq!(checked.unwrap(), Check::Right { stronger: None });
}

#[test]
fn the_same_moment_gives_the_same_town() {
    let shape = |town: Town| -> Vec<_> {
        let jobs = town.jobs.into_iter();
        jobs.map(|posting| {
            (posting.poster, format!("{:?}", posting.job), posting.posted_at, posting.candidates, posting.talk)
        })
        .collect()
    };
    let twice = [town(SEED, NOW, "hash").unwrap(), town(SEED, NOW, "hash").unwrap()].map(shape);
    assert_eq!(twice[0], twice[1]);
    assert_ne!(twice[0], shape(town(SEED + 1, NOW, "hash").unwrap()));
    assert!(twice[0].iter().all(|(poster, _, _, candidates, _)| !candidates.contains(poster)));
}

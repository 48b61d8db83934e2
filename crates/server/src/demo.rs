//! A believable marketplace for an empty database: all of it or, on any error, nothing.
//!
//! The same seed gives the same people, jobs, pictures, ratings and messages each time; only the dates follow the clock.

mod chats;
mod talk;
mod texts;
mod town;

use gigline_auth::{Clock as _, HashError, Hasher, Password, SystemClock};
use gigline_domain::{JobId, Timestamp, UserId, Username};
use gigline_media::{BlobError, BlobStore, Kept, PictureError, Studio, drawn};
use gigline_persistence::job_views::{self, JobFilter};
use gigline_persistence::pictures::{self, NewPicture};
use gigline_persistence::ratings::{self, NewRating};
use gigline_persistence::records::Viewer;
use gigline_persistence::{Conn, PageRequest, Store, StoreError, WriteTx, accounts, hiring, jobs, profiles};

use self::town::{End, Posting, Town, Verdict, town};
use crate::commands::{CommandError, say};
use crate::serve::{StartError, open_blobs, open_store};
use crate::settings::Settings;

const SEED: u64 = 607;
/// Everybody's: the demo is for trying out, and says so.
const PASSWORD: &str = "show me around";
/// Pixels.
const WIDTH: u32 = 560;
const HEIGHT: u32 = 420;

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
enum DemoError {
    #[error("the database is not empty; the demo only fills one that is")]
    NotEmpty,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("a password cannot be hashed: {0}")]
    Hash(#[from] HashError),
    #[error("a picture cannot be drawn: {0}")]
    Picture(#[from] PictureError),
    #[error("a picture cannot be kept: {0}")]
    Blob(#[from] BlobError),
    #[error("the demo's own words are wrong: something {0}")]
    Words(#[from] gigline_domain::Fault),
    #[error("drawing was interrupted: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
}

/// Fills the database that the settings name, and prints how to sign in.
pub(crate) fn fill(settings: &Settings) -> Result<(), CommandError> {
    let (store, blobs) = (open_store(settings)?, open_blobs(settings)?);
    let hasher = Hasher::new(settings.session.bcrypt_cost, 1);
    let filled = actix_rt::System::new().block_on(build(&store, &blobs, &hasher, SystemClock.now()));
    store.close();
    let summary = filled?;
    say(&format!(
        "{} people, {} jobs, {} pictures, {} applications, {} ratings, {} messages",
        summary.people, summary.jobs, summary.pictures, summary.applications, summary.ratings, summary.messages
    ));
    say(&format!("sign in as {} with the password: {PASSWORD}", summary.login));
    say("Everybody here has that password: keep this database to yourself.");
    Ok(())
}

/// What was made.
#[derive(Debug, Default, PartialEq, Eq)]
struct Summary {
    people: usize,
    jobs: usize,
    pictures: usize,
    applications: usize,
    ratings: usize,
    messages: usize,
    /// Somebody's address.
    login: String,
}

/// A picture whose files are stored.
struct Stored {
    kept: Kept,
    width: u32,
    height: u32,
}

async fn build(store: &Store, blobs: &BlobStore, hasher: &Hasher, now: Timestamp) -> Result<Summary, DemoError> {
    if !store.read(is_empty).await? {
        return Err(DemoError::NotEmpty);
    }
    let hash = hasher.hash(Password::parse(PASSWORD)?).await?;
    let town = town(SEED, now, hash.as_str())?;
    let wanted = town.people.len() + town.jobs.iter().filter(|posting| posting.pictured).count();
    let mut pictures = Vec::with_capacity(wanted);
    let drawn = draw_all(blobs, wanted, &mut pictures).await;
    let names: Vec<Kept> = pictures.iter().map(|stored| stored.kept).collect();
    let filled = match drawn {
        Ok(()) => store.write(move |tx| populate(tx, &town, pictures, now)).await,
        Err(error) => Err(error),
    };
    if filled.is_err() {
        discard(blobs, &names).await;
    }
    filled
}

fn is_empty(conn: &mut Conn) -> Result<bool, DemoError> {
    let people = profiles::list(conn, PageRequest { limit: 1, after: None }, Viewer::ANYONE)?;
    let jobs = job_views::list(conn, &JobFilter::default(), PageRequest { limit: 1, after: None }, Viewer::ANYONE)?;
    Ok(people.items.is_empty() && jobs.items.is_empty())
}

/// Draws, cleans and stores pictures, two at a time; what was stored is in `stored` also when this fails.
async fn draw_all(blobs: &BlobStore, count: usize, stored: &mut Vec<Stored>) -> Result<(), DemoError> {
    let studio = Studio::new();
    let seeds: Vec<u64> = (SEED..).take(count).collect();
    for two in seeds.chunks(2) {
        let drawing: Vec<_> = two.iter().map(|seed| tokio::spawn(draw(studio.clone(), blobs.clone(), *seed))).collect();
        let mut outcome = Ok(());
        for finished in drawing {
            match finished.await.map_err(DemoError::from).flatten() {
                Ok(picture) => stored.push(picture),
                Err(error) => outcome = Err(error),
            }
        }
        outcome?;
    }
    Ok(())
}

/// One picture, on the way that uploads go.
async fn draw(studio: Studio, blobs: BlobStore, seed: u64) -> Result<Stored, DemoError> {
    let file = tokio::task::spawn_blocking(move || drawn(seed, WIDTH, HEIGHT)).await?;
    let picture = studio.clean(file.into()).await?;
    let kept = blobs.keep(&picture).await?;
    Ok(Stored { kept, width: picture.full.width, height: picture.full.height })
}

/// Deletes files that got no row. Where that fails the server's sweep finds them.
async fn discard(blobs: &BlobStore, kept: &[Kept]) {
    for name in kept.iter().flat_map(|kept| [kept.picture, kept.thumbnail]) {
        if let Err(error) = blobs.delete(name).await {
            log::warn!("file {name} of a demo that failed is still there: {error}");
        }
    }
}

/// All rows, in one transaction. `pictures`: one for each person, then one for each job that is to have one.
fn populate(tx: &mut WriteTx<'_>, town: &Town, pictures: Vec<Stored>, now: Timestamp) -> Result<Summary, DemoError> {
    // Asked again where nobody can come in between.
    if !is_empty(tx)? {
        return Err(DemoError::NotEmpty);
    }
    let mut pictures = pictures.into_iter();
    let mut summary = Summary::default();
    let mut people = Vec::with_capacity(town.people.len());
    for person in &town.people {
        let id = accounts::insert(tx, person, &Username::propose(&person.first, &person.last, None))?;
        summary.pictures += add_picture(tx, id, None, pictures.next().as_ref(), person.created_at)?;
        people.push(id);
    }
    for posting in &town.jobs {
        let poster = named(&people, posting.poster)?;
        let job = jobs::insert(tx, poster, &posting.job, posting.posted_at)?;
        if posting.pictured {
            summary.pictures += add_picture(tx, poster, Some(job), pictures.next().as_ref(), posting.posted_at)?;
        }
        summary.applications += posting.candidates.len();
        summary.ratings += live(tx, posting, job, &people, now)?;
    }
    summary.messages = chats::hold(tx, &town.jobs, &people, now)?;
    let login = town.people.first().and_then(|person| person.email.as_ref()).map(|email| email.as_str().to_owned());
    Ok(Summary { people: people.len(), jobs: town.jobs.len(), login: login.unwrap_or_default(), ..summary })
}

/// Adds a picture, if there is one; how many that were.
fn add_picture(
    tx: &mut WriteTx<'_>,
    owner: UserId,
    job: Option<JobId>,
    stored: Option<&Stored>,
    at: Timestamp,
) -> Result<usize, DemoError> {
    let Some(&Stored { kept, width, height }) = stored else { return Ok(0) };
    let (blob, thumbnail_blob) = (kept.picture.to_string(), kept.thumbnail.to_string());
    pictures::insert(tx, &NewPicture { owner, job, blob, thumbnail_blob, width, height }, at)?;
    Ok(1)
}

/// Everything that happens to a job after it was posted; how many ratings it brought.
fn live(
    tx: &mut WriteTx<'_>,
    posting: &Posting,
    job: JobId,
    people: &[UserId],
    now: Timestamp,
) -> Result<usize, DemoError> {
    let candidates: Vec<UserId> = posting.candidates.iter().map(|who| named(people, *who)).collect::<Result<_, _>>()?;
    for candidate in &candidates {
        hiring::apply(tx, job, *candidate, posting.posted_at)?;
    }
    let poster = named(people, posting.poster)?;
    let (Some(receiver), false) = (candidates.first().copied(), matches!(posting.end, End::Open)) else { return Ok(0) };
    hiring::choose(tx, poster, job, receiver)?;
    let End::Done { of_receiver, of_poster } = &posting.end else { return Ok(0) };
    hiring::finish(tx, poster, job)?;
    let mut given = 0;
    for (author, subject, verdict) in [(poster, receiver, of_receiver), (receiver, poster, of_poster)] {
        if let Some(Verdict { stars, words }) = verdict {
            let (rate, description) = (*stars, words.clone());
            let new = NewRating { author, subject, job: Some(job), rate, description, require_job: false };
            ratings::insert(tx, &new, now)?;
            given += 1;
        }
    }
    Ok(given)
}

fn named(people: &[UserId], who: usize) -> Result<UserId, DemoError> {
    people.get(who).copied().ok_or(DemoError::Words(gigline_domain::Fault::new("names nobody")))
}

#[cfg(test)]
mod tests;

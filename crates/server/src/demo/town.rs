//! What the demo fills a database with: who there is, what they post, who gets it and what is said afterwards.
//!
//! Nothing here touches a database or a clock: the same moment gives the same town.

use std::time::Duration as Span;

use gigline_domain::{
    Category, DateActivity, Description, Duration, Email, Fault, JobTitle, LocationText, Notes, PersonName, Phone,
    Place, RatingText, Reward, Role, Skills, Stars, Timestamp,
};
use gigline_persistence::accounts::NewAccount;
use gigline_persistence::jobs::NewJob;

use super::talk::{Line, talk};
use super::texts::{CATEGORIES, Kind, NOTES, PEOPLE, QUARTERS, VERDICTS};

/// Each kind of job is posted this often.
const TIMES: usize = 2;
const DAY: u64 = 86_400;

/// A whole town. People are named by their place in `people`.
pub(super) struct Town {
    pub(super) people: Vec<NewAccount>,
    /// The oldest first.
    pub(super) jobs: Vec<Posting>,
}

/// A job and what becomes of it.
pub(super) struct Posting {
    pub(super) poster: usize,
    pub(super) job: NewJob,
    pub(super) posted_at: Timestamp,
    /// Whether it gets a picture.
    pub(super) pictured: bool,
    /// None of them is the poster, nobody comes twice.
    pub(super) candidates: Vec<usize>,
    pub(super) end: End,
    /// What the poster and the receiver have written; nothing if there is none.
    pub(super) talk: Vec<Line>,
}

/// How far a job comes. Whoever is picked is its first candidate.
pub(super) enum End {
    Open,
    Taken,
    /// What the poster says of the receiver, and the receiver of the poster.
    Done {
        of_receiver: Option<Verdict>,
        of_poster: Option<Verdict>,
    },
}

pub(super) struct Verdict {
    pub(super) stars: Stars,
    pub(super) words: RatingText,
}

/// Numbers that look random and are the same each time (`SplitMix64`).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// From 0 to below `sides`, which is at least 1.
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (word ^ (word >> 31)) % sides.max(1)
    }

    fn index(&mut self, length: usize) -> usize {
        u64::try_from(length).map_or(0, |sides| usize::try_from(self.roll(sides)).unwrap_or(0))
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> Result<&'a T, Fault> {
        from.get(self.index(from.len())).ok_or(Fault::new("nothing to choose from"))
    }

    /// True so many times out of a hundred.
    fn chance(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }
}

/// The town as it is at `now`: jobs were posted in the thirty days before. Everybody has the same password.
pub(super) fn town(seed: u64, now: Timestamp, password_hash: &str) -> Result<Town, Fault> {
    let mut dice = Dice::new(seed);
    let people =
        (0..).zip(PEOPLE).map(|(number, name)| person(number, name, now, password_hash)).collect::<Result<_, _>>()?;
    let all = CATEGORIES.iter().flat_map(|(category, kinds)| kinds.iter().map(|kind| (*category, kind)));
    let mut kinds: Vec<(&str, &Kind)> = std::iter::repeat_n(all, TIMES).flatten().collect();
    shuffle(&mut kinds, &mut dice);
    let count = u64::try_from(kinds.len()).unwrap_or(u64::MAX);
    let jobs = (0..count).zip(kinds).map(|(number, (category, kind))| {
        // The oldest was posted thirty days ago, the newest within the last hours.
        let age = (count - number) * 30 * DAY / count;
        let posted_at = now.minus(Span::from_secs(age.saturating_sub(dice.roll(DAY / 4))));
        let posting = posting(&mut dice, number, category, kind, posted_at)?;
        // With dice of its own, so that what is said changes nothing of what happens.
        let talk = posting.talk_of(&mut Dice::new(seed.wrapping_add(number)), category, now)?;
        Ok(Posting { talk, ..posting })
    });
    Ok(Town { people, jobs: jobs.collect::<Result<_, Fault>>()? })
}

fn shuffle<T>(items: &mut [T], dice: &mut Dice) {
    for last in (1..items.len()).rev() {
        items.swap(last, dice.index(last + 1));
    }
}

fn person(number: u64, (first, last): (&str, &str), now: Timestamp, hash: &str) -> Result<NewAccount, Fault> {
    let (first, last) = (PersonName::parse(first)?, PersonName::parse(last)?);
    let name = gigline_domain::Username::propose(&first, &last, None);
    Ok(NewAccount {
        email: Some(Email::parse(&format!("{}@gigline.example", name.as_str()))?),
        // Numbers from 555-0100 on are kept for fiction.
        phone: Some(Phone::parse(&format!("+1 607 555 {:04}", 100 + number))?),
        first,
        last,
        password_hash: hash.to_owned(),
        role: Role::Member,
        created_at: now.minus(Span::from_secs((90 - number) * DAY)),
    })
}

fn posting(dice: &mut Dice, number: u64, category: &str, kind: &Kind, posted_at: Timestamp) -> Result<Posting, Fault> {
    let poster = dice.index(PEOPLE.len());
    let candidates = candidates(dice, poster);
    let end = match number % 12 {
        _ if candidates.is_empty() => End::Open,
        0..=4 => {
            let of_receiver = if dice.chance(90) { Some(verdict(dice)?) } else { None };
            End::Done { of_receiver, of_poster: if dice.chance(75) { Some(verdict(dice)?) } else { None } }
        }
        5 | 6 => End::Taken,
        _ => End::Open,
    };
    let pictured = number % 3 == 1;
    Ok(Posting {
        poster,
        job: job(dice, category, kind, posted_at)?,
        posted_at,
        pictured,
        candidates,
        end,
        talk: Vec::new(),
    })
}

impl Posting {
    fn talk_of(&self, dice: &mut Dice, category: &str, now: Timestamp) -> Result<Vec<Line>, Fault> {
        match self.end {
            End::Open => Ok(Vec::new()),
            End::Taken => talk(dice, category, false, self.posted_at, now),
            End::Done { .. } => talk(dice, category, true, self.posted_at, now),
        }
    }
}

fn candidates(dice: &mut Dice, poster: usize) -> Vec<usize> {
    let mut all = Vec::new();
    for _ in 0..dice.roll(6) {
        let who = dice.index(PEOPLE.len());
        if who != poster && !all.contains(&who) {
            all.push(who);
        }
    }
    all
}

fn job(dice: &mut Dice, category: &str, kind: &Kind, posted_at: Timestamp) -> Result<NewJob, Fault> {
    let quarter = dice.pick(&QUARTERS)?;
    // A few hundred metres around the middle of the quarter, in steps of about ten.
    let mut near = |degrees: f64| {
        let steps = i32::try_from(dice.roll(81)).unwrap_or(40) - 40;
        ((degrees + f64::from(steps) * 0.0001) * 1e4).round() / 1e4
    };
    let place = Place::new(near(quarter.longitude), near(quarter.latitude))?;
    let pay = kind.pay + dice.roll(kind.pay / 4 + 1);
    let when = posted_at.plus(Span::from_secs((2 + dice.roll(12)) * DAY));
    Ok(NewJob {
        title: JobTitle::parse(&kind.title.replace("{}", quarter.name))?,
        description: Description::parse(kind.description)?,
        location: LocationText::parse(&format!("{}, Ithaca, NY", quarter.name))?,
        date_activity: DateActivity::parse(&when.to_string())?,
        duration: Duration::parse(kind.minutes)?,
        reward: Reward::parse(&format!("{pay}.00"))?,
        category: Category::parse(category)?,
        place,
        relevant_skills: Skills::parse(kind.skills)?,
        other_notes: Notes::parse(dice.pick(&NOTES)?)?,
    })
}

/// Mostly good ones, as it goes.
fn verdict(dice: &mut Dice) -> Result<Verdict, Fault> {
    let of_stars = match dice.roll(20) {
        0 => 0,
        1 | 2 => 1,
        3..=8 => 2,
        _ => 3,
    };
    let (stars, words) = VERDICTS.get(of_stars).ok_or(Fault::new("no such verdict"))?;
    Ok(Verdict { stars: Stars::parse(*stars)?, words: RatingText::parse(dice.pick(words)?)? })
}

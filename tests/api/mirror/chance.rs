//! A marketplace that chance makes: people who do this and that with whatever texts, as the same seed has it each time.

use gigline_testkit::{Answer, TestApp};
use serde_json::{Value, json};

use super::models::{Chat, Job, Message, Rating, Refusal, Shown, SimpleImage, User, decode};
use super::phone::Phone;

const PEOPLE: usize = 6;
const STEPS: usize = 160;
const CATEGORIES: [&str; 5] = ["Research", "Entertainment", "Labor", "Tutoring", "Pet Sitting"];

/// What a text may hold: plain letters and whatever trips readers and writers of JSON.
const LETTERS: [char; 32] = [
    'a',
    'Z',
    '0',
    ' ',
    '"',
    '\\',
    '/',
    '<',
    '&',
    '\'',
    '%',
    '{',
    'é',
    'ß',
    'İ',
    'ﷺ',
    '漢',
    'ひ',
    '한',
    'ع',
    'ש',
    '\u{301}',
    '\u{200b}',
    '\u{200d}',
    '\u{2028}',
    '\u{feff}',
    '\u{fffd}',
    '\u{ffff}',
    '🎉',
    '👩',
    '\u{1f3fd}',
    '\u{10ffff}',
];

/// Numbers that look random (the mixing steps of `SplitMix64`).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((word ^ (word >> 31)) % u64::try_from(end).unwrap()).unwrap()
    }

    fn of<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.below(things.len())]
    }

    /// At most so many characters; the short ones are the more frequent.
    fn text(&mut self, most: usize) -> String {
        let most = [0, 1, 12, most][self.below(4)].min(most);
        (0..most).map(|_| *self.of(&LETTERS)).collect()
    }

    /// The same, never empty and nothing that is trimmed.
    fn line(&mut self, most: usize) -> String {
        format!("x{}x", self.text(most - 2))
    }

    fn job(&mut self) -> Value {
        json!({
            "title": self.line(200), "description": self.text(10_000), "location": self.text(500),
            "date_activity": self.text(100), "duration": self.below(10_000), "reward": self.line(100),
            "category": self.of(&CATEGORIES), "longtitude": 0, "latitude": 0, "relevant_skills": self.text(2_000),
            "other_notes": self.text(10_000),
        })
    }
}

/// Reads an answer as what it should be or, where chance asked for what cannot be, as a refusal.
fn read<T: Shown>(answer: &Answer) -> Option<T> {
    match answer.status {
        200 | 201 => Some(decode(answer)),
        400..500 => {
            let _: Refusal = decode(answer);
            None
        }
        _ => panic!("{}: {}", answer.status, String::from_utf8_lossy(&answer.body)),
    }
}

async fn somebody(app: &TestApp, chance: &mut Chance, number: usize) -> Phone {
    let phone = Phone::new(app);
    let form = json!({
        "email": format!("somebody{number}@example.org"), "password": "correct horse", "first": chance.line(100),
        "last": chance.line(100), "phone_number": chance.below(1_000_000_000).to_string(),
    });
    let _ = phone.registers(&form).await;
    phone
}

/// Somebody writes to somebody, and may regret it, or the whole chat.
async fn talk(app: &TestApp, chance: &mut Chance, me: &Phone, other: i64) {
    if me.id.get() == other {
        return;
    }
    let chat = app.db_chat(me.id.get(), other).await;
    let form = json!({ "message": chance.line(4_000) });
    let said: Message = decode(&me.post(&format!("/api/chat/{chat}/message/"), &form).await.expect(201));
    match chance.below(12) {
        0 => drop(me.delete::<Chat>(&format!("/api/chat/{chat}/")).await),
        1..4 => drop(me.delete::<Message>(&format!("/api/message/{}/", said.id)).await),
        _ => {}
    }
}

/// Lets chance have its way; gives those who are still there.
pub(crate) async fn make(app: &TestApp, seed: u64) -> Vec<Phone> {
    let chance = &mut Chance(seed);
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        people.push(somebody(app, chance, number).await);
    }
    let (mut jobs, mut done) = (vec![1], 0);
    for step in 0..STEPS {
        let (me, other) = (chance.of(&people), chance.of(&people).id.get());
        let job = *chance.of(&jobs[jobs.len().saturating_sub(6)..]);
        let mine = me.id.get();
        if step % 3 == 0 {
            talk(app, chance, me, other).await;
        }
        match chance.below(16) {
            0..3 => jobs.push(me.posts(&chance.job()).await.id),
            3..7 => drop(read::<User>(&me.post(&format!("/api/user/{mine}/job/{job}/"), &json!({})).await)),
            7..10 => {
                // Whoever asks: the poster alone sees all candidates, and gets through.
                for phone in &people {
                    let seen: Option<Job> = read(&phone.look(&format!("/api/job/{job}/")).await);
                    let candidate =
                        seen.and_then(|seen| seen.potential.first().map(|person| person.id)).unwrap_or(other);
                    drop(read::<Job>(&phone.post(&format!("/api/job/{job}/user/{candidate}/"), &json!({})).await));
                }
            }
            10..12 => {
                for phone in &people {
                    let finished: Option<Job> = read(&phone.post_bare(&format!("/api/job/{job}/done/")).await);
                    done += usize::from(finished.is_some());
                }
            }
            12..14 => {
                let form = json!({ "rate": chance.below(6), "description": chance.text(4_000) });
                drop(read::<Rating>(&me.post(&format!("/api/user/{mine}/rating/{other}/"), &form).await));
            }
            14 => {
                let path =
                    [format!("/api/user/{mine}/upload/"), format!("/api/job/{job}/upload/")][chance.below(2)].clone();
                let form = json!({ "image_data": crate::support::upload()["image_data"] });
                drop(read::<SimpleImage>(&me.post(&path, &form).await));
            }
            _ if step % 2 == 0 && people.len() > 3 => {
                let gone = people.swap_remove(chance.below(people.len()));
                let _: User = gone.delete(&format!("/api/user/{}/", gone.id.get())).await;
            }
            _ => drop(read::<Job>(&me.post(&format!("/api/job/{job}/"), &chance.job()).await)),
        }
    }
    assert!(jobs.len() > 20 && done > 0 && people.len() < PEOPLE, "{} {done} {}", jobs.len(), people.len());
    people
}

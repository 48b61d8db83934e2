//! The first app's models, as strict as its own decoder: a key that is missing or null, or a fraction where a whole
//! number stands, fails; and what its screens then take for granted fails too.

use gigline_testkit::Answer;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A model, and what the app's screens do with it.
pub(crate) trait Shown: DeserializeOwned {
    /// Fails where the app would crash or show nonsense.
    fn show(&self);
}

/// Decodes an answer and shows it.
#[track_caller]
pub(crate) fn decode<T: Shown>(answer: &Answer) -> T {
    match serde_json::from_slice::<T>(&answer.body) {
        Ok(model) => {
            model.show();
            model
        }
        Err(error) => {
            panic!("{} cannot read {error}: {}", std::any::type_name::<T>(), String::from_utf8_lossy(&answer.body))
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct User {
    pub(crate) id: i64,
    pub(crate) email: String,
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) phone_number: i64,
    pub(crate) assets: Vec<SimpleImage>,
    pub(crate) job_as_poster: Vec<SimpleJob>,
    pub(crate) job_as_receiver: Vec<SimpleJob>,
    pub(crate) job_as_potential: Vec<SimpleJob>,
    pub(crate) rating_as_poster: Vec<SimpleRating>,
    pub(crate) rating_as_postee: Vec<SimpleRating>,
    pub(crate) chats: Vec<SimpleChat>,
    pub(crate) messages: Vec<Message>,
    pub(crate) token: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Job {
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) location: String,
    pub(crate) date_created: String,
    pub(crate) date_activity: String,
    pub(crate) duration: i64,
    pub(crate) reward: Option<String>,
    pub(crate) done: bool,
    pub(crate) taken: bool,
    pub(crate) category: String,
    pub(crate) longtitude: i64,
    pub(crate) latitude: i64,
    pub(crate) other_notes: String,
    pub(crate) relevant_skills: String,
    pub(crate) asset: Vec<SimpleImage>,
    pub(crate) poster: Vec<SimpleUser>,
    pub(crate) receiver: Vec<SimpleUser>,
    pub(crate) potential: Vec<SimpleUser>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct JobList {
    pub(crate) jobs: Vec<Job>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct UserList {
    pub(crate) user: Vec<User>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Rating {
    pub(crate) id: i64,
    pub(crate) rate: i64,
    pub(crate) description: String,
    pub(crate) poster: Vec<SimpleUser>,
    pub(crate) postee: Vec<SimpleUser>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct RatingList {
    pub(crate) ratings: Vec<Rating>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct AssetList {
    pub(crate) assets: Vec<SimpleImage>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Chat {
    pub(crate) id: i64,
    pub(crate) users: Vec<SimpleUser>,
    pub(crate) time: String,
    pub(crate) messages: Vec<Message>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ChatList {
    pub(crate) chat: Vec<Chat>,
}

#[derive(Debug, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the app's own name for it")]
pub(crate) struct Message {
    pub(crate) id: i64,
    pub(crate) sender_id: i64,
    pub(crate) chat_id: i64,
    pub(crate) message: String,
    pub(crate) time: String,
}

/// Optional in the app's model, but unwrapped by force wherever it is used: so nothing is optional here.
#[derive(Debug, Deserialize)]
pub(crate) struct SimpleUser {
    pub(crate) id: i64,
    pub(crate) first: String,
    pub(crate) last: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct SimpleImage {
    pub(crate) id: i64,
    pub(crate) url: String,
    pub(crate) created_at: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct SimpleJob {
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) reward: String,
    pub(crate) done: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct SimpleRating {
    pub(crate) id: i64,
    pub(crate) rate: i64,
    pub(crate) description: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct SimpleChat {
    pub(crate) id: i64,
    pub(crate) time: String,
}

/// What the app shows of a refusal.
#[derive(Debug, Deserialize)]
pub(crate) struct Refusal {
    pub(crate) error: String,
}

/// What it shows of a logout.
#[derive(Debug, Deserialize)]
pub(crate) struct MessageJson {
    pub(crate) message: String,
}

/// A moment is shown as its day: all but its last sixteen characters.
fn show_day(time: &str) {
    let letters: Vec<char> = time.chars().collect();
    let day: String = letters[..letters.len() - 16].iter().collect();
    let shape: String = day.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "0000-00-00", "the day of {time}");
}

fn show_name(first: &str, last: &str) {
    // The app writes "Ann L.".
    assert!(last.chars().next().is_some() && !first.is_empty(), "{first:?} {last:?}");
}

/// The app shows the first: that must be the newest. It loads it by its address alone.
fn show_pictures(pictures: &[SimpleImage]) {
    assert!(pictures.windows(2).all(|pair| pair[0].id > pair[1].id), "the newest first: {pictures:?}");
    pictures.iter().for_each(Shown::show);
}

impl Shown for SimpleUser {
    fn show(&self) {
        assert!(self.id >= 0);
        show_name(&self.first, &self.last);
    }
}

impl Shown for SimpleImage {
    fn show(&self) {
        assert!(self.id > 0 && self.url.starts_with("http://"), "{self:?}");
        show_day(&self.created_at);
    }
}

impl Shown for User {
    fn show(&self) {
        assert!(self.id > 0 && self.phone_number >= 0);
        assert!(self.email.is_empty() || self.email.contains('@'), "{}", self.email);
        show_name(&self.first, &self.last);
        show_pictures(&self.assets);
        for job in self.job_as_poster.iter().chain(&self.job_as_receiver).chain(&self.job_as_potential) {
            assert!(job.id > 0 && !job.title.is_empty() && !job.reward.is_empty(), "{job:?}");
        }
        for rating in self.rating_as_poster.iter().chain(&self.rating_as_postee) {
            assert!((0..=5).contains(&rating.rate) && rating.id > 0, "{} {}", rating.id, rating.description);
        }
        for chat in &self.chats {
            assert!(chat.id > 0);
            show_day(&chat.time);
        }
        for message in &self.messages {
            assert!(
                message.id > 0 && message.chat_id > 0 && message.sender_id == self.id && !message.message.is_empty()
            );
            show_day(&message.time);
        }
    }
}

impl Shown for Message {
    fn show(&self) {
        // Who is erased has the id 0, and nothing to say any more.
        assert!(self.id > 0 && self.chat_id > 0 && (self.sender_id > 0 || self.message.is_empty()), "{self:?}");
        show_day(&self.time);
    }
}

impl Shown for Chat {
    fn show(&self) {
        assert_eq!(self.users.len(), 2, "the app shows the one who is not oneself");
        self.users.iter().for_each(Shown::show);
        show_day(&self.time);
        assert!(self.messages.windows(2).all(|pair| pair[0].id < pair[1].id), "the oldest first");
        assert!(self.messages.iter().all(|message| message.chat_id == self.id));
        self.messages.iter().for_each(Shown::show);
    }
}

impl Shown for ChatList {
    fn show(&self) {
        self.chat.iter().for_each(Shown::show);
    }
}

impl Shown for Job {
    fn show(&self) {
        assert!(self.id > 0 && !self.title.is_empty() && !self.category.is_empty() && self.duration >= 0);
        show_day(&self.date_created);
        assert_eq!(self.poster.len(), 1, "every card shows its poster");
        assert_eq!(self.receiver.len(), usize::from(self.taken), "a taken job shows its receiver");
        assert!(self.taken || !self.done);
        self.poster.iter().chain(&self.receiver).chain(&self.potential).for_each(Shown::show);
        show_pictures(&self.asset);
        assert!(self.reward.as_ref().is_some_and(|reward| !reward.is_empty()));
    }
}

impl Shown for JobList {
    fn show(&self) {
        // Each is put in front of those before it.
        assert!(self.jobs.windows(2).all(|pair| pair[0].id < pair[1].id), "the oldest first");
        self.jobs.iter().for_each(Shown::show);
    }
}

impl Shown for UserList {
    fn show(&self) {
        self.user.iter().for_each(Shown::show);
    }
}

impl Shown for Rating {
    fn show(&self) {
        assert!(self.id > 1_000_000_000 && (0..=5).contains(&self.rate), "{}", self.description);
        assert_eq!((self.poster.len(), self.postee.len()), (1, 1));
        self.poster.iter().chain(&self.postee).for_each(Shown::show);
    }
}

impl Shown for RatingList {
    fn show(&self) {
        self.ratings.iter().for_each(Shown::show);
    }
}

impl Shown for AssetList {
    fn show(&self) {
        self.assets.iter().for_each(Shown::show);
    }
}

impl Shown for Refusal {
    fn show(&self) {
        assert!(!self.error.is_empty());
    }
}

impl Shown for MessageJson {
    fn show(&self) {
        assert!(!self.message.is_empty());
    }
}

//! What the repositories give: rows put together, named by the domain's ids, before anyone decides what to show.

mod conversation;

pub use self::conversation::{Chat, ChatKind, ChatLine, Message};
use gigline_domain::{AssetId, JobId, JobLife, JobStatus, Place, RatingId, Role, Timestamp, UserId};

/// Somebody, as others refer to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: UserId,
    /// First name.
    pub first: String,
    /// Last name.
    pub last: String,
    /// Username.
    pub username: String,
}

/// An account's own row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Names and id.
    pub person: Person,
    /// The address as given; none for who registered by username.
    pub email: Option<String>,
    /// The telephone number as given; may be empty.
    pub phone: String,
    /// Its digits.
    pub phone_digits: i64,
    /// Member or admin.
    pub role: Role,
    /// When they registered.
    pub created_at: Timestamp,
}

/// An account with all that belongs to it, each list capped at its newest hundred.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The account.
    pub account: Account,
    /// Own pictures, newest first.
    pub pictures: Vec<Picture>,
    /// Jobs that they posted, oldest first.
    pub posted: Vec<JobLine>,
    /// Jobs that they were picked for, oldest first.
    pub received: Vec<JobLine>,
    /// Jobs that they are a candidate for, oldest first; empty unless seen in full.
    pub applied: Vec<JobLine>,
    /// Ratings that they gave, oldest first.
    pub given: Vec<RatingLine>,
    /// Ratings that they got, oldest first.
    pub got: Vec<RatingLine>,
    /// Chats that they are in, by their last activity, newest first; empty unless seen in full.
    pub chats: Vec<ChatLine>,
    /// The newest messages that they sent, oldest first; empty unless seen in full.
    pub messages: Vec<Message>,
    /// All ratings that they got, summed up.
    pub rating: RatingSummary,
    /// How much of this the viewer may see.
    pub sight: Sight,
}

impl Profile {
    /// How many bytes its longest texts take.
    pub(crate) fn weight(&self) -> usize {
        let ratings = self.given.iter().chain(&self.got).map(|line| line.description.len());
        let jobs = [&self.posted, &self.received, &self.applied].into_iter().flatten();
        let messages = self.messages.iter().map(|message| message.text.len());
        ratings.chain(jobs.map(|line| line.title.len())).chain(messages).sum()
    }
}

/// How much of somebody's account a viewer may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Everything: themselves and admins.
    Full,
    /// How to reach them too: the other party of a taken or done job.
    Contact,
    /// What everyone sees.
    Public,
}

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    /// The account, if there is a session.
    pub id: Option<UserId>,
    /// Whether it is an admin's.
    pub admin: bool,
}

impl Viewer {
    /// Somebody without a session.
    pub const ANYONE: Self = Self { id: None, admin: false };

    /// Whether this is the viewer's own account.
    pub fn is(self, user: UserId) -> bool {
        self.id == Some(user)
    }
}

/// A picture's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its id.
    pub id: AssetId,
    /// Whose it is.
    pub user_id: UserId,
    /// The job that it shows; none for a picture of the person.
    pub job_id: Option<JobId>,
    /// The name of its file.
    pub blob: String,
    /// The name of its thumbnail's file.
    pub thumbnail_blob: String,
    /// Pixels across.
    pub width: i64,
    /// Pixels down.
    pub height: i64,
    /// When it was uploaded.
    pub created_at: Timestamp,
}

/// A job in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobLine {
    /// Its id.
    pub id: JobId,
    /// Its title.
    pub title: String,
    /// What is paid.
    pub reward: String,
    /// How far it has come.
    pub status: JobStatus,
}

/// A rating in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatingLine {
    /// Its id.
    pub id: RatingId,
    /// 0 to 5.
    pub rate: i64,
    /// The words to it.
    pub description: String,
}

/// Ratings summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RatingSummary {
    /// How many.
    pub count: i64,
    /// The sum of their rates.
    pub sum: i64,
    /// How many are verified.
    pub verified_count: i64,
    /// The sum of the verified ones' rates.
    pub verified_sum: i64,
}

/// A job with the people and pictures around it.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Parties and status.
    pub life: JobLife,
    /// What its poster wrote.
    pub text: JobText,
    /// Where; both zero for nowhere.
    pub place: Place,
    /// Minutes.
    pub duration: i64,
    /// When it was posted.
    pub created_at: Timestamp,
    /// Who posted it; none if the account is erased.
    pub poster: Option<Person>,
    /// Who was picked; none while it is open or if the account is erased.
    pub receiver: Option<Person>,
    /// The job's pictures, else its poster's newest one.
    pub pictures: Vec<Picture>,
    /// The candidates that the viewer may see, in the order of their applications.
    pub candidates: Vec<Person>,
    /// How many candidates there are.
    pub candidate_count: i64,
    /// Kilometres from the place that was asked for.
    pub distance_km: Option<f64>,
}

impl Job {
    /// How many bytes its texts take.
    pub(crate) fn weight(&self) -> usize {
        let text = &self.text;
        let texts = [&text.title, &text.description, &text.location, &text.relevant_skills, &text.other_notes];
        texts.iter().map(|text| text.len()).sum()
    }
}

/// The texts of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobText {
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// Where, in words.
    pub location: String,
    /// When, in words.
    pub date_activity: String,
    /// What is paid.
    pub reward: String,
    /// Category.
    pub category: String,
    /// Skills asked for.
    pub relevant_skills: String,
    /// Further notes.
    pub other_notes: String,
}

/// A rating with the people that it joins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// Its id.
    pub id: RatingId,
    /// 0 to 5.
    pub rate: i64,
    /// The words to it.
    pub description: String,
    /// Who gave it.
    pub author: Person,
    /// Whom it is about; none if the account is erased.
    pub subject: Option<Person>,
    /// The job that it is for, while that is there.
    pub job_id: Option<JobId>,
    /// Whether a done job joins the two.
    pub verified: bool,
    /// When it was given.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

//! The jobs that every question of the search tests is asked of.

use gigline_testkit::{Actor, TestApp};
use serde_json::json;

/// Who posts a job.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum By {
    Ann,
    Ben,
}
use By::{Ann, Ben};

/// A job: the key that questions name it by, its poster, title, skills, category, description and location.
type Entry = (&'static str, By, &'static str, &'static str, &'static str, &'static str, &'static str);

const LONG: &str = "Nine years of neglect lie behind the house, with brambles as tall as a person, two fallen apple trees, \
    a pond that is more reed than water, a greenhouse without a single whole pane and paths that nobody has seen since \
    the last owner moved out. Bring gloves, boots, patience and somebody who likes company. Tools are there: spades, \
    forks, saws, shears, barrows and a shredder. Coffee too, and soup on Sundays.";

/// From the oldest to the newest.
pub(crate) const CORPUS: &[Entry] = &[
    ("mow", Ann, "Mow the lawn", "", "Labor", "Grass up to the knee.", "Ithaca"),
    ("lawnmower", Ann, "Lawnmower repair", "engines", "Labor", "It does not start.", "Collegetown"),
    ("hedge", Ben, "Trim a hedge", "garden tools", "Labor", "Along the lawn, two metres high.", "Cayuga Heights"),
    ("garden", Ann, "Garden", "", "Labor", "", ""),
    ("weeding", Ben, "A garden that wants weeding, digging, pruning and a good deal of courage", "", "Labor", LONG, ""),
    ("weekend", Ann, "Weekend help", "garden", "Labor", LONG, ""),
    ("watering", Ann, "Water plants", "", "Garden", "Twice a day.", ""),
    ("rex", Ben, "Walk with Rex", "", "Pet Sitting", "Garden, garden, garden, and again through the garden.", ""),
    ("boxes", Ann, "Carry boxes", "", "Labor", "Forty of them.", "Garden Street 5"),
    ("warden", Ann, "Warden for a night", "", "Labor", "At the school.", ""),
    ("dawn", Ben, "Dawn chorus walk", "", "Entertainment", "Birds.", ""),
    ("piano", Ann, "Piano lessons for two", "music", "Tutoring", "Beginners, at home.", "Downtown"),
    ("keys", Ben, "Lessons at the keyboard", "piano", "Tutoring", "Any level.", ""),
    ("movers", Ann, "Move furniture", "", "Labor", "A piano among it; no lessons learnt yet.", ""),
    ("algebra", Ben, "Algebra tutor", "mathematics", "Tutoring", "Two evenings a week.", "Library"),
    ("maths", Ann, "Mathematics, second year", "", "Tutoring", "Before the exams.", ""),
    ("photos", Ann, "Wedding photography", "camera", "Entertainment", "A whole day.", "Taughannock Falls"),
    ("portrait", Ben, "Photographer for portraits", "", "Entertainment", "One hour.", ""),
    ("cafe", Ann, "Café barista", "", "Entertainment", "Oat milk and all.", ""),
    ("creme", Ben, "Crème brûlée for forty", "", "Entertainment", "A birthday.", ""),
    ("trainer", Ann, "Übungsleiter für Volleyball", "", "Tutoring", "Dienstags.", "Große Straße 3"),
    ("lodz", Ben, "Guide to Łódź", "", "Tutoring", "One day.", ""),
    ("smorre", Ann, "Smørrebrød, ærlig", "", "Entertainment", "", ""),
    ("sobaka", Ben, "Выгулять собаку", "", "Pet Sitting", "Каждое утро.", "Итака"),
    ("odos", Ann, "Πού είναι η οδός", "", "Research", "", ""),
    ("chinese", Ben, "教中文", "", "Tutoring", "每天 一小时", ""),
    ("telugu", Ann, "తెలుగు నేర్పండి", "", "Tutoring", "", ""),
    ("plane", Ben, "𞤆𞤵𞤤𞤢𞤪 lesen", "", "Tutoring", "", ""),
    ("tv", Ann, "Fix my \"smart\" TV", "", "Labor", "It's 100% stuck; c++ knowledge not needed.", ""),
    ("tables", Ben, "Robert'); DROP TABLE jobs;--", "", "Research", "Carpentry.", ""),
    ("party", Ann, "🎉 Party 🎈 helper", "", "Entertainment", "Saturday", ""),
    ("band", Ben, "Band for Saturday", "", "Entertainment", "Loud.", ""),
    ("chairs", Ann, "Stack chairs", "saturday", "Labor", "After the band.", ""),
    ("survey", Ben, "Saturday survey", "", "Research", "Ask a hundred people.", ""),
    ("coding", Ann, "3D printing in Rust2024", "", "Research", "Any shape.", ""),
    ("cat", Ben, "Feed a cat", "", "Pet Sitting", "And talk to it on Saturday.", ""),
    ("dog", Ann, "Walk the dog", "", "Pet Sitting", "He is old.", "By the lake"),
    ("restaurant", Ann, "Restaurant needs dishwashers", "", "Labor", "Evenings.", ""),
    ("dance", Ben, "Dance partner", "", "Entertainment", "Saturday, at the garden party.", ""),
    ("cello", Ann, "Cello strings", "", "Entertainment", "", "Saturday market"),
];

/// The corpus on a server: ann has done "mow", and given "boxes" to ben.
pub(crate) struct Posted {
    pub(crate) ann: Actor,
    pub(crate) ben: Actor,
    ids: Vec<i64>,
}

/// Posts the corpus.
pub(crate) async fn post(app: &TestApp) -> Posted {
    let mut posted = Posted { ann: app.user("ann").await, ben: app.user("ben").await, ids: Vec::new() };
    for (key, by, title, skills, category, description, location) in CORPUS {
        let job = json!({
            "title": title, "relevant_skills": skills, "category": category, "description": description,
            "location": location, "date_activity": key, "duration": 60, "reward": "12.00", "longtitude": 0, "latitude": 0,
        });
        let poster = if *by == Ann { &posted.ann } else { &posted.ben };
        let id = poster.posts(&job).await.expect(201).number("id");
        posted.ids.push(id);
    }
    for key in ["mow", "boxes"] {
        let _ = posted.ben.applies(posted.id(key)).await.expect(201);
        let _ = posted.ann.picks(posted.id(key), &posted.ben).await.expect(201);
    }
    let _ = posted.ben.finishes(posted.id("mow")).await.expect(201);
    posted
}

impl Posted {
    /// The id of a job.
    pub(crate) fn id(&self, key: &str) -> i64 {
        self.ids[CORPUS.iter().position(|entry| entry.0 == key).unwrap()]
    }

    /// The jobs of an answer by their keys.
    pub(crate) fn keys(&self, ids: &[i64]) -> Vec<&'static str> {
        let key = |id: &i64| CORPUS[self.ids.iter().position(|known| known == id).unwrap()].0;
        ids.iter().map(key).collect()
    }
}

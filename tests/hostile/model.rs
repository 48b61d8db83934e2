//! A job's life against a model of the contract that fits on a page: whatever is done in whatever order, both agree on
//! every answer and on what is left in the end.

use gigline_testkit::{Actor, Answer, Backend, TestApp};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use crate::crowd::{ids, is_consistent};

/// How many people there are; the first one posts the job.
const PEOPLE: usize = 4;
const POSTER: usize = 0;

#[derive(Debug, Clone, Copy)]
enum Deed {
    Apply(usize),
    Withdraw(usize),
    Pick { by: usize, whom: usize },
    Finish(usize),
    Edit(usize),
    Delete(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Open,
    Taken(usize),
    Done(usize),
    Gone,
}

/// What the contract says of one job.
#[derive(Debug, Default)]
struct Model {
    state: State,
    candidates: Vec<usize>,
}

impl Model {
    /// Does it, and tells the status and the code that it is answered with; `""` for success.
    fn after(&mut self, deed: Deed) -> (u16, &'static str) {
        if self.state == State::Gone {
            return (404, "not_found");
        }
        match deed {
            Deed::Apply(who) => self.apply(who),
            Deed::Withdraw(who) => self.withdraw(who),
            Deed::Pick { by, whom } => self.pick(by, whom),
            Deed::Finish(by) => self.finish(by),
            Deed::Edit(POSTER) if matches!(self.state, State::Done(_)) => (409, "job_done"),
            Deed::Edit(POSTER) => (201, ""),
            Deed::Delete(POSTER) if matches!(self.state, State::Taken(_)) => (409, "job_taken"),
            Deed::Delete(POSTER) => {
                self.state = State::Gone;
                (200, "")
            }
            Deed::Edit(_) | Deed::Delete(_) => (403, "forbidden"),
        }
    }

    fn apply(&mut self, who: usize) -> (u16, &'static str) {
        match self.state {
            _ if who == POSTER => (403, "own_job"),
            State::Open if self.candidates.contains(&who) => (409, "already_applied"),
            State::Open => {
                self.candidates.push(who);
                (201, "")
            }
            _ => (409, "job_not_open"),
        }
    }

    fn withdraw(&mut self, who: usize) -> (u16, &'static str) {
        if self.receiver() == Some(who) {
            return (409, "picked_already");
        }
        let there = self.candidates.contains(&who);
        self.candidates.retain(|candidate| *candidate != who);
        if there { (200, "") } else { (404, "not_found") }
    }

    fn pick(&mut self, by: usize, whom: usize) -> (u16, &'static str) {
        match self.state {
            _ if by != POSTER => (403, "not_the_poster"),
            State::Open if self.candidates.contains(&whom) => {
                self.state = State::Taken(whom);
                self.candidates.retain(|candidate| *candidate != whom);
                (201, "")
            }
            State::Open => (404, "not_found"),
            _ if self.receiver() == Some(whom) => (201, ""),
            _ => (409, "job_not_open"),
        }
    }

    fn finish(&mut self, by: usize) -> (u16, &'static str) {
        match self.state {
            _ if by != POSTER && self.receiver() != Some(by) => (403, "not_a_party"),
            State::Taken(receiver) | State::Done(receiver) => {
                self.state = State::Done(receiver);
                (201, "")
            }
            _ => (409, "job_not_taken"),
        }
    }

    fn receiver(&self) -> Option<usize> {
        match self.state {
            State::Taken(receiver) | State::Done(receiver) => Some(receiver),
            State::Open | State::Gone => None,
        }
    }
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let anyone = 0..PEOPLE;
    // Mostly what can succeed: from a few people choosing at random few jobs would ever get done.
    let by_poster = prop_oneof![3 => Just(POSTER), 1 => 0..PEOPLE];
    let deed = prop_oneof![
        6 => anyone.clone().prop_map(Deed::Apply),
        2 => anyone.clone().prop_map(Deed::Withdraw),
        4 => (by_poster.clone(), anyone.clone()).prop_map(|(by, whom)| Deed::Pick { by, whom }),
        3 => anyone.prop_map(Deed::Finish),
        1 => by_poster.clone().prop_map(Deed::Edit),
        1 => by_poster.prop_map(Deed::Delete),
    ];
    prop::collection::vec(deed, 1..24)
}

async fn done(deed: Deed, people: &[Actor], job: i64) -> Answer {
    match deed {
        Deed::Apply(who) => people[who].applies(job).await,
        Deed::Withdraw(who) => people[who].withdraws(job).await,
        Deed::Pick { by, whom } => people[by].picks(job, &people[whom]).await,
        Deed::Finish(by) => people[by].finishes(job).await,
        Deed::Edit(by) => people[by].post(&format!("/api/job/{job}/"), &json!({ "title": "New" })).await,
        Deed::Delete(by) => people[by].delete(&format!("/api/job/{job}/")).await,
    }
}

/// Both live through `deeds`; they agree at every step and on the end.
async fn live(people: &[Actor], deeds: &[Deed]) {
    let (mut model, job) = (Model::default(), people[POSTER].posts_job("Job").await);
    for (step, deed) in deeds.iter().enumerate() {
        let (status, code) = model.after(*deed);
        let answer = done(*deed, people, job).await;
        assert_eq!(answer.status, status, "step {step}, {deed:?}, then {model:?}: {}", answer.json());
        if !code.is_empty() {
            assert_eq!(answer.code(), code, "step {step}, {deed:?}");
        }
    }
    let seen = people[POSTER].get(&format!("/api/job/{job}/")).await;
    if model.state == State::Gone {
        let _ = seen.expect(404);
        return;
    }
    let seen = seen.expect(200).json();
    is_consistent(&seen);
    let status = match model.state {
        State::Open => "open",
        State::Taken(_) => "taken",
        State::Done(_) | State::Gone => "done",
    };
    let id = |who: usize| people[who].id;
    assert_eq!(seen["status"], status);
    assert_eq!(ids(&seen, "receiver"), model.receiver().map(id).into_iter().collect::<Vec<_>>());
    assert_eq!(ids(&seen, "potential"), model.candidates.iter().copied().map(id).collect::<Vec<_>>());
}

fn the_server_agrees_with_the_model(backend: Backend) {
    let Some(app) = TestApp::start(backend) else { return };
    let system = actix_rt::System::new();
    let people = system.block_on(crate::crowd::people(&app, "ann", PEOPLE));
    let config = Config { cases: 60, failure_persistence: None, ..Config::default() };
    let lived = TestRunner::new(config).run(&deeds(), |deeds| {
        system.block_on(live(&people, &deeds));
        Ok(())
    });
    lived.unwrap();
}

#[test]
fn the_server_agrees_with_the_model_on_sqlite() {
    the_server_agrees_with_the_model(Backend::Sqlite);
}

#[test]
fn the_server_agrees_with_the_model_on_postgres() {
    the_server_agrees_with_the_model(Backend::Postgres);
}

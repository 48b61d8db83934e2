//! Every actor against every action, written out.

use super::*;

const OWNER: UserId = UserId::new(1);
const RECEIVER: UserId = UserId::new(2);
const STRANGER: UserId = UserId::new(3);
const ADMIN: UserId = UserId::new(4);

const USER: Resource = Resource::User(OWNER);
const JOB: Resource = Resource::Job { poster: Some(OWNER), receiver: Some(RECEIVER) };
const RATING: Resource = Resource::Rating { author: OWNER };
const ASSET: Resource = Resource::Asset { owner: OWNER };

/// What the columns of the table below are.
const ACTORS: [Actor; 5] =
    [Actor::Anonymous, Actor::Member(STRANGER), Actor::Member(RECEIVER), Actor::Member(OWNER), Actor::Admin(ADMIN)];

type Answer = Result<(), Refusal>;

const YES: Answer = Ok(());
const NO: Answer = Err(Refusal::Forbidden);
const WHO: Answer = Err(Refusal::Unauthenticated);

#[rustfmt::skip]
const TABLE: [(Action, Resource, [Answer; 5]); 16] = [
    //                                anonymous stranger receiver owner admin
    (Action::EditUser,      USER,    [WHO,      NO,      NO,      YES,  YES]),
    (Action::DeleteUser,    USER,    [WHO,      NO,      NO,      YES,  YES]),
    (Action::SeePrivate,    USER,    [WHO,      NO,      NO,      YES,  YES]),
    (Action::UploadToUser,  USER,    [WHO,      NO,      NO,      YES,  NO]),
    (Action::PostJobAs,     USER,    [WHO,      NO,      NO,      YES,  NO]),
    (Action::ApplyAs,       USER,    [WHO,      NO,      NO,      YES,  NO]),
    (Action::WithdrawAs,    USER,    [WHO,      NO,      NO,      YES,  NO]),
    (Action::RateAs,        USER,    [WHO,      NO,      NO,      YES,  NO]),
    (Action::UploadToJob,   JOB,     [WHO,      NO,      NO,      YES,  NO]),
    (Action::EditJob,       JOB,     [WHO,      NO,      NO,      YES,  YES]),
    (Action::DeleteJob,     JOB,     [WHO,      NO,      NO,      YES,  YES]),
    (Action::PickCandidate, JOB,     [WHO,      NO,      NO,      YES,  NO]),
    (Action::FinishJob,     JOB,     [WHO,      NO,      YES,     YES,  NO]),
    (Action::EditRating,    RATING,  [WHO,      NO,      NO,      YES,  YES]),
    (Action::DeleteRating,  RATING,  [WHO,      NO,      NO,      YES,  YES]),
    (Action::DeleteAsset,   ASSET,   [WHO,      NO,      NO,      YES,  YES]),
];

/// Where an action stands in the table. A new one does not compile until it has a row.
fn row(action: Action) -> usize {
    match action {
        Action::EditUser => 0,
        Action::DeleteUser => 1,
        Action::SeePrivate => 2,
        Action::UploadToUser => 3,
        Action::PostJobAs => 4,
        Action::ApplyAs => 5,
        Action::WithdrawAs => 6,
        Action::RateAs => 7,
        Action::UploadToJob => 8,
        Action::EditJob => 9,
        Action::DeleteJob => 10,
        Action::PickCandidate => 11,
        Action::FinishJob => 12,
        Action::EditRating => 13,
        Action::DeleteRating => 14,
        Action::DeleteAsset => 15,
    }
}

#[test]
fn every_actor_against_every_action() {
    for (place, (action, resource, answers)) in TABLE.into_iter().enumerate() {
        assert_eq!(row(action), place, "{action:?} has one row");
        for (actor, answer) in ACTORS.into_iter().zip(answers) {
            assert_eq!(authorize(actor, action, resource), answer, "{actor:?} {action:?}");
        }
    }
}

#[test]
fn an_admin_does_with_their_own_what_a_member_does() {
    for (action, resource, _) in TABLE {
        assert_eq!(authorize(Actor::Admin(OWNER), action, resource), YES, "{action:?}");
    }
}

#[test]
fn an_action_on_the_wrong_kind_of_thing_is_refused_to_everyone() {
    for (action, proper, _) in TABLE {
        for other in [USER, JOB, RATING, ASSET].into_iter().filter(|other| *other != proper) {
            for actor in [Actor::Member(OWNER), Actor::Admin(OWNER)] {
                assert_eq!(authorize(actor, action, other), NO, "{actor:?} {action:?} {other:?}");
            }
        }
    }
}

#[test]
fn what_an_erased_account_left_only_admins_may_touch() {
    let left = Resource::Job { poster: None, receiver: Some(RECEIVER) };
    assert_eq!(authorize(Actor::Member(OWNER), Action::EditJob, left), NO);
    assert_eq!(authorize(Actor::Admin(ADMIN), Action::DeleteJob, left), YES);
    assert_eq!(authorize(Actor::Member(RECEIVER), Action::FinishJob, left), YES);
    assert_eq!(authorize(Actor::Admin(ADMIN), Action::PickCandidate, left), NO);
}

//! Sessions on a database: what lives, what dies, and what fifty at once do to each other.

use std::collections::HashSet;

use gigline_domain::Role;
use gigline_persistence::accounts;

use super::*;
use crate::test_house::House;

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

async fn renew(house: &House, token: &UpdateToken) -> Option<Issued> {
    match house.sessions.refresh(token).await.unwrap() {
        Renewal::Renewed { issued, .. } => Some(issued),
        Renewal::Refused { .. } => None,
    }
}

#[tokio::test]
async fn a_session_tells_whose_it_is_until_it_expires() {
    let house = House::new();
    let ann = house.member("ann").await;
    let issued = house.login(ann).await;
    let session = house.sessions.resolve(&issued.session_token).await.unwrap().unwrap();
    assert_eq!((session.user_id, session.role, session.login_id), (ann, Role::Member, issued.login_id));
    assert_eq!((session.session_id, session.expires_at), (issued.session_id, issued.expires_at));
    house.clock.advance(Duration::from_millis(DAY * 1000 - 1));
    assert!(house.is_alive(&issued.session_token).await, "and now it is in the cache");
    house.clock.advance(Duration::from_millis(1));
    assert!(!house.is_alive(&issued.session_token).await, "expiry goes by the clock, cached or not");
}

#[tokio::test]
async fn looking_up_again_within_a_second_asks_no_database() {
    let house = House::new();
    let issued = house.login(house.member("ann").await).await;
    assert!(house.is_alive(&issued.session_token).await);
    let before = house.store.statements();
    for _ in 0..100 {
        assert!(house.is_alive(&issued.session_token).await);
    }
    assert_eq!(house.store.statements(), before);
    house.pass(1);
    assert!(house.is_alive(&issued.session_token).await);
    assert!(house.store.statements() > before, "after a second it is read again");
}

#[tokio::test]
async fn a_promotion_elsewhere_shows_within_a_second() {
    let house = House::new();
    let ann = house.member("ann").await;
    let token = house.login(ann).await.session_token;
    assert!(house.is_alive(&token).await);
    let email = gigline_domain::Email::parse("ann@example.org").unwrap();
    house.store.write(move |tx| accounts::promote(tx, &email)).await.unwrap();
    house.pass(1);
    assert_eq!(house.sessions.resolve(&token).await.unwrap().unwrap().role, Role::Admin);
}

#[tokio::test]
async fn logout_ends_its_login_at_once_and_no_other() {
    let house = House::new();
    let ann = house.member("ann").await;
    let (phone, laptop) = (house.login(ann).await, house.login(ann).await);
    assert!(house.is_alive(&phone.session_token).await && house.is_alive(&laptop.session_token).await);
    let ended = house.sessions.logout(phone.login_id).await.unwrap();
    assert_eq!(ended.iter().map(|session| session.id).collect::<Vec<_>>(), [phone.session_id]);
    assert!(!house.is_alive(&phone.session_token).await, "though it was cached, and no time has passed");
    assert!(renew(&house, &phone.update_token).await.is_none(), "its update token is dead too");
    assert!(house.is_alive(&laptop.session_token).await);
    assert!(house.sessions.logout(phone.login_id).await.unwrap().is_empty(), "again: nothing is left to end");
}

#[tokio::test]
async fn a_logout_whose_caller_went_away_is_still_seen_at_once() {
    let house = House::new();
    let issued = house.login(house.member("ann").await).await;
    assert!(house.is_alive(&issued.session_token).await);
    let sessions = house.sessions.clone();
    let mut leaving = Box::pin(async move { sessions.logout(issued.login_id).await });
    let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(leaving.as_mut().poll(cx))).await;
    assert!(polled.is_pending(), "the logout has begun and is not done");
    drop(leaving);
    // A second one comes after the first, for it is the same login; by then nobody may be let in.
    house.sessions.logout(issued.login_id).await.unwrap();
    assert!(!house.is_alive(&issued.session_token).await);
}

#[tokio::test]
async fn ending_all_leaves_nothing_of_one_account_and_all_of_another() {
    let house = House::new();
    let (ann, bob) = (house.member("ann").await, house.member("bob").await);
    let (one, two, bobs) = (house.login(ann).await, house.login(ann).await, house.login(bob).await);
    for issued in [&one, &two, &bobs] {
        assert!(house.is_alive(&issued.session_token).await);
    }
    assert_eq!(house.sessions.end_all(ann).await.unwrap().len(), 2);
    assert!(!house.is_alive(&one.session_token).await && !house.is_alive(&two.session_token).await);
    assert!(house.is_alive(&bobs.session_token).await);
}

#[tokio::test]
async fn an_erased_account_takes_its_sessions_with_it() {
    let house = House::new();
    let ann = house.member("ann").await;
    let issued = house.login(ann).await;
    assert!(house.is_alive(&issued.session_token).await);
    let erased = house.sessions.end_with(move |tx| {
        let ended = accounts::erase(tx, ann, Timestamp::from_micros(2))?;
        Ok::<_, StoreError>(("erased", ended))
    });
    assert_eq!(erased.await.unwrap(), "erased");
    assert!(!house.is_alive(&issued.session_token).await);
    assert!(renew(&house, &issued.update_token).await.is_none());
    let sessions = house.sessions.clone();
    let opened = house.store.write(move |tx| sessions.open(tx, ann)).await;
    assert!(matches!(opened, Err(StoreError::NotFound(gigline_persistence::Entity::User))), "{opened:?}");
}

#[tokio::test]
async fn an_update_token_gives_a_new_pair_and_ends_the_old_session() {
    let house = House::new();
    let old = house.login(house.member("ann").await).await;
    assert!(house.is_alive(&old.session_token).await);
    let Renewal::Renewed { issued: new, ended } = house.sessions.refresh(&old.update_token).await.unwrap() else {
        panic!("refused")
    };
    assert_eq!((new.login_id, new.user_id), (old.login_id, old.user_id));
    assert_eq!(ended.iter().map(|session| session.id).collect::<Vec<_>>(), [old.session_id]);
    assert!(!house.is_alive(&old.session_token).await, "at once, though it was cached");
    assert!(house.is_alive(&new.session_token).await);
    assert!(renew(&house, &new.update_token).await.is_some());
}

#[tokio::test]
async fn an_update_token_outlives_its_session_and_then_expires() {
    let house = House::new();
    let first = house.login(house.member("ann").await).await;
    house.pass(2 * DAY);
    assert!(!house.is_alive(&first.session_token).await);
    let second = renew(&house, &first.update_token).await.unwrap();
    assert!(house.is_alive(&second.session_token).await);
    house.pass(30 * DAY);
    assert!(renew(&house, &second.update_token).await.is_none());
}

#[tokio::test]
async fn a_login_that_is_renewed_in_time_is_not_purged() {
    let house = House::new();
    let first = house.login(house.member("ann").await).await;
    house.pass(20 * DAY);
    let second = renew(&house, &first.update_token).await.unwrap();
    house.pass(20 * DAY);
    while house.sessions.purge(100).await.unwrap() > 0 {}
    assert!(renew(&house, &second.update_token).await.is_some());
}

#[tokio::test]
async fn a_second_tab_within_ten_seconds_gets_a_pair_beside_the_first() {
    let house = House::new();
    let old = house.login(house.member("ann").await).await;
    let one = renew(&house, &old.update_token).await.unwrap();
    house.pass(10);
    let two = renew(&house, &old.update_token).await.unwrap();
    assert_eq!(one.login_id, two.login_id);
    assert!(house.is_alive(&one.session_token).await && house.is_alive(&two.session_token).await);
    assert!(renew(&house, &one.update_token).await.is_some() && renew(&house, &two.update_token).await.is_some());
}

#[tokio::test]
async fn a_used_token_after_ten_seconds_ends_the_whole_login() {
    let house = House::new();
    let ann = house.member("ann").await;
    let (old, elsewhere) = (house.login(ann).await, house.login(ann).await);
    let new = renew(&house, &old.update_token).await.unwrap();
    assert!(house.is_alive(&new.session_token).await);
    house.clock.advance(Duration::from_micros(10_000_010));
    let Renewal::Refused { ended } = house.sessions.refresh(&old.update_token).await.unwrap() else {
        panic!("a stolen token was taken")
    };
    assert_eq!(ended.iter().map(|session| session.id).collect::<Vec<_>>(), [new.session_id]);
    assert!(!house.is_alive(&new.session_token).await, "at once, though it was cached");
    assert!(renew(&house, &new.update_token).await.is_none(), "the thief's or the owner's, both are out");
    assert!(house.is_alive(&elsewhere.session_token).await, "another login of the same account stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_uses_at_once_one_ends_the_old_session_and_none_ends_another() {
    let house = House::new();
    let old = house.login(house.member("ann").await).await;
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let (sessions, token) = (house.sessions.clone(), old.update_token.clone());
            tokio::spawn(async move { sessions.refresh(&token).await.unwrap() })
        })
        .collect();
    let (mut tokens, mut endings) = (HashSet::new(), Vec::new());
    for task in tasks {
        let Renewal::Renewed { issued, ended } = task.await.unwrap() else { panic!("refused within the grace") };
        assert!(house.is_alive(&issued.session_token).await);
        tokens.insert(issued.session_token.reveal());
        endings.extend(ended.into_iter().map(|session| session.id));
    }
    assert_eq!(tokens.len(), 50);
    assert_eq!(endings, [old.session_id]);
}

#[tokio::test(flavor = "multi_thread")]
async fn look_ups_that_race_with_a_logout_leave_no_dead_session_behind() {
    let house = Arc::new(House::new());
    let ann = house.member("ann").await;
    for _ in 0..20 {
        let issued = house.login(ann).await;
        let readers: Vec<_> = (0..8)
            .map(|_| {
                let (house, token) = (Arc::clone(&house), issued.session_token.clone());
                tokio::spawn(async move {
                    while house.is_alive(&token).await {
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        house.sessions.logout(issued.login_id).await.unwrap();
        assert!(!house.is_alive(&issued.session_token).await);
        for reader in readers {
            reader.await.unwrap();
        }
        assert!(!house.is_alive(&issued.session_token).await);
    }
}

#[tokio::test]
async fn a_client_that_renews_without_end_keeps_a_bounded_family() {
    let house = House::new();
    let first = house.login(house.member("ann").await).await;
    let mut last = first.clone();
    let mut ended = 0;
    for _ in 0..1_030 {
        // All within the grace of the first token, so nothing but the bound ends a session.
        let Renewal::Renewed { issued, ended: these } = house.sessions.refresh(&first.update_token).await.unwrap()
        else {
            break;
        };
        ended += these.len();
        last = issued;
    }
    assert!(house.is_alive(&last.session_token).await, "the newest is never the one to go");
    assert!(renew(&house, &last.update_token).await.is_some());
    let left = house.sessions.logout(last.login_id).await.unwrap().len();
    assert!(left <= 1_024 && ended >= 1, "{left} left, {ended} ended");
}

#[tokio::test]
async fn purging_takes_what_has_expired_and_nothing_else() {
    let house = House::new();
    let ann = house.member("ann").await;
    let (old, used) = (house.login(ann).await, house.login(ann).await);
    house.pass(DAY + 1);
    let fresh = renew(&house, &used.update_token).await.unwrap();
    assert_eq!(house.sessions.purge(100).await.unwrap(), 1, "the old session; the used one ended by its renewal");
    assert_eq!(house.sessions.purge(100).await.unwrap(), 0);
    let renewed = renew(&house, &old.update_token).await;
    assert!(renewed.is_some(), "an update token works after its session is purged");
    assert!(house.is_alive(&fresh.session_token).await);
    house.pass(31 * DAY);
    assert_eq!(house.sessions.purge(1).await.unwrap(), 3, "at most one login, one session and one token at a time");
    while house.sessions.purge(1).await.unwrap() > 0 {}
    assert!(house.sessions.logout(fresh.login_id).await.unwrap().is_empty());
}

//! Signing in by password, with the throttle in front.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::*;
use crate::password::Cost;
use crate::test_house::{House, PASSWORD};
use crate::throttle::ThrottlePolicy;

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const AWAY: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

async fn by_email(house: &House, email: &str, password: &str, from: IpAddr) -> Result<Issued, SignInError> {
    house.door.sign_in(LoginName::email(email), password, from).await
}

fn waits(refused: &Result<Issued, SignInError>) -> Option<u64> {
    match refused {
        Err(SignInError::Throttled(throttled)) => Some(throttled.retry_after),
        _ => None,
    }
}

#[tokio::test]
async fn email_and_username_without_regard_to_case_let_their_owner_in() {
    let house = House::new();
    let ann = house.member("ann").await;
    let issued = by_email(&house, " ANN@example.org ", PASSWORD, HOME).await.unwrap();
    assert_eq!(issued.user_id, ann);
    let other = house.door.sign_in(LoginName::username("Ann"), PASSWORD, HOME).await.unwrap();
    assert_ne!(other.login_id, issued.login_id, "each is a login of its own");
    assert!(house.is_alive(&issued.session_token).await && house.is_alive(&other.session_token).await);
}

#[tokio::test]
async fn there_is_one_refusal_for_all_that_is_wrong() {
    let house = House::new();
    house.member("ann").await;
    let too_long = "x".repeat(1000);
    for (name, password) in [
        ("ann@example.org", "wrong password"),
        ("ann@example.org", ""),
        ("ann@example.org", too_long.as_str()),
        ("ann@example.org", "correct horse\0correct horse"),
        ("bob@example.org", PASSWORD),
        ("no address", PASSWORD),
        ("", "nobody's password"),
        ("ann", PASSWORD),
    ] {
        let refused = by_email(&house, name, password, HOME).await;
        assert!(matches!(refused, Err(SignInError::WrongCredentials)), "{name:?} {refused:?}");
        house.pass(1000);
    }
}

#[tokio::test]
async fn after_five_failures_even_the_right_password_waits_and_then_works() {
    let house = House::new();
    house.member("ann").await;
    for _ in 0..5 {
        let refused = by_email(&house, "ann@example.org", "wrong password", AWAY).await;
        assert!(matches!(refused, Err(SignInError::WrongCredentials)), "{refused:?}");
    }
    assert_eq!(waits(&by_email(&house, "Ann@example.org", PASSWORD, HOME).await), Some(1));
    house.pass(1);
    assert!(by_email(&house, "ann@example.org", PASSWORD, HOME).await.is_ok());
}

#[tokio::test]
async fn an_account_that_does_not_exist_is_throttled_alike() {
    let house = House::new();
    house.member("ann").await;
    for name in ["ann@example.org", "nobody@example.org", "not even an address"] {
        let mut seen = Vec::new();
        for _ in 0..8 {
            seen.push(waits(&by_email(&house, name, "wrong password", HOME).await));
            house.pass(1);
        }
        let none = None;
        assert_eq!(seen, [none, none, none, none, none, none, Some(1), none], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_guesses_at_once_get_no_further_than_five() {
    let house = House::new();
    house.member("ann").await;
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let door = house.door.clone();
            tokio::spawn(async move { door.sign_in(LoginName::email("ann@example.org"), "wrong password", HOME).await })
        })
        .collect();
    let (mut checked, mut throttled) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Err(SignInError::WrongCredentials) => checked += 1,
            Err(SignInError::Throttled(_)) => throttled += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((checked, throttled), (5, 45));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_knows_the_password_is_let_in_any_number_of_times() {
    let house = House::new();
    house.member("ann").await;
    for _ in 0..100 {
        by_email(&house, "ann@example.org", PASSWORD, HOME).await.unwrap();
    }
}

#[tokio::test]
async fn a_changed_cost_takes_effect_at_the_next_sign_in() {
    let house = House::with(ThrottlePolicy::default(), Cost::parse(5).unwrap());
    house.member("ann").await;
    by_email(&house, "ann@example.org", PASSWORD, HOME).await.unwrap();
    let email = Email::parse("ann@example.org").unwrap();
    let found = house.store.read(move |conn| accounts::find_credentials(conn, SignInName::Email(&email))).await;
    let (_, hash) = found.unwrap().unwrap();
    assert!(hash.starts_with("$2b$05$"), "{hash}");
    by_email(&house, "ann@example.org", PASSWORD, HOME).await.unwrap();
}

#[tokio::test]
async fn an_erased_account_is_let_in_no_more() {
    let house = House::new();
    let ann = house.member("ann").await;
    by_email(&house, "ann@example.org", PASSWORD, HOME).await.unwrap();
    house.erase(ann).await.unwrap();
    let refused = by_email(&house, "ann@example.org", PASSWORD, HOME).await;
    assert!(matches!(refused, Err(SignInError::WrongCredentials)), "{refused:?}");
    assert!(house.door.open(ann, PasswordHash::from_stored(String::new()), None).await.unwrap().is_none());
}

#[tokio::test]
async fn what_failed_for_our_reasons_counts_for_nobody() {
    let house = House::new();
    house.member("ann").await;
    let mut door = house.door.clone();
    door.hasher = Hasher::new(Cost::CHEAPEST, 0);
    house.store.close();
    for _ in 0..40 {
        let failed = door.sign_in(LoginName::email("ann@example.org"), PASSWORD, HOME).await;
        assert!(matches!(failed, Err(SignInError::Store(_))), "{failed:?}");
    }
}

#[tokio::test]
async fn without_a_throttle_nobody_waits() {
    let house = House::with(ThrottlePolicy { enabled: false, ..ThrottlePolicy::default() }, Cost::CHEAPEST);
    for _ in 0..40 {
        let refused = by_email(&house, "ann@example.org", "wrong password", HOME).await;
        assert!(matches!(refused, Err(SignInError::WrongCredentials)), "{refused:?}");
    }
    house.clock.advance(Duration::from_secs(1));
}

//! The throttle as a whole: accounts, addresses, and how they bear on each other.

use super::*;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_micros(1_000_000_000_000).plus(Duration::from_secs(seconds))
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// An address of its own for each number.
fn stranger(n: u8) -> IpAddr {
    IpAddr::from([198, 51, 100, n])
}

#[test]
fn thirty_failures_of_one_address_and_then_one_every_twenty_seconds() {
    let throttle = Throttle::new(ThrottlePolicy::default());
    let address = ip("2001:db8::1");
    for n in 0..30 {
        drop(throttle.sign_in(&format!("user {n}"), address, at(0)).unwrap());
    }
    let neighbour = ip("2001:db8::ffff");
    assert_eq!(throttle.sign_in("user 30", neighbour, at(0)).err(), Some(Throttled { retry_after: 20 }));
    assert!(throttle.sign_in("user 30", ip("2001:db8:0:1::1"), at(0)).is_ok(), "the next network is free");
    assert!(throttle.sign_in("user 30", neighbour, at(20)).is_ok());
    assert!(throttle.sign_in("user 31", neighbour, at(20)).is_err());
    for n in 0..30 {
        drop(throttle.sign_in(&format!("user {n}"), address, at(10_000)).unwrap());
    }
}

#[test]
fn success_and_failures_of_ours_are_given_back() {
    let throttle = Throttle::new(ThrottlePolicy::default());
    for _ in 0..100 {
        throttle.sign_in("ann", stranger(1), at(0)).unwrap().succeeded();
        throttle.sign_in("bob", stranger(1), at(0)).unwrap().came_to_nothing();
    }
}

#[test]
fn a_success_does_not_wash_off_the_failures_of_its_address() {
    let throttle = Throttle::new(ThrottlePolicy::default());
    for n in 0..30 {
        throttle.sign_in("the guesser's own", stranger(1), at(0)).unwrap().succeeded();
        drop(throttle.sign_in(&format!("user {n}"), stranger(1), at(0)).unwrap());
    }
    assert!(throttle.sign_in("user 30", stranger(1), at(0)).is_err());
}

#[test]
fn guessers_from_many_addresses_share_the_delay_of_the_account() {
    let throttle = Throttle::new(ThrottlePolicy::default());
    for n in 0..5 {
        drop(throttle.sign_in("ann", stranger(n), at(0)).unwrap());
    }
    assert_eq!(throttle.sign_in("ann", stranger(9), at(0)).err(), Some(Throttled { retry_after: 1 }));
    assert!(throttle.sign_in("bob", stranger(9), at(0)).is_ok());
}

#[test]
fn nobody_is_shut_out_of_where_they_have_signed_in_before() {
    let throttle = Throttle::new(ThrottlePolicy::default());
    let home = ip("192.0.2.1");
    throttle.sign_in("ann", home, at(0)).unwrap().succeeded();
    for second in 0..1000 {
        // Somebody else takes every chance that there is.
        drop(throttle.sign_in("ann", stranger(1), at(second)));
    }
    assert!(throttle.sign_in("ann", stranger(2), at(1000)).is_err());
    for _ in 0..5 {
        drop(throttle.sign_in("ann", home, at(1000)).unwrap());
    }
    let throttled = throttle.sign_in("ann", home, at(1000)).err();
    assert_eq!(throttled, Some(Throttled { retry_after: 1 }), "there the delay is the same, with a count of its own");
}

#[test]
fn sixty_registrations_an_hour_from_one_address() {
    let throttle = Throttle::new(ThrottlePolicy::default());
    for _ in 0..60 {
        throttle.registration(stranger(1), at(0)).unwrap();
    }
    assert_eq!(throttle.registration(stranger(1), at(0)), Err(Throttled { retry_after: 60 }));
    assert_eq!(throttle.registration(stranger(2), at(0)), Ok(()));
    assert_eq!(throttle.registration(stranger(1), at(60)), Ok(()));
}

#[test]
fn a_full_table_forgets_the_oldest_and_goes_on() {
    let policy = ThrottlePolicy { remembered: 2, ..ThrottlePolicy::default() };
    let throttle = Throttle::new(policy);
    for n in 0..200 {
        drop(throttle.sign_in(&format!("user {n}"), stranger(n), at(0)).unwrap());
    }
    let attempt = throttle.sign_in("ann", stranger(201), at(0)).unwrap();
    for n in 0..3 {
        drop(throttle.sign_in(&format!("user {n}"), stranger(n), at(0)).unwrap());
    }
    attempt.succeeded();
}

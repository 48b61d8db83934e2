//! A session whose WebSocket is about to carry it, where nothing goes wrong.

use super::transcript::play;

#[test]
fn an_upgrade_releases_the_poll_and_loses_nothing() {
    play(
        "
        poll > open
        poll > get
        ws   > open
        ws   > 2probe
        ws   < 3probe
        poll < 6
        app  > send a b
        ws   > 5
        ws   < 4a
        ws   < 4b
        app  > send c
        ws   < 4c
    ",
    );
}

#[test]
fn before_the_probe_polls_go_on_as_ever() {
    play(
        "
        poll > open
        ws   > open
        poll > get
        app  > send a
        poll < 4a
        poll > get
        poll > get
        poll < 400 code 3
        poll < 1
        ws   < close 1002
        ws   < end
        session < protocol error
        session < over
    ",
    );
}

#[test]
fn after_the_probe_every_get_is_answered_at_once() {
    play(
        "
        poll > open
        ws   > open
        ws   > 2probe
        ws   < 3probe
        poll > get
        poll < 6
        app  > send a              # held until the upgrade, or taken by a poll
        poll > get
        poll < 4a
        poll > get
        poll < 6
        ws   > 5
    ",
    );
}

#[test]
fn posts_are_taken_all_along() {
    play(
        "
        poll > open
        ws   > open
        post > 4a
        app  < a
        post < ok
        ws   > 2probe
        ws   < 3probe
        post > begin
        post > too large
        post < 413
        post > begin
        ws   > 5
        post > body 4b             # it began in time
        app  < b
        post < ok
        post > 4c
        post < 400 code 3
    ",
    );
}

#[test]
fn no_ping_goes_by_polling_meanwhile() {
    play(
        "
        poll > open
        time > 24s
        ws   > open
        ws   > 2probe
        ws   < 3probe
        time > 2s
        poll > get
        poll < 6
        ws   > 5
        time > 1s
        ws   < 2
        time > 20s
        ws   < close 1000
        ws   < end
        session < ping timeout
        session < over
    ",
    );
}

#[test]
fn a_ping_that_waited_before_the_upgrade_goes_by_websocket() {
    play(
        "
        poll > open
        time > 25s
        ws   > open
        ws   > 2probe
        ws   < 3probe
        poll > get
        poll < 6
        ws   > 5
        ws   < 2
        ws   > 3
        time > 25s
        ws   < 2
    ",
    );
}

#[test]
fn pongs_by_post_count_and_their_absence_too() {
    play(
        "
        poll > open
        poll > get
        time > 25s
        poll < 2
        ws   > open
        post > 3|3
        post < ok
        time > 9s
        ws   > 2probe
        ws   < 3probe
        ws   > 5
        time > 16s
        ws   < 2
    ",
    );
    play(
        "
        poll > open
        poll > get
        time > 25s
        poll < 2
        poll > get
        time > 15s
        ws   > open
        time > 5s
        poll < 1
        ws   < close 1000
        ws   < end
        session < ping timeout
        session < over
    ",
    );
}

#[test]
fn a_noop_that_is_dropped_after_the_upgrade_is_no_loss() {
    play(
        "
        poll > open
        ws   > open
        ws   > 2probe
        ws   < 3probe
        poll > get
        poll < 6
        ws   > 5
        poll > hang up
        ws   > 4a
        app  < a
    ",
    );
}

//! A session whose WebSocket is about to carry it.

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
fn what_ends_a_polling_session_ends_it_with_its_websocket() {
    let ends = [
        ("post > begin\n post > begin\n post < 400 code 3", "protocol error", 1002),
        ("post > 7\n post < ok", "protocol error", 1002),
        ("post > 2\n post < ok", "protocol error", 1002),
        ("post > 1\n post < ok", "client closed", 1000),
        ("poll > get\n poll > hang up", "transport closed", 1000),
        ("post > begin\n post > hang up", "transport closed", 1000),
    ];
    for (lines, reason, code) in ends {
        play(&format!(
            "
            poll > open
            ws   > open
            {lines}
            ws   < close {code}
            ws   < end
            session < {reason}
            session < over
        "
        ));
    }
}

#[test]
fn a_goodbye_by_post_releases_the_get() {
    play(
        "
        poll > open
        poll > get
        ws   > open
        post > 1
        post < ok
        poll < 6
        ws   < close 1000
        ws   < end
        session < client closed
        session < over
    ",
    );
}

#[test]
fn a_second_websocket_is_turned_away_and_the_first_goes_on() {
    play(
        "
        poll > open
        ws   > open
        ws2  > open
        ws2  < close 1000
        ws2  < end
        ws   > 2probe
        ws   < 3probe
        ws   > 5
        app  > send a
        ws   < 4a
    ",
    );
}

#[test]
fn anything_but_the_probe_and_the_upgrade_ends_the_websocket_alone() {
    for word in ["5", "2", "3", "4a", "1", "7", "EMPTY", "3probe", "binary xyz"] {
        play(&format!(
            "
            poll > open
            poll > get
            ws   > open
            ws   > {word}
            ws   < close 1002
            ws   < end
            app  > send a
            poll < 4a
        "
        ));
    }
}

#[test]
fn after_the_probe_anything_but_the_upgrade_ends_the_websocket_alone() {
    for word in ["2probe", "3", "4a", "6"] {
        play(&format!(
            "
            poll > open
            ws   > open
            ws   > 2probe
            ws   < 3probe
            ws   > {word}
            ws   < close 1002
            ws   < end
            poll > get
            app  > send a
            poll < 4a
        "
        ));
    }
}

#[test]
fn a_websocket_that_breaks_off_leaves_polling_as_it_was() {
    play(
        "
        poll > open
        poll > get
        ws   > open
        ws   > hang up
        app  > send a
        poll < 4a
        ws2  > open                # and it may be tried again
        ws2  > 2probe
        ws2  < 3probe
        ws2  > 5
        app  > send b
        ws2  < 4b
    ",
    );
}

#[test]
fn an_upgrade_that_takes_10_seconds_is_given_up() {
    play(
        "
        poll > open
        ws   > open
        ws   > 2probe
        ws   < 3probe
        time > 9999ms
        poll > get
        poll < 6
        time > 1ms
        ws   < close 1000
        ws   < end
        poll > get                 # it waits again
        app  > send a
        poll < 4a
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
fn a_server_that_closes_tells_both_transports() {
    play(
        "
        poll > open
        poll > get
        ws   > open
        app  > close
        poll < 1
        ws   < close 1000
        ws   < end
        session < finished
        session < over
    ",
    );
    play(
        "
        poll > open
        ws   > open
        ws   > 2probe
        ws   < 3probe
        app  > send a
        app  > shut down
        ws   < close 1001
        ws   < end
        session < going away
        poll > get
        poll < 4a|1
        session < over
    ",
    );
}

#[test]
fn a_fault_of_the_probing_websocket_is_its_own() {
    play(
        "
        poll > open
        ws   > open
        ws   > fault too big
        ws   < close 1009
        ws   < end
        post > 4a
        app  < a
        post < ok
    ",
    );
}

#[test]
fn messages_in_an_answer_that_is_dropped_during_the_upgrade_end_the_session() {
    play(
        "
        poll > open
        ws   > open
        ws   > 2probe
        ws   < 3probe
        app  > send a
        poll > get
        poll < 4a
        ws   > 5
        poll > hang up
        ws   < close 1000
        ws   < end
        session < transport closed
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

//! An upgrade that comes to nothing, and what becomes of the session then.

use super::transcript::play;

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

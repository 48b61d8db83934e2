//! A session that a WebSocket carries.

use super::transcript::play;

#[test]
fn it_begins_with_the_open_packet_and_carries_both_ways() {
    play(
        "
        ws   > open
        ws   < open
        ws   > 4a
        app  < a
        ws   > binary xyz
        app  < binary xyz
        app  > send b
        ws   < 4b
        app  > send-binary xyz
        ws   < binary xyz
    ",
    );
}

#[test]
fn polls_and_posts_are_refused() {
    play(
        "
        ws   > open
        ws   < open
        poll > get
        poll < 400 code 3
        post > 4a
        post < 400 code 3
        ws   > 4a                  # and do no harm
        app  < a
    ",
    );
}

#[test]
fn another_websocket_is_turned_away() {
    play(
        "
        ws   > open
        ws   < open
        ws2  > open
        ws2  < close 1000
        ws2  < end
        ws   > 4a
        app  < a
    ",
    );
}

#[test]
fn what_is_no_packet_of_a_client_ends_the_session() {
    for word in ["2probe", "2", "5", "7", "EMPTY", "abc", "0{}", "beHl6", "€abc"] {
        play(&format!(
            "
            ws   > open
            ws   < open
            ws   > {word}
            ws   < close 1002
            ws   < end
            session < protocol error
            session < over
        "
        ));
    }
}

#[test]
fn a_noop_is_ignored() {
    play(
        "
        ws   > open
        ws   < open
        ws   > 6
    ",
    );
}

#[test]
fn a_goodbye_ends_the_session() {
    play(
        "
        ws   > open
        ws   < open
        ws   > 1
        ws   < close 1000
        ws   < end
        session < client closed
        session < over
    ",
    );
}

#[test]
fn a_websocket_that_breaks_off_ends_the_session() {
    play(
        "
        ws   > open
        ws   < open
        ws   > hang up
        session < transport closed
        session < over
    ",
    );
}

#[test]
fn a_fault_ends_the_session_with_its_code() {
    for (fault, code) in [("too big", 1009), ("not UTF-8", 1007), ("protocol error", 1002)] {
        play(&format!(
            "
            ws   > open
            ws   < open
            ws   > fault {fault}
            ws   < close {code}
            ws   < end
            session < {fault}
            session < over
        "
        ));
    }
}

#[test]
fn a_ping_and_its_pong_keep_it_alive() {
    play(
        "
        ws   > open
        ws   < open
        ws   > 3                   # nobody asked: it changes nothing
        time > 25s
        ws   < 2
        time > 19s
        ws   > 3
        ws   > 3
        time > 24999ms
        time > 1ms
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
fn a_server_that_closes_says_so_after_what_is_queued() {
    play(
        "
        ws   > open
        ws   < open
        app  > send a
        ws   < 4a
        app  > close
        ws   < 1
        ws   < close 1000
        ws   < end
        session < finished
        session < over
    ",
    );
}

#[test]
fn a_server_that_goes_away_asks_nobody_to_stay_away() {
    play(
        "
        ws   > open
        ws   < open
        app  > send a
        ws   < 4a
        app  > shut down
        ws   < close 1001
        ws   < end
        session < going away
        session < over
    ",
    );
}

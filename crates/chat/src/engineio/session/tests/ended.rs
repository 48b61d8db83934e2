//! A session that has ended.

use super::transcript::play;

#[test]
fn it_refuses_everything_and_delivers_nothing() {
    play(
        "
        poll > open
        post > 1
        post < ok
        session < client closed
        session < over
        poll > get
        poll < 400 code 1
        post > 4a
        post < 400 code 1
        ws   > open
        ws   < 400 code 1
        app  > send a
        app  < Closed
        poll > hang up             # late words change nothing
        post > hang up
        app  > close
        time > 100s
    ",
    );
}

#[test]
fn a_websocket_is_not_heard_any_more() {
    play(
        "
        poll > open
        ws   > open
        app  > send a
        app  > close
        ws   < close 1000
        ws   < end
        session < finished
        post > 4b
        post < 400 code 1
        time > 5s
        session < over
    ",
    );
}

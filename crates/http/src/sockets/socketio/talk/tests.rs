//! Who is let go, and why: for being nowhere, for asking without end, for not reading the answers.

use futures_util::FutureExt as _;

use super::*;

/// Anybody may be anywhere, and `/` is no reason to stay.
struct Rooms(engineio::Config);

impl Application for Rooms {
    type Guest = ();
    type Member = ();

    fn config(&self) -> &engineio::Config {
        &self.0
    }

    async fn admit(&self, _: &HttpRequest) -> Result<(), Denied> {
        Ok(())
    }

    fn is_same(&self, (): &(), _: &HttpRequest) -> bool {
        true
    }

    fn has(&self, namespace: &str) -> bool {
        namespace != "/nowhere"
    }

    fn keeps(&self, namespace: &str) -> bool {
        namespace != "/"
    }

    async fn connect(&self, (): &(), _: &Socket, _: Option<&RawValue>) -> Result<(), Turned> {
        Ok(())
    }

    async fn event(&self, (): &mut (), _: Event) {}

    async fn left(&self, (): (), _: CloseReason) {}
}

fn talk() -> Talk<Rooms> {
    let service = SocketIo::new(Rooms(engineio::Config::default()), Config::default());
    service.start(&Arc::new(()), &Link::opened())
}

fn says(talk: &mut Talk<Rooms>, text: &str) {
    talk.receive(Message::Text(text.to_owned())).now_or_never().expect("nothing is waited for");
}

#[test]
fn who_is_only_where_nothing_keeps_them_is_let_go() {
    let mut talk = talk();
    let at_first = talk.next_deadline().expect("a time to join something");
    says(&mut talk, "0");
    says(&mut talk, "1");
    says(&mut talk, "0");
    assert_eq!(talk.next_deadline(), Some(at_first), "which gains no time");
    talk.tick(at_first);
    assert_eq!(talk.link.ended(), Some(CloseReason::Finished));
}

#[test]
fn who_joins_something_beside_it_may_stay_until_they_leave() {
    let mut talk = talk();
    says(&mut talk, "0");
    says(&mut talk, "0/a,");
    assert_eq!(talk.next_deadline(), None);
    says(&mut talk, "1/a,");
    let then = talk.next_deadline().expect("a time to come back");
    talk.tick(then);
    assert_eq!(talk.link.ended(), Some(CloseReason::Finished));
}

#[test]
fn who_comes_and_goes_without_end_is_let_go() {
    let mut talk = talk();
    let rounds = (0..100).take_while(|_| {
        says(&mut talk, "0/a,");
        says(&mut talk, "1/a,");
        talk.link.read();
        talk.link.ended().is_none()
    });
    assert!(rounds.count() >= 20);
    assert_eq!(talk.link.ended(), Some(CloseReason::Policy));
}

#[test]
fn who_asks_and_does_not_read_the_answers_is_let_go() {
    for asks in ["0/a,", "0/nowhere,"] {
        let mut talk = talk();
        let frame = [engineio::message(&["unread"])];
        while talk.link.answer(&frame) == engineio::Sent::Queued {}
        says(&mut talk, asks);
        assert_eq!(talk.link.ended(), Some(CloseReason::TooSlow), "{asks}");
    }
}

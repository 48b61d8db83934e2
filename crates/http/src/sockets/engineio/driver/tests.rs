//! What is left of a session when its application fails: nothing.

use gigline_chat::engineio::WsId;

use super::*;
use crate::sockets::engineio::registry::Entry;
use crate::sockets::peer::Message;

/// Panics as soon as it hears something.
struct Faulty {
    _place: Arc<()>,
}

impl Peer for Faulty {
    async fn receive(&mut self, _: Message) {
        panic!("a fault of the application's");
    }
}

#[test]
fn a_session_whose_application_panics_is_over_and_gives_up_its_places() {
    actix_rt::System::new().block_on(async {
        let (registry, sid, link) = (Arc::<Registry<()>>::default(), Sid::generate(), Link::opened());
        registry.insert(&sid, Arc::new(Entry { link: link.clone(), guest: () }));
        let place = Arc::new(());
        let peer = Faulty { _place: Arc::clone(&place) };
        let task = actix_rt::spawn(serve(Arc::clone(&registry), sid, link.clone(), peer));
        link.ws_text(WsId::FIRST, "4hello");
        link.ws_text(WsId::FIRST, &format!("4{}", "x".repeat(70_000)));
        let mut room = std::pin::pin!(link.room());
        assert!(futures_util::poll!(&mut room).is_pending(), "whoever brings more waits");
        assert!(task.await.expect_err("a panic").is_panic());
        assert_eq!((registry.len(), Arc::strong_count(&place)), (0, 1));
        assert!(futures_util::poll!(&mut room).is_ready(), "nobody waits for what is not listened to any more");
        assert_eq!(link.ended(), Some(CloseReason::GoingAway));
        assert_eq!(link.read().last(), Some(&CloseReason::GoingAway.frame().into_bytes()), "and its client is told");
    });
}

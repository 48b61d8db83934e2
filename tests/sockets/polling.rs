//! Engine.IO by long-polling, as a client does it by hand.

use gigline_testkit::{Answer, Client};

/// What opens a session.
pub(crate) const OPEN: &str = "/socket.io/?EIO=4&transport=polling";

/// A session that polls.
pub(crate) struct Polling {
    client: Client,
    pub(crate) sid: String,
}

impl Polling {
    pub(crate) async fn open(client: &Client) -> Self {
        let opened = client.get(OPEN).await.expect(200);
        let handshake = text(&opened);
        let handshake: serde_json::Value = serde_json::from_str(handshake.strip_prefix('0').unwrap()).unwrap();
        Self { client: client.clone(), sid: handshake["sid"].as_str().unwrap().to_owned() }
    }

    /// Joins the namespace of the chats, with what the handshake came with, and reads that it did.
    pub(crate) async fn joined(client: &Client) -> Self {
        let session = Self::open(client).await;
        session.post("40/api/chat/,").await;
        assert!(session.packets(1).await[0].starts_with(r#"40/api/chat/,{"sid":""#));
        session
    }

    pub(crate) fn path(&self) -> String {
        format!("{OPEN}&sid={}", self.sid)
    }

    pub(crate) fn socket_path(&self) -> String {
        format!("/socket.io/?EIO=4&transport=websocket&sid={}", self.sid)
    }

    pub(crate) async fn get(&self) -> Answer {
        self.client.get(&self.path()).await
    }

    /// Sends packets that are taken.
    pub(crate) async fn post(&self, packets: &str) {
        let taken = self.try_post(packets).await.expect(200);
        assert_eq!(text(&taken), "ok");
    }

    pub(crate) async fn try_post(&self, packets: &str) -> Answer {
        self.client.post_raw(&self.path(), packets).await
    }

    /// At least so many packets, over as many polls as it takes.
    pub(crate) async fn packets(&self, count: usize) -> Vec<String> {
        let mut packets = Vec::new();
        while packets.len() < count {
            let answer = text(&self.get().await.expect(200));
            packets.extend(answer.split('\u{1e}').map(ToOwned::to_owned));
        }
        packets
    }

    /// The next packet that begins so; others are passed by.
    pub(crate) async fn packet_that_begins(&self, start: &str) -> String {
        loop {
            if let Some(found) = self.packets(1).await.into_iter().find(|packet| packet.starts_with(start)) {
                return found;
            }
        }
    }
}

pub(crate) fn text(answer: &Answer) -> String {
    String::from_utf8(answer.body.clone()).unwrap()
}

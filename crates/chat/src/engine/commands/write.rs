//! Commands that write. What follows from them reaches the sockets through the log, like everybody's writes.

use std::sync::Arc;

use gigline_domain::{ChatId, ClientId, MessageText, Seq, UserId};
use gigline_persistence::{StoreError, StoreResult, WriteTx, chats, messages};
use serde::Serialize;

use super::super::Event;
use super::super::refusal::{Ack, Refusal};
use super::super::shared::Shared;
use super::super::socket::Socket;
use super::Target;
use crate::wire::{ChatBody, Time};

impl Shared {
    pub(super) async fn open_chat(&self, socket: &Arc<Socket>, with: UserId) -> Result<Ack, Refusal> {
        #[derive(Serialize)]
        struct Chat<'a> {
            chat: &'a ChatBody,
            new: bool,
        }
        let (me, now) = (socket.user, self.clock.now());
        let opened = self.write(move |tx| chats::open_direct(tx, me, with, now)).await?;
        let (chat, new) = (ChatBody::from(opened.chat), opened.new);
        if !new {
            // The log tells of new ones only; a new one comes to all sockets of both.
            self.then(socket, socket.answer(&Event::new("chat_created", &chat)));
        }
        Ok(Ack::done(&Chat { chat: &chat, new }))
    }

    pub(super) async fn say(
        &self,
        me: UserId,
        target: Target,
        text: MessageText,
        client_id: Option<ClientId>,
    ) -> Result<Ack, Refusal> {
        #[derive(Serialize)]
        struct Sent {
            id: i64,
            chat_id: i64,
            seq: i64,
            time: Time,
            client_id: Option<String>,
        }
        let now = self.clock.now();
        let sent = self.write(move |tx| {
            let chat = target.find(tx, me)?;
            messages::append(tx, chat, me, &text, client_id.as_ref(), now)
        });
        let message = sent.await?.message;
        let (id, chat_id, seq) = (message.id.get(), message.chat_id.get(), message.seq.get());
        Ok(Ack::done(&Sent { id, chat_id, seq, time: Time(message.at), client_id: message.client_id }))
    }

    pub(super) async fn mark_read(&self, me: UserId, chat: ChatId, seq: Seq) -> Result<Ack, Refusal> {
        #[derive(Serialize)]
        struct Read {
            chat_id: i64,
            read_seq: i64,
        }
        let now = self.clock.now();
        let read = self.write(move |tx| messages::mark_read(tx, chat, me, seq, now)).await?;
        Ok(Ack::done(&Read { chat_id: chat.get(), read_seq: read.get() }))
    }

    async fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut WriteTx<'_>) -> StoreResult<T> + Send + 'static,
    ) -> Result<T, Refusal> {
        Ok(self.store.write::<T, StoreError, _>(f).await?)
    }
}

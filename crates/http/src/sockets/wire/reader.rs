//! What a client says on a WebSocket, message by message. A frame is measured by its header before it is buffered, so
//! nobody is given more room than a message may have.

use actix_http::ws::{Codec, Frame as Raw, Item, ProtocolError};
use actix_web::error::PayloadError;
use actix_web::web::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use gigline_chat::{CloseReason, declared_len};
use tokio_util::codec::Decoder as _;

/// The longest header of a frame with a mask.
const LONGEST_HEADER: usize = 14;
/// How much room an empty buffer keeps.
const KEPT: usize = 8 * 1024;
/// In how many frames one message may come: a message of a thousand empty frames is no message.
const MOST_FRAGMENTS: usize = 1024;

/// One whole message, or a control frame.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Message {
    Text(String),
    Binary(Bytes),
    Ping(Bytes),
    Pong,
    /// The client closes.
    Close,
}

/// Reads messages from the body of an upgraded request.
pub(crate) struct Reader<S> {
    body: S,
    buffer: BytesMut,
    codec: Codec,
    limit: usize,
    pieces: Option<Pieces>,
    received: u64,
}

/// A message that comes in several frames.
struct Pieces {
    text: bool,
    data: BytesMut,
    count: usize,
}

impl<S: Stream<Item = Result<Bytes, PayloadError>> + Unpin> Reader<S> {
    /// Takes messages of up to `limit` bytes.
    pub(crate) fn new(body: S, limit: usize) -> Self {
        Self { body, buffer: BytesMut::new(), codec: Codec::new().max_size(limit), limit, pieces: None, received: 0 }
    }

    /// How often something has come, be it a part of a message.
    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    /// The next message. Nothing is lost when the future is dropped before it is ready. Errors: why the connection is to be closed; after one nothing more may be read.
    pub(crate) async fn next(&mut self) -> Result<Message, CloseReason> {
        loop {
            self.measure()?;
            if let Some(frame) = self.codec.decode(&mut self.buffer).map_err(|error| fault(&error))? {
                if let Some(message) = self.take(frame)? {
                    return Ok(message);
                }
                continue;
            }
            self.let_go();
            match self.body.next().await {
                Some(Ok(chunk)) => {
                    self.received = self.received.saturating_add(1);
                    self.buffer.extend_from_slice(&chunk);
                }
                Some(Err(_)) | None => return Err(CloseReason::TransportClosed),
            }
        }
    }

    /// Lets the rest of what comes pass by, until the connection ends.
    pub(crate) async fn skip(&mut self) {
        self.buffer = BytesMut::new();
        while let Some(Ok(_)) = self.body.next().await {}
    }

    /// Gives back the room of a large message, which the buffer would else keep for as long as the connection lasts.
    fn let_go(&mut self) {
        if self.buffer.is_empty() && self.buffer.capacity() > KEPT {
            self.buffer = BytesMut::new();
        }
    }

    /// Refuses a frame that says that it is too large.
    fn measure(&self) -> Result<(), CloseReason> {
        let allowed = self.limit.saturating_sub(self.pieces.as_ref().map_or(0, |pieces| pieces.data.len()));
        let head = self.buffer.get(..LONGEST_HEADER).unwrap_or(&self.buffer);
        match declared_len(head).map(usize::try_from) {
            Some(Ok(length)) if length <= allowed => Ok(()),
            // A control frame between two pieces of a long message has its own, small bound.
            Some(Ok(length)) if head.first().is_some_and(|first| first & 0x08 != 0) && length <= 125 => Ok(()),
            None => Ok(()),
            Some(_) => Err(CloseReason::TooBig),
        }
    }

    fn take(&mut self, frame: Raw) -> Result<Option<Message>, CloseReason> {
        Ok(match frame {
            Raw::Text(data) => Some(text(&data)?),
            Raw::Binary(data) => Some(Message::Binary(data)),
            Raw::Ping(data) => Some(Message::Ping(data)),
            Raw::Pong(_) => Some(Message::Pong),
            Raw::Close(_) => Some(Message::Close),
            Raw::Continuation(Item::FirstText(data)) => self.begin(true, &data),
            Raw::Continuation(Item::FirstBinary(data)) => self.begin(false, &data),
            Raw::Continuation(Item::Continue(data)) => {
                self.add(&data)?;
                None
            }
            Raw::Continuation(Item::Last(data)) => {
                self.add(&data)?;
                self.pieces.take().map(Pieces::join).transpose()?
            }
        })
    }

    fn begin(&mut self, text: bool, data: &[u8]) -> Option<Message> {
        self.pieces = Some(Pieces { text, data: BytesMut::from(data), count: 1 });
        None
    }

    fn add(&mut self, data: &[u8]) -> Result<(), CloseReason> {
        let pieces = self.pieces.as_mut().ok_or(CloseReason::Protocol)?;
        pieces.count += 1;
        if pieces.count > MOST_FRAGMENTS {
            return Err(CloseReason::Policy);
        }
        pieces.data.extend_from_slice(data);
        Ok(())
    }
}

impl Pieces {
    fn join(self) -> Result<Message, CloseReason> {
        if self.text { text(&self.data) } else { Ok(Message::Binary(self.data.freeze())) }
    }
}

fn text(data: &[u8]) -> Result<Message, CloseReason> {
    let text = std::str::from_utf8(data).map_err(|_| CloseReason::NotUtf8)?;
    Ok(Message::Text(text.to_owned()))
}

fn fault(error: &ProtocolError) -> CloseReason {
    match error {
        ProtocolError::Overflow => CloseReason::TooBig,
        _ => CloseReason::Protocol,
    }
}

#[cfg(test)]
mod tests;

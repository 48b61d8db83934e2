//! What ends a connection: each is a thing that no sound client does.

use thiserror::Error;

/// The client broke the protocol, or used up what it was given: close the engine beneath.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum Violation {
    /// No type at all, an unknown one, or one that only servers send.
    #[error("a packet of a type that clients do not send")]
    Type,
    /// The namespace is longer than [`MAX_NAMESPACE`](super::MAX_NAMESPACE).
    #[error("a namespace that is too long")]
    Namespace,
    /// The ack id is longer than [`MAX_ID_DIGITS`](super::MAX_ID_DIGITS).
    #[error("an ack id that is too long")]
    Id,
    /// The payload is not JSON of the form that the type asks for.
    #[error("a payload that does not fit the type")]
    Payload,
    /// The number of attachments is missing or above [`MAX_ATTACHMENTS`](super::MAX_ATTACHMENTS), or a placeholder
    /// points beyond it.
    #[error("attachments that are not counted right, or too many")]
    Attachments,
    /// The attachments of one packet are larger together than allowed.
    #[error("attachments that are too large")]
    TooLarge,
    /// Binary data that no packet announced.
    #[error("binary data that no packet announced")]
    Unannounced,
    /// Text before the attachments of the packet before it were complete.
    #[error("text among attachments")]
    Interleaved,
    /// The attachments did not come in time.
    #[error("attachments that did not come")]
    Unfinished,
    /// A packet for a namespace that was not joined.
    #[error("a packet for a namespace that was not joined")]
    NotJoined,
    /// CONNECT for a namespace that was joined, or is being decided on.
    #[error("a second CONNECT for the same namespace")]
    JoinedTwice,
    /// More namespaces at a time than [`MAX_NAMESPACES`](super::MAX_NAMESPACES).
    #[error("too many namespaces")]
    TooManyNamespaces,
    /// More CONNECTs in a short time than [`Config::max_connects`](super::Config::max_connects).
    #[error("too many CONNECTs")]
    TooManyConnects,
    /// In no namespace that keeps the connection for too long.
    #[error("no namespace joined in time")]
    Idle,
}

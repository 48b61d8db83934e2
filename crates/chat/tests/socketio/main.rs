//! Socket.IO as clients meet it: what is accepted, what is answered byte by byte, what ends a connection.
#![cfg(test)]

mod acks;
mod attachments;
mod namespaces;
mod oracle;
mod parties;
mod properties;
mod verdicts;

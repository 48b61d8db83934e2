//! The routes' handlers: extract, parse, one call, answer.

pub(crate) mod accounts;
pub(crate) mod assets;
pub(crate) mod chats;
pub(crate) mod document;
pub(crate) mod entry;
pub(crate) mod events;
pub(crate) mod files;
pub(crate) mod health;
pub(crate) mod hiring;
pub(crate) mod jobs;
pub(crate) mod messages;
pub(crate) mod polls;
pub(crate) mod ratings;
pub(crate) mod rooms;
pub(crate) mod socketio;
pub(crate) mod users;

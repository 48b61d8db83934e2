//! Connections that stay, as clients meet them: Engine.IO and Socket.IO by polling and by WebSocket, and the plain
//! WebSocket, on a started server.
#![cfg(test)]

mod doors;
mod ending;
mod engineio;
mod plain;
mod polling;
mod raw;
mod socketio;
mod upgrading;

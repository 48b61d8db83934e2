//! Connections that stay, as clients meet them: Engine.IO and Socket.IO by polling and by WebSocket, and the plain
//! WebSocket, on a started server.
#![cfg(test)]

mod behind;
mod clients;
mod crowd;
mod doors;
mod ending;
mod engineio;
mod ios;
mod lines;
mod plain;
mod polling;
mod promises;
mod raw;
mod socketio;
mod streams;
mod upgrading;

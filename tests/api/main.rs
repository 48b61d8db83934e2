//! The API as clients meet it: every test on a started server, on both databases.
#![cfg(test)]

mod accounts;
mod chats;
mod conventions;
mod cross_site;
mod document;
mod erasing;
mod hiring;
mod jobs;
mod listings;
mod mirror;
mod page;
mod paging;
mod permissions;
mod pictures;
mod place;
mod polls;
mod postings;
mod ratings;
mod readme;
mod rooms;
mod search;
mod sessions;
mod support;
mod throttling;
mod users;

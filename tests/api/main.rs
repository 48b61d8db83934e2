//! The API as clients meet it: every test on a started server, on both databases.

mod accounts;
mod cross_site;
mod jobs;
mod permissions;
mod pictures;
mod sessions;
mod support;
mod throttling;

//! The API as clients meet it: every test on a started server, on both databases.

mod jobs;

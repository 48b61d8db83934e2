DROP TABLE search_words;
DROP TABLE job_words;
DROP TABLE doomed_blobs;
DROP TABLE assets;
DROP TABLE ratings;
DROP TABLE applications;
DROP TABLE jobs;
DROP TABLE users;
-- The extension stays: others may use it, and it may have been there before.

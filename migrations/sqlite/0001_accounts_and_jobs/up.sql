-- Times are microseconds since 1970 in UTC. Keys (`*_key`) are the folded form that uniqueness goes by.

CREATE TABLE users (
    id            INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id < 1000000000),
    email         TEXT,
    email_key     TEXT UNIQUE,
    username      TEXT    NOT NULL,
    username_key  TEXT    NOT NULL UNIQUE,
    first         TEXT    NOT NULL CHECK (first <> ''),
    last          TEXT    NOT NULL CHECK (last <> ''),
    phone         TEXT    NOT NULL,
    phone_digits  BIGINT  NOT NULL,
    password_hash TEXT    NOT NULL,
    role          TEXT    NOT NULL CHECK (role IN ('member', 'admin')),
    created_at    BIGINT  NOT NULL
);

CREATE TABLE jobs (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    poster_id       BIGINT REFERENCES users (id) ON DELETE SET NULL,
    receiver_id     BIGINT REFERENCES users (id) ON DELETE SET NULL,
    status          TEXT   NOT NULL CHECK (status IN ('open', 'taken', 'done')),
    title           TEXT   NOT NULL,
    description     TEXT   NOT NULL,
    location        TEXT   NOT NULL,
    date_activity   TEXT   NOT NULL,
    duration        BIGINT NOT NULL CHECK (duration >= 0),
    reward          TEXT   NOT NULL,
    category        TEXT   NOT NULL,
    longitude       DOUBLE NOT NULL,
    latitude        DOUBLE NOT NULL,
    relevant_skills TEXT   NOT NULL,
    other_notes     TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    CHECK (status <> 'open' OR receiver_id IS NULL)
);
CREATE INDEX jobs_poster ON jobs (poster_id, id);
CREATE INDEX jobs_receiver ON jobs (receiver_id, id);
CREATE INDEX jobs_category ON jobs (category, id);
CREATE INDEX jobs_status ON jobs (status, id);
CREATE INDEX jobs_place ON jobs (latitude, longitude, id) WHERE latitude <> 0 OR longitude <> 0;

CREATE TABLE applications (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id     BIGINT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX applications_once ON applications (job_id, user_id);
CREATE INDEX applications_user ON applications (user_id, id);

-- Rating ids lie above every user id, so that one path segment can name either.
-- `job_key` is the job's id for good (0: no job), where `job_id` is emptied when the job goes.
CREATE TABLE ratings (
    id          INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 1000000000),
    author_id   BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    subject_id  BIGINT REFERENCES users (id) ON DELETE SET NULL,
    job_id      BIGINT REFERENCES jobs (id) ON DELETE SET NULL,
    job_key     BIGINT NOT NULL,
    rate        BIGINT NOT NULL CHECK (rate BETWEEN 0 AND 5),
    description TEXT   NOT NULL,
    verified    BOOLEAN NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL
);
CREATE UNIQUE INDEX ratings_once ON ratings (author_id, subject_id, job_key);
CREATE INDEX ratings_author ON ratings (author_id, id);
CREATE INDEX ratings_subject ON ratings (subject_id, id);
CREATE INDEX ratings_job ON ratings (job_id);
INSERT INTO sqlite_sequence (name, seq) VALUES ('ratings', 1000000000);

CREATE TABLE assets (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id        BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    job_id         BIGINT REFERENCES jobs (id) ON DELETE CASCADE,
    blob           TEXT   NOT NULL UNIQUE,
    thumbnail_blob TEXT   NOT NULL UNIQUE,
    width          BIGINT NOT NULL,
    height         BIGINT NOT NULL,
    created_at     BIGINT NOT NULL
);
CREATE INDEX assets_user ON assets (user_id, id);
CREATE INDEX assets_job ON assets (job_id, id);

-- Files whose row is gone, written in the transaction that removed the row; the sweep deletes them.
CREATE TABLE doomed_blobs (
    name  TEXT   NOT NULL PRIMARY KEY,
    since BIGINT NOT NULL
);

-- The search index: words are folded before they come here, so the tokenizer has nothing left to decide. The one
-- called ascii takes every character beyond ASCII for a letter; the others know only the letters of some Unicode. Each
-- word has a letter before it that tells where it stands: t the title, g skills and category, b description and location.
CREATE VIRTUAL TABLE job_words USING fts5 (
    words,
    content = '', contentless_delete = 1, tokenize = 'ascii', detail = none
);
-- The words in the index, to find those that begin with another.
CREATE VIRTUAL TABLE job_terms USING fts5vocab (job_words, row);
-- Every word that was ever indexed, to find what a misspelt one may have meant.
CREATE TABLE search_words (
    id   INTEGER PRIMARY KEY,
    word TEXT NOT NULL UNIQUE
);
CREATE VIRTUAL TABLE search_word_trigrams USING fts5 (
    word,
    tokenize = 'trigram'
);

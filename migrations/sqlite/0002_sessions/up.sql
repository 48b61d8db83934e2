-- One login is one family of sessions: every pair of tokens that grew from one sign-in. `expires_at` is its last token's.
CREATE TABLE logins (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX logins_user ON logins (user_id, id);
CREATE INDEX logins_expiry ON logins (expires_at);

-- Tokens are known by the SHA-256 of their text alone.
CREATE TABLE sessions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    login_id     BIGINT NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    token_digest BLOB NOT NULL UNIQUE CHECK (length(token_digest) = 32),
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);
CREATE INDEX sessions_login ON sessions (login_id, id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- A used one stays until it expires, so that its second use can be told from a token that never was.
-- `session_id` is no reference: the session may go first, and its number is never given to another.
CREATE TABLE update_tokens (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    login_id     BIGINT NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    session_id   BIGINT NOT NULL,
    token_digest BLOB NOT NULL UNIQUE CHECK (length(token_digest) = 32),
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    used_at      BIGINT
);
CREATE INDEX update_tokens_login ON update_tokens (login_id, id);
CREATE INDEX update_tokens_expiry ON update_tokens (expires_at);

-- Without a `status` the first request with this key is still running.
CREATE TABLE idempotency_keys (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id     BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key         TEXT   NOT NULL,
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
    created_at  BIGINT NOT NULL,
    status      BIGINT,
    headers     TEXT   NOT NULL,
    body        BLOB NOT NULL,
    UNIQUE (user_id, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

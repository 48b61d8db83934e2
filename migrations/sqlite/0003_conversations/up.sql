-- One row, from which each event takes its number (eid). It is held until the commit, so the numbers are in the order of
-- the commits, and a write that is undone gives its number back: there is no gap.
CREATE TABLE event_clock (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    last BIGINT NOT NULL
);
INSERT INTO event_clock (id, last) VALUES (1, 0);

-- A direct chat has the lower user id in `lo_user`, so that there is one for two people whoever opens it. Either is
-- emptied when the account goes. `last_seq` counts the messages and gives each its number.
CREATE TABLE chats (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    kind       TEXT   NOT NULL CHECK (kind IN ('direct', 'room')),
    lo_user    BIGINT REFERENCES users (id) ON DELETE SET NULL,
    hi_user    BIGINT REFERENCES users (id) ON DELETE SET NULL,
    admin_id   BIGINT REFERENCES users (id) ON DELETE SET NULL,
    last_seq   BIGINT NOT NULL CHECK (last_seq >= 0),
    last_at    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    CHECK (lo_user < hi_user),
    CHECK (kind = 'direct' OR (lo_user IS NULL AND hi_user IS NULL))
);
CREATE UNIQUE INDEX chats_pair ON chats (lo_user, hi_user) WHERE lo_user IS NOT NULL;
CREATE INDEX chats_hi ON chats (hi_user) WHERE hi_user IS NOT NULL;
CREATE INDEX chats_admin ON chats (admin_id) WHERE admin_id IS NOT NULL;

CREATE TABLE participants (
    chat_id   BIGINT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    user_id   BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    read_seq  BIGINT NOT NULL CHECK (read_seq >= 0),
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (chat_id, user_id)
) WITHOUT ROWID;
CREATE INDEX participants_user ON participants (user_id, chat_id);

-- A message's id is the number of its event. One that was deleted, or whose sender is erased, keeps its row and number
-- without the text.
CREATE TABLE messages (
    id         INTEGER PRIMARY KEY,
    chat_id    BIGINT  NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    seq        BIGINT  NOT NULL CHECK (seq > 0),
    sender_id  BIGINT  REFERENCES users (id) ON DELETE SET NULL,
    client_id  TEXT,
    text       TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    deleted    BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX messages_seq ON messages (chat_id, seq);
CREATE UNIQUE INDEX messages_once ON messages (chat_id, sender_id, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX messages_sender ON messages (sender_id, id);

-- Every event but a message sent. What it speaks of may be gone, so it refers to nothing. `number` and `payload` mean what
-- the kind says; old ones are deleted.
CREATE TABLE notices (
    eid        INTEGER PRIMARY KEY,
    kind       TEXT   NOT NULL,
    chat_id    BIGINT,
    user_id    BIGINT,
    number     BIGINT NOT NULL,
    payload    TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);

//! The tables as diesel sees them: the same on SQLite and on PostgreSQL.

diesel::table! {
    users (id) {
        id -> BigInt,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        username -> Text,
        username_key -> Text,
        first -> Text,
        last -> Text,
        phone -> Text,
        phone_digits -> BigInt,
        password_hash -> Text,
        role -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    jobs (id) {
        id -> BigInt,
        poster_id -> Nullable<BigInt>,
        receiver_id -> Nullable<BigInt>,
        status -> Text,
        title -> Text,
        description -> Text,
        location -> Text,
        date_activity -> Text,
        duration -> BigInt,
        reward -> Text,
        category -> Text,
        longitude -> Double,
        latitude -> Double,
        relevant_skills -> Text,
        other_notes -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    applications (id) {
        id -> BigInt,
        job_id -> BigInt,
        user_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    ratings (id) {
        id -> BigInt,
        author_id -> BigInt,
        subject_id -> Nullable<BigInt>,
        job_id -> Nullable<BigInt>,
        job_key -> BigInt,
        rate -> BigInt,
        description -> Text,
        verified -> Bool,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    assets (id) {
        id -> BigInt,
        user_id -> BigInt,
        job_id -> Nullable<BigInt>,
        blob -> Text,
        thumbnail_blob -> Text,
        width -> BigInt,
        height -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    doomed_blobs (name) {
        name -> Text,
        since -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(users, jobs, applications, ratings, assets);

diesel::table! {
    /// On SQLite alone; a full-text table whose row ids are job ids.
    job_words (rowid) {
        rowid -> BigInt,
        words -> Text,
    }
}

diesel::table! {
    search_words (id) {
        id -> BigInt,
        word -> Text,
    }
}

diesel::table! {
    /// On SQLite alone; row ids are those of `search_words`.
    search_word_trigrams (rowid) {
        rowid -> BigInt,
        word -> Text,
    }
}

diesel::table! {
    logins (id) {
        id -> BigInt,
        user_id -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        login_id -> BigInt,
        token_digest -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    update_tokens (id) {
        id -> BigInt,
        login_id -> BigInt,
        session_id -> BigInt,
        token_digest -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    idempotency_keys (id) {
        id -> BigInt,
        user_id -> BigInt,
        key -> Text,
        fingerprint -> Binary,
        created_at -> BigInt,
        status -> Nullable<BigInt>,
        headers -> Text,
        body -> Binary,
    }
}

diesel::joinable!(logins -> users (user_id));
diesel::joinable!(sessions -> logins (login_id));
diesel::allow_tables_to_appear_in_same_query!(logins, sessions, update_tokens, users);

diesel::table! {
    /// One row: the number of the newest event.
    event_clock (id) {
        id -> BigInt,
        last -> BigInt,
    }
}

diesel::table! {
    chats (id) {
        id -> BigInt,
        kind -> Text,
        lo_user -> Nullable<BigInt>,
        hi_user -> Nullable<BigInt>,
        admin_id -> Nullable<BigInt>,
        last_seq -> BigInt,
        last_at -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    participants (chat_id, user_id) {
        chat_id -> BigInt,
        user_id -> BigInt,
        read_seq -> BigInt,
        joined_at -> BigInt,
    }
}

diesel::table! {
    messages (id) {
        id -> BigInt,
        chat_id -> BigInt,
        seq -> BigInt,
        sender_id -> Nullable<BigInt>,
        client_id -> Nullable<Text>,
        text -> Text,
        created_at -> BigInt,
        deleted -> Bool,
    }
}

diesel::table! {
    notices (eid) {
        eid -> BigInt,
        kind -> Text,
        chat_id -> Nullable<BigInt>,
        user_id -> Nullable<BigInt>,
        number -> BigInt,
        payload -> Text,
        created_at -> BigInt,
    }
}

diesel::joinable!(participants -> chats (chat_id));
diesel::joinable!(participants -> users (user_id));
diesel::joinable!(messages -> chats (chat_id));
diesel::allow_tables_to_appear_in_same_query!(chats, participants, messages, notices, users);

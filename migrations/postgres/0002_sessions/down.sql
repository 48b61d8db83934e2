DROP TABLE idempotency_keys;
DROP TABLE update_tokens;
DROP TABLE sessions;
DROP TABLE logins;

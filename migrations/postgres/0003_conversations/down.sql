DROP TABLE notices;
DROP TABLE messages;
DROP TABLE participants;
DROP TABLE chats;
DROP TABLE event_clock;

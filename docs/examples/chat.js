// Two people's chat in a terminal, on Socket.IO: shows what is said, and says each line that it reads.
//
//   npm install socket.io-client
//   node chat.js http://127.0.0.1:8000 SESSION_TOKEN MY_ID THEIR_ID

const { randomUUID } = require("node:crypto");
const { createInterface } = require("node:readline");
const { io } = require("socket.io-client");

const [url, token, me, other] = process.argv.slice(2);
const socket = io(`${url}/api/chat/`, { auth: { token } });

let chat = null; // the chat's id
let upTo = null; // everything up to this message has been shown
let newest = 0; // the newest message that is known to be there
let asked = false;
const early = new Map(); // messages beyond a hole, by their number

// ---- Keeping exactly the log ----

function take(messages, lastSeq) {
  newest = Math.max(newest, lastSeq);
  for (const message of messages) {
    if (upTo === null || message.seq > upTo) early.set(message.seq, message);
  }
  if (upTo === null) return;
  for (let next; (next = early.get(upTo + 1)); ) {
    early.delete(next.seq);
    upTo = next.seq;
    show(next);
  }
  if (upTo < newest) ask();
  leaveIfDone();
}

function ask() {
  if (asked || chat === null) return;
  asked = true;
  socket.emit("join", upTo === null ? { chat_id: chat } : { chat_id: chat, after: upTo });
}

socket.on("connect", () => {
  asked = false;
  socket.emit("new_chat", { sender_id: Number(me), receiver_id: Number(other) }, (ack) => {
    if (!ack.ok) return leave(ack.message);
    chat = ack.chat.id;
    ask();
    send();
  });
});

socket.on("past_history", (page) => {
  if (page.chat_id !== chat) return;
  asked = false;
  upTo ??= page.chat.length > 0 ? page.chat[0].seq - 1 : page.last_seq;
  take(page.chat, page.last_seq);
});

socket.on("private_message", (message) => {
  if (message.chat_id === chat) take([message], message.seq);
});

function show(message) {
  const text = message.message || "(deleted)";
  console.log(`${message.seq} ${message.sender_id === Number(me) ? "me" : "them"}: ${text}`);
}

// ---- Saying everything once ----

const unsent = [];
let sending = false;
let lastSaid = 0;
let ended = false; // there are no more lines

function send() {
  if (sending || unsent.length === 0 || chat === null || !socket.connected) return;
  sending = true;
  socket.timeout(10_000).emit("private_message", { chat_id: chat, ...unsent[0] }, (lost, ack) => {
    sending = false;
    const later = lost || ["too_many_requests", "busy", "internal"].includes(ack.code);
    if (later) return setTimeout(send, 1000); // the same client_id again: it is said once
    unsent.shift();
    if (ack.ok) lastSaid = ack.seq;
    else console.error(`not sent: ${ack.message}`);
    send();
    leaveIfDone();
  });
}

createInterface({ input: process.stdin })
  .on("line", (line) => {
    if (line.trim() === "") return;
    unsent.push({ msg: line, client_id: randomUUID() });
    send();
  })
  .on("close", () => {
    ended = true;
    leaveIfDone();
  });

function leaveIfDone() {
  if (ended && unsent.length === 0 && upTo !== null && upTo >= lastSaid) leave();
}

// ---- Being shown out ----

socket.on("failure", (failure) => {
  if (failure.code === "unauthorized") return leave(failure.message);
  if (failure.event === "join") setTimeout(() => ((asked = false), ask()), 1000);
});

socket.on("connect_error", (error) => {
  // Without data it is the network, and the client tries again by itself.
  if (error.data) leave(error.message);
});

socket.on("disconnect", (reason) => console.error(`disconnected: ${reason}`));

function leave(why) {
  if (why) console.error(why);
  process.exit(why ? 1 : 0);
}

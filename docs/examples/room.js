// A room in a terminal, by long-poll, with nothing but HTTP: shows what is said, and says each line that it reads.
//
//   node room.js http://127.0.0.1:8000 SESSION_TOKEN ROOM_ID

const { randomUUID } = require("node:crypto");
const { createInterface } = require("node:readline");
const { setTimeout: sleep } = require("node:timers/promises");

const [url, token, room] = process.argv.slice(2);
const session = { Authorization: `Bearer ${token}` };

let upTo = 0; // everything up to this message has been shown

async function listen() {
  for (let pause = 1000; ; ) {
    const poll = `${url}/message/longpoll/?chatroomid=${room}&after=${upTo}`;
    const answer = await fetch(poll, { headers: session }).catch(() => null);
    if (answer?.ok) {
      pause = 1000;
      show(await answer.json().catch(() => []));
      continue;
    }
    const { code, message } = (await answer?.json().catch(() => null)) ?? {};
    if (code === "unauthorized" || code === "not_in_room") return leave(message);
    // No server, or one that is going: not all at once, where many have lost theirs.
    await sleep(pause * (0.5 + Math.random()));
    pause = Math.min(2 * pause, 30_000);
  }
}

function show(messages) {
  for (const { seq, username, message } of messages) {
    if (seq <= upTo) continue;
    upTo = seq;
    console.log(`${seq} ${username}: ${message}`);
  }
}

async function say(message) {
  const headers = { ...session, "Content-Type": "application/json", "Idempotency-Key": randomUUID() };
  const body = JSON.stringify({ chatroomid: Number(room), message });
  for (;;) {
    const answer = await fetch(`${url}/message/sendMessage/`, { method: "POST", headers, body }).catch(() => null);
    if (answer?.ok) return;
    const { code, message: fault } = (await answer?.json().catch(() => null)) ?? {};
    const later = !answer || ["busy", "internal", "idempotency_key_running"].includes(code);
    if (!later) return console.error(`not said: ${fault}`);
    await sleep(1000); // the same key again: it is said once
  }
}

function leave(why) {
  console.error(why);
  process.exit(1);
}

async function speak() {
  for await (const line of createInterface({ input: process.stdin })) if (line.trim() !== "") await say(line);
}

listen();
speak();

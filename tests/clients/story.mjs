// Conversations through a stock client for JavaScript, as its users write them. The only argument says with which
// client, over which transports, and who talks; the process fails at the first thing that is not as it should be.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const { kit, client, url, transports, pairs } = JSON.parse(process.argv[2]);
const { io } = createRequire(`${kit}/package.json`)(client);

const WITHIN = 20_000;

/** What is bound to come, or a failure that names it. */
function soon(what, promise) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error(`in vain: ${what}`)), WITHIN).unref());
  return Promise.race([promise, late]);
}

/** The three places where a session may be shown. */
function shown(by, token) {
  return {
    token: { auth: { token } },
    header: { extraHeaders: { Authorization: `Bearer ${token}` } },
    cookie: { extraHeaders: { Cookie: `session=${token}` } },
  }[by];
}

/** Somebody with a socket, and what they have heard and not yet listened to. */
class Person {
  heard = [];
  waiting = [];

  constructor(session) {
    this.socket = io(`${url}/api/chat/`, { transports, forceNew: true, reconnectionDelay: 10, ...session });
    this.socket.onAny((name, data) => this.hear(name, data));
    this.socket.on("connect_error", (error) => this.hear("connect_error", error));
  }

  hear(name, data) {
    const at = this.waiting.findIndex((waiting) => waiting.name === name);
    if (at < 0) this.heard.push({ name, data });
    else this.waiting.splice(at, 1)[0].resolve(data);
  }

  /** The next event of a name. */
  next(name) {
    const at = this.heard.findIndex((heard) => heard.name === name);
    if (at >= 0) return this.heard.splice(at, 1)[0].data;
    return soon(name, new Promise((resolve) => this.waiting.push({ name, resolve })));
  }

  /** Sends an event and waits for its acknowledgement. */
  ask(name, data) {
    return soon(`the answer to ${name}`, new Promise((resolve) => this.socket.emit(name, data, resolve)));
  }

  async isIn() {
    assert.equal(await this.next("connection_succeeded"), "connected!");
  }

  /** That it has come to the transport that was asked for last. */
  async hasMoved() {
    const { engine } = this.socket.io;
    const wanted = transports.at(-1);
    if (engine.transport.name !== wanted) {
      await soon("the upgrade", new Promise((moved) => engine.once("upgrade", moved)));
    }
    assert.equal(engine.transport.name, wanted);
  }
}

async function conversation({ ann, bob, by }) {
  const anns = new Person(shown(by, ann.token));
  await anns.isIn();
  const both = { sender_id: ann.id, receiver_id: bob.id };

  // Before there is a chat.
  const refused = await anns.ask("private_message", { ...both, msg: "too early" });
  assert.deepEqual([refused.ok, refused.code], [false, "not_found"]);
  const { code, message } = refused;
  assert.deepEqual(await anns.next("failure"), { event: "private_message", code, message });

  const made = await anns.ask("new_chat", both);
  assert.deepEqual([made.ok, made.new], [true, true]);
  const chat = (await anns.next("chat_created")).id;
  assert.equal(made.chat.id, chat);

  const bobs = new Person(shown(by, bob.token));
  await bobs.isIn();
  assert.deepEqual(await anns.next("presence"), { user_id: bob.id, online: true });
  const joined = await bobs.ask("join", { user1_id: bob.id, user2_id: ann.id });
  assert.deepEqual([joined.ok, joined.chat_id, joined.last_seq], [true, chat, 0]);
  assert.deepEqual(await bobs.next("past_history"), { chat: [], chat_id: chat, last_seq: 0, has_more: false });

  const sent = await anns.ask("private_message", { ...both, msg: "hell\u{f6} \u{1f44b}", client_id: "first" });
  assert.deepEqual([sent.ok, sent.seq], [true, 1]);
  const echo = await anns.next("private_message");
  assert.deepEqual(await bobs.next("private_message"), echo);
  const { id, time } = sent;
  const said = { message: "hell\u{f6} \u{1f44b}", client_id: "first" };
  assert.deepEqual(echo, { id, chat_id: chat, seq: 1, sender_id: ann.id, time, ...said });

  bobs.socket.emit("typing", { chat_id: chat });
  assert.deepEqual(await anns.next("typing"), { chat_id: chat, user_id: bob.id });
  assert.equal((await bobs.ask("read", { chat_id: chat, seq: 1 })).read_seq, 1);
  assert.deepEqual(await anns.next("read"), { chat_id: chat, seq: 1, user_id: bob.id });
  await Promise.all([anns.hasMoved(), bobs.hasMoved()]);

  // What is said while somebody is away.
  bobs.socket.disconnect();
  for (const msg of ["two", "three"]) {
    assert.equal((await anns.ask("private_message", { chat_id: chat, msg })).ok, true);
    // Acknowledged is not yet told: who comes before that is told too.
    assert.equal((await anns.next("private_message")).message, msg);
  }
  bobs.socket.connect();
  await bobs.isIn();
  assert.equal((await bobs.ask("join", { chat_id: chat, after: 1 })).last_seq, 3);
  const missed = await bobs.next("past_history");
  assert.deepEqual(missed.chat.map((one) => [one.seq, one.message]), [[2, "two"], [3, "three"]]);

  // A connection that is lost comes back by itself.
  bobs.socket.io.engine.close();
  await bobs.isIn();
  await anns.ask("private_message", { chat_id: chat, msg: "four" });
  assert.equal((await bobs.next("private_message")).seq, 4, "and none of those before, once more");
  for (const person of [anns, bobs]) person.socket.disconnect();
}

async function aBadTokenAndThenAGoodOne({ ann }) {
  const somebody = new Person({ auth: { token: "gls_nonsense" } });
  const refused = await somebody.next("connect_error");
  assert.deepEqual([refused.message, refused.data], ["a live session is needed", { code: "unauthorized" }]);
  somebody.socket.auth = { token: ann.token };
  somebody.socket.connect();
  await somebody.isIn();
  somebody.socket.disconnect();
}

for (const pair of pairs) await conversation(pair);
await aBadTokenAndThenAGoodOne(pairs[0]);
process.exit();

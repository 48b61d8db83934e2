// The rooms' page as it is written, with the stock axios: it comes from another origin, keeps a cookie, polls the room
// that is open, and gives the poll up when another one is opened. The only argument says where the server is; the
// process fails at the first thing that is not as it should be.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const { kit, url, origin } = JSON.parse(process.argv[2]);
const axios = createRequire(`${kit}/package.json`)("axios");

const WITHIN = 20_000;
/** What the page waits after each answer; its authors chose 500. */
const PAUSE = 50;

/** What is bound to come, or a failure that names it. */
function soon(what, promise) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error(`in vain: ${what}`)), WITHIN).unref());
  return Promise.race([promise, late]);
}

/** The page in somebody's browser. What a browser does by itself is done here: cookies, preflights, the origin. */
class Page {
  shown = [];
  failures = [];
  waiting = [];

  constructor(name) {
    this.name = name;
    const headers = { Origin: origin, "Sec-Fetch-Site": "same-site" };
    this.axios = axios.create({ baseURL: url, withCredentials: true, proxy: false, headers });
    this.axios.interceptors.request.use((request) => this.preflighted(request));
    this.axios.interceptors.response.use((response) => this.kept(response), (failed) => {
      if (failed.response) this.kept(failed.response);
      throw failed;
    });
  }

  async preflighted(request) {
    if (request.data !== undefined) {
      const method = request.method.toUpperCase();
      const asks = { "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "content-type" };
      const asked = await axios.options(url + request.url, { proxy: false, headers: { Origin: origin, ...asks } });
      this.mayRead(asked);
      assert.match(asked.headers["access-control-allow-headers"], /content-type/i);
    }
    if (this.cookie) request.headers.set("Cookie", this.cookie);
    return request;
  }

  kept(response) {
    this.mayRead(response);
    for (const cookie of response.headers["set-cookie"] ?? []) this.cookie = cookie.split(";")[0];
    return response;
  }

  mayRead({ headers }) {
    assert.equal(headers["access-control-allow-origin"], origin);
    assert.equal(headers["access-control-allow-credentials"], "true");
  }

  enter(path, password = "correct horse") {
    return this.axios.post(path, undefined, { params: { username: this.name, password } });
  }

  /** Opens a room. Nothing is waited for. */
  open(room) {
    this.poll?.abort();
    this.room = room;
    this.longpoll(room);
    this.axios.get("/message/endpoll", { params: { chatroomid: room } }).catch((failed) => this.fail(failed));
  }

  async longpoll(room) {
    const poll = (this.poll = new AbortController());
    try {
      const answer = await this.axios.get("/message/longpoll", { params: { chatroomid: room }, signal: poll.signal });
      if (this.poll !== poll) return;
      this.render(answer.data);
      setTimeout(() => this.poll === poll && this.longpoll(room), PAUSE);
    } catch (failed) {
      if (!axios.isCancel(failed)) this.fail(failed);
    }
  }

  async say(room, message) {
    const { data } = await this.axios.post("/message/sendMessage", { params: { chatroomid: room }, data: { message } });
    return data.map((one) => one.message);
  }

  /** Each message by its text, under `createdAt` as its key. */
  render(messages) {
    assert.equal(new Set(messages.map((one) => one.createdAt)).size, messages.length, "keys are unique");
    for (const value of messages.flatMap(Object.values)) assert.match(typeof value, /^(string|number)$/);
    this.shown = messages.map((one) => one.message);
    this.waiting = this.waiting.filter((waits) => !waits());
  }

  fail(failed) {
    assert.equal(typeof failed.response?.data.message, "string", String(failed));
    this.failures.push(failed.response.status);
    this.waiting = this.waiting.filter((waits) => !waits());
  }

  /** Until the page is so. */
  until(what, is) {
    if (is()) return undefined;
    return soon(what, new Promise((resolve) => this.waiting.push(() => is() && (resolve(), true))));
  }
}

/** What a page shows as it is: anything but a text or a number would break it. */
function items({ data }) {
  assert.ok(Array.isArray(data) && data.every((item) => typeof item === "string" || typeof item === "number"));
  return data;
}

const [ann, bob] = [new Page("ann"), new Page("bob")];
assert.equal((await ann.enter("/register")).status, 201);
const { id } = (await bob.enter("/register")).data;
await bob.axios.post("/logout");
const wrong = await bob.enter("/login", "battery staple").catch((failed) => failed.response);
assert.deepEqual([wrong.status, typeof wrong.data.message], [401, "string"]);
assert.equal((await bob.enter("/login")).data.id, id);

const rooms = [];
for (let room = 0; room < 2; room++) {
  const { chatroomid } = (await ann.axios.post("/message/newChatroom")).data;
  const usertoadd = room === 0 ? id : "bob";
  await ann.axios.post("/message/addToChatroom", undefined, { params: { chatroomid, usertoadd } });
  rooms.push(chatroomid);
}
assert.deepEqual(items(await bob.axios.get("/message/chatrooms")), rooms);
assert.deepEqual(items(await ann.axios.get("/message/getUser", { params: { name: "bo" } })), ["bob"]);
assert.deepEqual((await ann.axios.get("/message/getUser", { params: { name: "zed" } })).data, {});
const inTheRoom = await bob.axios.get("/message/chatroomParticipants", { params: { chatroomid: rooms[0] } });
assert.deepEqual(items(inTheRoom), ["ann", "bob"]);

const logs = [[], []];
for (let turn = 0; turn < 30; turn++) {
  const [room, log] = [rooms[turn % 2], logs[turn % 2]];
  ann.open(room);
  // At once, or when the page has come to rest in the room: every message is shown, whenever it comes.
  if (turn % 3 === 0) await ann.until("the room's messages", () => ann.shown.join() === log.join());
  for (const text of [`${turn}a`, `${turn}b`]) {
    log.push(text);
    assert.deepEqual(await bob.say(room, text), log);
    if (turn % 2 === 0) await ann.until(text, () => ann.shown.join() === log.join());
  }
  await ann.until("both", () => ann.shown.join() === log.join());
}
assert.deepEqual(ann.failures, []);

await ann.axios.post("/logout");
await ann.until("the end of its poll", () => ann.failures.includes(401));
process.exit();

"""Two people's chat in a terminal, on Socket.IO: shows what is said, and says each line that it reads.

    pip install python-socketio aiohttp
    python chat.py http://127.0.0.1:8000 SESSION_TOKEN MY_ID THEIR_ID

The client of threads hands every event to a thread of its own, so that they overtake one another. Messages are put in
order by their numbers here, which would mend that too; the client of asyncio keeps the order.
"""

import asyncio
import random
import sys
import threading
import uuid

import socketio

NAMESPACE = "/api/chat/"
LATER = ("too_many_requests", "busy", "internal")


class Chat:
    def __init__(self, me, other):
        self.me, self.other = me, other
        self.socket = None
        self.gone = asyncio.Event()  # the socket's connection is lost
        self.id = None
        self.up_to = None  # everything up to this message has been shown
        self.newest = 0  # the newest message that is known to be there
        self.asked = False
        self.early = {}  # messages beyond a hole, by their number
        self.over = asyncio.get_running_loop().create_future()

    def use(self, socket):
        self.socket = socket
        self.gone.clear()
        for event in ("connect", "connect_error", "disconnect", "past_history", "private_message", "failure"):
            socket.on(event, getattr(self, "on_" + event), namespace=NAMESPACE)

    # Keeping exactly the log

    async def take(self, messages, last_seq):
        self.newest = max(self.newest, last_seq)
        for message in messages:
            if self.up_to is None or message["seq"] > self.up_to:
                self.early[message["seq"]] = message
        if self.up_to is None:
            return
        while message := self.early.pop(self.up_to + 1, None):
            self.up_to = message["seq"]
            who = "me" if message["sender_id"] == self.me else "them"
            print(f"{message['seq']} {who}: {message['message'] or '(deleted)'}", flush=True)
        if self.up_to < self.newest:
            await self.ask()

    async def ask(self):
        if self.asked or self.id is None:
            return
        self.asked = True
        after = {} if self.up_to is None else {"after": self.up_to}
        await self.socket.emit("join", {"chat_id": self.id, **after}, namespace=NAMESPACE)

    async def on_connect(self):
        self.asked = False
        both = {"sender_id": self.me, "receiver_id": self.other}
        await self.socket.emit("new_chat", both, namespace=NAMESPACE, callback=self.opened)

    async def opened(self, ack):
        if not ack["ok"]:
            return self.leave(ack["message"])
        self.id = ack["chat"]["id"]
        await self.ask()

    async def on_past_history(self, page):
        if page["chat_id"] != self.id:
            return
        self.asked = False
        if self.up_to is None:
            self.up_to = page["chat"][0]["seq"] - 1 if page["chat"] else page["last_seq"]
        await self.take(page["chat"], page["last_seq"])

    async def on_private_message(self, message):
        if message["chat_id"] == self.id:
            await self.take([message], message["seq"])

    # Saying everything once

    async def say(self, text):
        said = {"msg": text, "client_id": str(uuid.uuid4())}
        while True:
            try:
                data = {"chat_id": self.id, **said}
                ack = await self.socket.call("private_message", data, namespace=NAMESPACE, timeout=10)
            except (socketio.exceptions.SocketIOError, ValueError):
                ack = {"ok": False, "code": "busy"}  # lost on its way there or back, or not connected
            if ack["ok"] or ack["code"] not in LATER:
                return ack
            await asyncio.sleep(1)  # the same client_id again: it is said once

    # Being shown out

    async def on_failure(self, failure):
        if failure["code"] == "unauthorized":
            self.leave(failure["message"])
        elif failure["event"] == "join":
            await asyncio.sleep(1)
            self.asked = False
            await self.ask()

    async def on_connect_error(self, error):
        if isinstance(error, dict) and "data" in error:
            self.leave(error["message"])

    async def on_disconnect(self, reason):
        if not self.over.done():
            print("disconnected:", reason, file=sys.stderr)
        self.gone.set()

    def leave(self, why):
        if not self.over.done():
            self.over.set_result(why)


def read_lines(loop, lines):
    for line in sys.stdin:
        loop.call_soon_threadsafe(lines.put_nowait, line.strip())
    loop.call_soon_threadsafe(lines.put_nowait, None)


async def say_lines(chat, lines):
    while (line := await lines.get()) is not None:
        while chat.id is None:
            await asyncio.sleep(0.05)
        ack = await chat.say(line) if line else {"ok": True, "seq": 0}
        if not ack["ok"]:
            print("not sent:", ack["message"], file=sys.stderr)
        while ack["ok"] and (chat.up_to is None or chat.up_to < ack["seq"]):
            await asyncio.sleep(0.05)
    chat.leave(None)


async def stay_connected(chat, url, token):
    # The library comes back by itself from everything but a server that says goodbye, as one does that is restarted.
    # What it then leaves behind would disturb the next connection, so that gets a client of its own.
    pause = 1
    while not chat.over.done():
        chat.use(socketio.AsyncClient(reconnection=False))
        try:
            await chat.socket.connect(url, namespaces=[NAMESPACE], auth={"token": token})
            pause = 1
            await chat.gone.wait()
        except socketio.exceptions.ConnectionError:
            pause = min(2 * pause, 30)
        await asyncio.sleep(pause * random.uniform(0.5, 1.5))


async def main(url, token, me, other):
    chat = Chat(int(me), int(other))
    lines = asyncio.Queue()
    threading.Thread(target=read_lines, args=(asyncio.get_running_loop(), lines), daemon=True).start()
    tasks = [asyncio.create_task(stay_connected(chat, url, token)), asyncio.create_task(say_lines(chat, lines))]
    why = await chat.over
    for task in tasks:
        task.cancel()
    await chat.socket.disconnect()
    sys.exit(why)


asyncio.run(main(*sys.argv[1:]))

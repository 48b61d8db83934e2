"""Conversations through the stock client for Python, as its users write them.

The only argument says over which transports, and who talks; the process fails at the first thing that is not as it
should be.
"""

import json
import queue
import sys

import requests
import socketio

GIVEN = json.loads(sys.argv[1])
CHATS = "/api/chat/"
WITHIN = 20


class Person:
    """Somebody with a socket, and what they have heard and not yet listened to."""

    def __init__(self, who, by):
        self.how = {}
        session = requests.Session()
        if by == "token":
            self.how["auth"] = {"token": who["token"]}
        elif by == "header":
            self.how["headers"] = {"Authorization": f"Bearer {who['token']}"}
        else:
            session.cookies.set("session", who["token"])
        self.queues = {}
        self.client = socketio.Client(http_session=session, reconnection=False)
        self.client.on("*", lambda name, data: self.heard(name).put(data), namespace=CHATS)
        self.connect()

    def connect(self):
        self.client.connect(
            GIVEN["url"], namespaces=[CHATS], transports=GIVEN["transports"], wait_timeout=WITHIN, **self.how
        )
        assert self.client.transport() == GIVEN["transports"][-1], self.client.transport()
        assert self.next("connection_succeeded") == "connected!"

    def heard(self, name):
        return self.queues.setdefault(name, queue.Queue())

    def next(self, name):
        """The next event of a name."""
        try:
            return self.heard(name).get(timeout=WITHIN)
        except queue.Empty:
            raise AssertionError(f"in vain: {name}") from None

    def ask(self, name, data):
        """Sends an event and waits for its acknowledgement."""
        return self.client.call(name, data, namespace=CHATS, timeout=WITHIN)


def same(one, other):
    assert one == other, f"{one!r} is not {other!r}"


def conversation(ann, bob, by):
    anns = Person(ann, by)
    both = {"sender_id": ann["id"], "receiver_id": bob["id"]}

    # Before there is a chat.
    refused = anns.ask("private_message", {**both, "msg": "too early"})
    same((refused["ok"], refused["code"]), (False, "not_found"))
    failure = {"event": "private_message", "code": refused["code"], "message": refused["message"]}
    same(anns.next("failure"), failure)

    made = anns.ask("new_chat", both)
    same((made["ok"], made["new"]), (True, True))
    chat = anns.next("chat_created")["id"]
    same(made["chat"]["id"], chat)

    bobs = Person(bob, by)
    same(anns.next("presence"), {"user_id": bob["id"], "online": True})
    joined = bobs.ask("join", {"user1_id": bob["id"], "user2_id": ann["id"]})
    same((joined["ok"], joined["chat_id"], joined["last_seq"]), (True, chat, 0))
    same(bobs.next("past_history"), {"chat": [], "chat_id": chat, "last_seq": 0, "has_more": False})

    sent = anns.ask("private_message", {**both, "msg": "hell\u00f6 \U0001f44b", "client_id": "first"})
    same((sent["ok"], sent["seq"]), (True, 1))
    echo = anns.next("private_message")
    same(bobs.next("private_message"), echo)
    same((echo["id"], echo["message"], echo["sender_id"]), (sent["id"], "hell\u00f6 \U0001f44b", ann["id"]))

    bobs.client.emit("typing", {"chat_id": chat}, namespace=CHATS)
    same(anns.next("typing"), {"chat_id": chat, "user_id": bob["id"]})
    same(bobs.ask("read", {"chat_id": chat, "seq": 1})["read_seq"], 1)
    same(anns.next("read"), {"chat_id": chat, "seq": 1, "user_id": bob["id"]})

    # What is said while somebody is away; more than the packets that the client takes in one poll.
    bobs.client.disconnect()
    for number in range(2, 42):
        same(anns.ask("private_message", {"chat_id": chat, "msg": str(number)})["seq"], number)
        # Acknowledged is not yet told: who comes before that is told too.
        same(anns.next("private_message")["seq"], number)
    bobs.connect()
    same(bobs.ask("join", {"chat_id": chat, "after": 1})["last_seq"], 41)
    same([message["seq"] for message in bobs.next("past_history")["chat"]], list(range(2, 42)))
    anns.ask("private_message", {"chat_id": chat, "msg": "here again"})
    same(bobs.next("private_message")["seq"], 42)
    same(anns.ask("new_chat", {"sender_id": bob["id"], "receiver_id": ann["id"]})["code"], "forbidden")
    for person in (anns, bobs):
        person.client.disconnect()


def a_bad_token():
    refused = queue.Queue()
    client = socketio.Client(reconnection=False)
    client.on("connect_error", refused.put, namespace=CHATS)
    try:
        how = {"namespaces": [CHATS], "transports": GIVEN["transports"], "wait_timeout": WITHIN}
        client.connect(GIVEN["url"], auth={"token": "gls_nonsense"}, **how)
    except socketio.exceptions.ConnectionError:
        pass
    else:
        raise AssertionError("a bad token was taken")
    same(refused.get(timeout=WITHIN)["data"], {"code": "unauthorized"})


for pair in GIVEN["pairs"]:
    conversation(**pair)
a_bad_token()

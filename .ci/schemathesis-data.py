"""Fills a fresh server so that small ids name something, and prints tokens and files' names as shell assignments."""

import json
import sys
import urllib.request

PIXEL = "R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="


def post(path, body=None, token=None):
    request = urllib.request.Request(sys.argv[1] + path, json.dumps(body or {}).encode(), method="POST")
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def register(name):
    body = {"email": f"{name}@example.org", "password": f"{name}'s secret", "first": name, "last": "Tester"}
    return post("/api/register/", {**body, "phone_number": "+1 607 555 0100"})


def job(poster, number):
    body = {
        "title": f"Move {number} boxes", "description": "", "location": "Ithaca", "date_activity": "",
        "duration": 60, "reward": "20", "category": "moving", "longtitude": -76.5, "latitude": 42.4,
    }
    return post(f"/api/user/{poster['id']}/job/", body, poster["session_token"])["id"]


def connect(token):
    """Joins the conversations over Engine.IO's polling: chats of two are opened there alone."""
    where = "/socket.io/?EIO=4&transport=polling"

    def ask(sid="", packets=None):
        data = packets.encode() if packets else None
        request = urllib.request.Request(sys.argv[1] + where + sid, data)
        request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read().decode()

    sid = "&sid=" + json.loads(ask()[1:])["sid"]
    ask(sid, "40/api/chat/,")
    return lambda packets=None: ask(sid, packets)


def chat(ask, one, other):
    """Opens the chat of two, and gives its id."""
    people = json.dumps({"sender_id": one["id"], "receiver_id": other["id"]})
    ask(f'42/api/chat/,1["new_chat",{people}]')
    while True:
        for packet in ask().split("\x1e"):
            if packet.startswith("43/api/chat/,1["):
                return json.loads(packet.removeprefix("43/api/chat/,1"))[0]["chat"]["id"]
            if packet == "2":
                ask("3")


def main():
    ann, ben, cleo = register("ann"), register("ben"), register("cleo")
    for number in range(8):
        for poster, candidate in [(ann, ben), (ben, ann), (cleo, ann)]:
            mine = job(poster, number)
            post(f"/api/user/{candidate['id']}/job/{mine}/", token=candidate["session_token"])
            if number >= 4:
                post(f"/api/job/{mine}/user/{candidate['id']}/", token=poster["session_token"])
            if number >= 6:
                post(f"/api/job/{mine}/done/", token=poster["session_token"])
    for author, subject in [(ann, ben), (ben, ann), (cleo, ann)]:
        verdict = {"rate": 4, "description": "On time."}
        post(f"/api/user/{author['id']}/rating/{subject['id']}/", verdict, author["session_token"])
        picture = post(f"/api/user/{author['id']}/upload/", {"image_data": PIXEL}, author["session_token"])
        post("/api/job/%d/upload/" % job(author, 9), {"image_data": PIXEL}, author["session_token"])
    ask = connect(ann["session_token"])
    for friend in [ben, cleo] + [register(f"friend{number}") for number in range(6)]:
        for words in ["Are you there?", "At three."]:
            path = f"/api/chat/{chat(ask, ann, friend)}/message/"
            post(path, {"message": words}, ann["session_token"])
            post(path, {"message": "Yes."}, friend["session_token"])
    given = {
        "ANN": ann["session_token"],
        "LEAVING": register("leaving")["session_token"],
        "ERASED": cleo["session_token"],
        "UPDATE": register("renewing")["update_token"],
        "FILE": picture["url"].rsplit("/", 1)[1],
        "THUMBNAIL": picture["thumbnail_url"].rsplit("/", 1)[1],
    }
    for name, value in given.items():
        print(f"{name}={value}")


main()

"""A Socket.IO server of Flask-SocketIO: one room, in which everybody hears everything."""

from gevent import monkey

monkey.patch_all()

import json
import os
import sys

import gevent
from flask import Flask
from flask_socketio import SocketIO, emit, join_room
from gevent import pywsgi

app = Flask(__name__)
sockets = SocketIO(app, async_mode="gevent")


@sockets.on("connect")
def enter():
    join_room("room")


@sockets.on("private_message")
def said(data):
    emit("private_message", data, to="room")


server = pywsgi.WSGIServer(("127.0.0.1", 0), app, log=None, backlog=1024)
server.start()
print(json.dumps({"address": f"127.0.0.1:{server.server_port}"}), flush=True)
gevent.get_hub().threadpool.spawn(sys.stdin.buffer.raw.read).get()
os._exit(0)

// Prints every frame that somebody hears on a plain WebSocket.
//
//   npm install ws        (not needed from Node 22 on, nor in a page)
//   node listen.js http://127.0.0.1:8000 SESSION_TOKEN

const WebSocket = globalThis.WebSocket ?? require("ws");

const [url, token] = process.argv.slice(2);
const GONE_FOR_GOOD = 4001;

function listen(pause) {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/api/chat/?token=${token}`);
  let beat;
  socket.onopen = () => {
    pause = 1000;
    // A page cannot see WebSocket's own pings: this finds a dead connection.
    beat = setInterval(() => socket.send('{"event":"ping"}'), 20_000);
  };
  socket.onmessage = ({ data }) => {
    if (JSON.parse(data).event !== "pong") console.log(data);
  };
  socket.onerror = () => {};
  socket.onclose = ({ code }) => {
    clearInterval(beat);
    if (code === GONE_FOR_GOOD) return console.error("the session has ended: sign in again");
    // Not all at once, where many have lost their server.
    setTimeout(listen, pause * (0.5 + Math.random()), Math.min(2 * pause, 30_000));
  };
}

listen(1000);

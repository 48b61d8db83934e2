// A Socket.IO server for node: one room, in which everybody hears everything.
const { createServer } = require("node:http");
const { Server } = require("socket.io");

const server = createServer();
const io = new Server(server, { serveClient: false });
io.on("connection", (socket) => {
  socket.join("room");
  socket.on("private_message", (data) => io.to("room").emit("private_message", data));
});
server.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ address: `127.0.0.1:${server.address().port}` }));
});
process.stdin.resume().on("end", () => process.exit(0));

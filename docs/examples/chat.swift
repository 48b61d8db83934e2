// Two people's chat on Socket.IO: shows what is said, and says what `say` is given.
//
// With Socket.IO-Client-Swift 16 (https://github.com/socketio/socket.io-client-swift), e.g. in a command line tool:
//
//   let chat = Chat(url: URL(string: "http://127.0.0.1:8000")!, token: "…", me: 1, other: 2)
//   chat.say("Are you there at three?")
//   RunLoop.main.run()

import Foundation
import SocketIO

final class Chat {
    private let me: Int
    private let other: Int
    private let manager: SocketManager
    private let socket: SocketIOClient

    private var id: Int?
    private var upTo: Int? // everything up to this message has been shown
    private var newest = 0 // the newest message that is known to be there
    private var asked = false
    private var early: [Int: [String: Any]] = [:] // messages beyond a hole, by their number

    private var unsent: [(text: String, clientId: String)] = []
    private var sending = false

    init(url: URL, token: String, me: Int, other: Int) {
        (self.me, self.other) = (me, other)
        manager = SocketManager(socketURL: url, config: [.reconnectWait(1), .reconnectWaitMax(30)])
        socket = manager.socket(forNamespace: "/api/chat/")
        listen()
        socket.connect(withPayload: ["token": token])
    }

    // MARK: Keeping exactly the log

    private func listen() {
        socket.on(clientEvent: .connect) { [weak self] _, _ in self?.open() }
        socket.on("past_history") { [weak self] data, _ in
            guard let self, let page = data.first as? [String: Any], page["chat_id"] as? Int == self.id,
                  let messages = page["chat"] as? [[String: Any]], let last = page["last_seq"] as? Int else { return }
            self.asked = false
            if self.upTo == nil { self.upTo = (messages.first?["seq"] as? Int).map { $0 - 1 } ?? last }
            self.take(messages, last)
        }
        socket.on("private_message") { [weak self] data, _ in
            guard let self, let message = data.first as? [String: Any], message["chat_id"] as? Int == self.id,
                  let seq = message["seq"] as? Int else { return }
            self.take([message], seq)
        }
        socket.on("failure") { [weak self] data, _ in
            guard let self, let failure = data.first as? [String: Any] else { return }
            if failure["code"] as? String == "unauthorized" {
                self.leave("the session has ended")
            } else if failure["event"] as? String == "join" {
                DispatchQueue.main.asyncAfter(deadline: .now() + 1) { self.asked = false; self.ask() }
            }
        }
        socket.on(clientEvent: .error) { [weak self] data, _ in
            // Refused with a reason; without one it is the network, and the manager tries again by itself.
            guard let error = data.first as? [String: Any] else { return }
            self?.leave(error["message"] as? String ?? "refused")
        }
    }

    private func open() {
        asked = false
        socket.emitWithAck("new_chat", ["sender_id": me, "receiver_id": other]).timingOut(after: 10) { [weak self] data in
            guard let self, let ack = data.first as? [String: Any], let chat = ack["chat"] as? [String: Any] else { return }
            self.id = chat["id"] as? Int
            self.ask()
            self.send()
        }
    }

    private func take(_ messages: [[String: Any]], _ last: Int) {
        newest = max(newest, last)
        for message in messages {
            if let seq = message["seq"] as? Int, seq > upTo ?? 0 { early[seq] = message }
        }
        guard var seen = upTo else { return }
        while let next = early.removeValue(forKey: seen + 1) {
            seen += 1
            show(next)
        }
        upTo = seen
        if seen < newest { ask() }
    }

    private func ask() {
        guard !asked, let id else { return }
        asked = true
        socket.emit("join", upTo.map { ["chat_id": id, "after": $0] } ?? ["chat_id": id])
    }

    private func show(_ message: [String: Any]) {
        let text = message["message"] as? String ?? ""
        let who = message["sender_id"] as? Int == me ? "me" : "them"
        print("\(message["seq"] ?? 0) \(who): \(text.isEmpty ? "(deleted)" : text)")
    }

    // MARK: Saying everything once

    func say(_ text: String) {
        unsent.append((text, UUID().uuidString))
        send()
    }

    private func send() {
        guard !sending, let next = unsent.first, let id, socket.status == .connected else { return }
        sending = true
        let message: [String: Any] = ["chat_id": id, "msg": next.text, "client_id": next.clientId]
        socket.emitWithAck("private_message", message).timingOut(after: 10) { [weak self] data in
            guard let self else { return }
            self.sending = false
            let ack = data.first as? [String: Any] // none where there was no answer in time
            let later = ["too_many_requests", "busy", "internal"].contains(ack?["code"] as? String ?? "")
            guard let ack, !later else {
                // The same client_id again: it is said once.
                DispatchQueue.main.asyncAfter(deadline: .now() + 1) { self.send() }
                return
            }
            self.unsent.removeFirst()
            if ack["ok"] as? Bool != true { print("not sent: \(ack["message"] ?? "")") }
            self.send()
        }
    }

    // MARK: Being shown out

    /// Else the manager would come back, without the namespace.
    private func leave(_ why: String) {
        print(why)
        manager.disconnect()
    }
}

//! Messages are numbered without a gap, said once, and gone or there as a whole.

use gigline_domain::{ChatId, ClientId, EventId, Seq, UserId};
use gigline_persistence::messages::{self, Range};
use gigline_persistence::{Entity, StoreError, StoreResult, chats};
use gigline_testkit::Backend;

use crate::on_both;
use crate::talk::{REFUSED, Talk, at, at_once, text, words};

on_both! {
    fifty_at_once_are_numbered_without_a_gap_whatever_is_undone,
    of_many_with_one_client_id_one_is_sent_and_all_get_it,
    a_client_id_is_its_senders_own_and_its_chats_own,
    a_message_is_sent_before_its_chat_is_deleted_or_not_at_all,
    who_is_not_in_a_chat_can_neither_speak_nor_read,
    history_comes_in_order_from_either_end,
    history_ends_early_where_texts_are_long,
    of_several_who_ask_at_once_those_in_the_chat_are_shown_it,
    a_deleted_message_keeps_its_number_and_loses_its_text,
}

const NO_CHAT: StoreError = StoreError::NotFound(Entity::Chat);

fn seq(number: i64) -> Seq {
    Seq::parse(number).unwrap()
}

fn fifty_at_once_are_numbered_without_a_gap_whatever_is_undone(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob) = (talk.user("ann"), talk.user("bob"));
    let chat = talk.chat(ann, bob);
    let before = talk.head().get();

    let answers = at_once(50, |n| {
        let say = move |tx: &mut gigline_persistence::WriteTx<'_>, words: &str| {
            let (sender, words) = (if n % 2 == 0 { ann } else { bob }, text(words));
            messages::append(tx, chat, sender, &words, None, at(2)).map(|said| said.message.seq)
        };
        talk.write(move |tx| match n % 5 {
            0 => say(tx, "never").and(Err(REFUSED)),
            1 => {
                let undone: StoreResult<Seq> = tx.savepoint(|tx| say(tx, "never").and(Err(REFUSED)));
                assert_eq!(undone, Err(REFUSED));
                say(tx, &n.to_string())
            }
            2 if n % 10 == 2 => say(tx, "never").map(|_| panic!("on purpose")),
            _ => say(tx, &n.to_string()),
        })
    });

    let mut given: Vec<i64> = answers.iter().flatten().map(|seq| seq.get()).collect();
    given.sort_unstable();
    assert_eq!(given, (1..=35).collect::<Vec<_>>(), "ten were refused and five panicked");
    let history = talk.history(chat, ann, Range::Newest, 500).unwrap();
    assert_eq!(history.last_seq, seq(35));
    for (message, number) in history.messages.iter().zip(1..) {
        assert_eq!(message.seq, seq(number));
        let n: usize = message.text.parse().unwrap();
        assert_eq!(answers[n], Ok(message.seq), "each has the number that was answered");
    }
    let ids: Vec<i64> = history.messages.iter().map(|message| message.id.get()).collect();
    assert_eq!(ids, (before + 1..=before + 35).collect::<Vec<_>>(), "the log has neither a gap nor another order");
    assert_eq!(talk.head(), EventId::new(before + 35));
}

fn of_many_with_one_client_id_one_is_sent_and_all_get_it(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob) = (talk.user("ann"), talk.user("bob"));
    let chat = talk.chat(ann, bob);
    let answers = at_once(20, |n| talk.say_once(chat, ann, &n.to_string(), "x-1").unwrap());
    assert_eq!(answers.iter().filter(|said| said.first).count(), 1);
    assert!(answers.iter().all(|said| said.message == answers[0].message), "{answers:?}");
    let history = talk.history(chat, bob, Range::Newest, 10).unwrap();
    assert_eq!((history.messages.len(), history.last_seq), (1, seq(1)));
    assert_eq!(history.messages[0], answers[0].message);
    assert_eq!(history.messages[0].client_id.as_deref(), Some("x-1"));
}

fn a_client_id_is_its_senders_own_and_its_chats_own(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob, cid) = (talk.user("ann"), talk.user("bob"), talk.user("cid"));
    let (chat, other) = (talk.chat(ann, bob), talk.chat(ann, cid));
    for (chat, who) in [(chat, ann), (chat, bob), (other, ann)] {
        assert!(talk.say_once(chat, who, "hello", "x").unwrap().first);
        assert!(!talk.say_once(chat, who, "hello", "x").unwrap().first);
    }
}

fn a_message_is_sent_before_its_chat_is_deleted_or_not_at_all(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob) = (talk.user("ann"), talk.user("bob"));
    for round in 0..5 {
        let chat = talk.chat(ann, bob);
        let answers = at_once(9, |n| {
            if n == 4 {
                return talk.write(move |tx| chats::delete(tx, chat, bob, at(3))).map(drop);
            }
            let id = (n % 2 == 0).then(|| ClientId::parse("x").unwrap());
            talk.write(move |tx| messages::append(tx, chat, ann, &text("hello"), id.as_ref(), at(2))).map(drop)
        });
        assert_eq!(answers[4], Ok(()), "round {round}");
        let sound = |answer: &StoreResult<()>| matches!(answer, Ok(()) | Err(StoreError::NotFound(Entity::Chat)));
        assert!(answers.iter().all(sound), "{answers:?}");
        assert_eq!(talk.say_once(chat, ann, "late", "x"), Err(NO_CHAT));
        assert_eq!(talk.database.count("messages") + talk.database.count("participants"), 0);
    }
}

fn who_is_not_in_a_chat_can_neither_speak_nor_read(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob, eve) = (talk.user("ann"), talk.user("bob"), talk.user("eve"));
    let chat = talk.chat(ann, bob);
    let said = talk.say(chat, ann, "secret", 2);
    for chat in [chat, ChatId::new(999)] {
        assert_eq!(talk.say_once(chat, eve, "me too", "x"), Err(NO_CHAT));
        assert_eq!(talk.write(move |tx| messages::append(tx, chat, eve, &text("x"), None, at(3))).err(), Some(NO_CHAT));
        assert_eq!(talk.seen(chat, eve), Err(NO_CHAT));
        assert_eq!(talk.history(chat, eve, Range::Newest, 10), Err(NO_CHAT));
        assert_eq!(talk.write(move |tx| messages::mark_read(tx, chat, eve, seq(1), at(3))), Err(NO_CHAT));
        assert_eq!(talk.write(move |tx| chats::delete(tx, chat, eve, at(3))), Err(NO_CHAT));
    }
    let theirs = talk.write(move |tx| messages::delete(tx, said.id, bob, at(3)));
    assert_eq!(theirs, Err(StoreError::NotFound(Entity::Message)), "nor take back what another said");
}

fn history_comes_in_order_from_either_end(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob) = (talk.user("ann"), talk.user("bob"));
    let chat = talk.chat(ann, bob);
    for n in 1..=9 {
        talk.say(chat, ann, &n.to_string(), n);
    }
    let of = |range, limit| {
        let history = talk.history(chat, bob, range, limit).unwrap();
        assert_eq!(history.last_seq, seq(9));
        words(&history.messages).concat()
    };
    assert_eq!(of(Range::Newest, 3), "789");
    assert_eq!(of(Range::Before(seq(7)), 3), "456");
    assert_eq!(of(Range::After(seq(7)), 3), "89");
    assert_eq!(of(Range::After(seq(2)), 3), "345");
    assert_eq!(of(Range::After(seq(9)), 3), "");
    assert_eq!(of(Range::Before(seq(1)), 3), "");
}

fn history_ends_early_where_texts_are_long(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob) = (talk.user("ann"), talk.user("bob"));
    let chat = talk.chat(ann, bob);
    let long = text(&"\u{1f600}".repeat(4_000));
    talk.write(move |tx| {
        for _ in 0..150 {
            messages::append(tx, chat, ann, &long, None, at(2))?;
        }
        Ok(())
    })
    .unwrap();
    let history = talk.history(chat, bob, Range::After(Seq::NONE), 500).unwrap();
    let numbers: Vec<i64> = history.messages.iter().map(|message| message.seq.get()).collect();
    assert!((100..150).contains(&numbers.len()), "two megabytes at most: {}", numbers.len());
    assert_eq!(numbers, (1..).take(numbers.len()).collect::<Vec<_>>());
    assert_eq!(talk.history(chat, bob, Range::Newest, 500).unwrap().messages.last().unwrap().seq, seq(150));
}

fn of_several_who_ask_at_once_those_in_the_chat_are_shown_it(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob, eve) = (talk.user("ann"), talk.user("bob"), talk.user("eve"));
    let chat = talk.chat(ann, bob);
    for n in 1..=4 {
        talk.say(chat, bob, &n.to_string(), n);
    }
    let ask = |chat, people: &[UserId]| talk.read(|conn| messages::newest_for(conn, chat, people, 3));
    let (history, present) = ask(chat, &[bob, eve, ann]).unwrap();
    assert_eq!(present, [ann, bob]);
    assert_eq!(history, talk.history(chat, ann, Range::Newest, 3).unwrap());
    assert_eq!(ask(chat, &[ann]).unwrap().1, [ann]);
    for (chat, people) in [(chat, &[eve][..]), (chat, &[]), (ChatId::new(999), &[ann, bob])] {
        assert_eq!(ask(chat, people), Err(NO_CHAT));
    }
}

fn a_deleted_message_keeps_its_number_and_loses_its_text(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob) = (talk.user("ann"), talk.user("bob"));
    let chat = talk.chat(ann, bob);
    let said = talk.say_once(chat, ann, "regrets", "x").unwrap().message;
    talk.say(chat, ann, "next", 3);
    let was = talk.write({
        let id = said.id;
        move |tx| messages::delete(tx, id, ann, at(4))
    });
    assert_eq!(was.as_ref(), Ok(&said), "as it was");
    let head = talk.head();
    let again = talk.write(move |tx| messages::delete(tx, said.id, ann, at(5))).unwrap();
    assert_eq!((again.text.as_str(), again.deleted), ("", true));
    assert_eq!(talk.head(), head, "nothing happened the second time");
    let left = talk.history(chat, bob, Range::Newest, 10).unwrap().messages;
    assert_eq!(words(&left), ["", "next"]);
    assert_eq!((left[0].seq, left[0].sender, left[0].deleted), (seq(1), Some(ann), true));
    assert!(!talk.say_once(chat, ann, "regrets", "x").unwrap().first, "its name stays taken");
    assert_eq!(talk.seen(chat, bob).unwrap().unread, 1);
}

//! Chats: one for two people, rooms, lists, and how far each has read.

use gigline_domain::{RuleViolation, Seq, UserId};
use gigline_persistence::chats::{self, ChatCursor};
use gigline_persistence::messages;
use gigline_persistence::records::{Chat, ChatKind, Viewer};
use gigline_persistence::{Entity, Page, PageRequest, StoreError, profiles};
use gigline_testkit::Backend;

use crate::on_both;
use crate::talk::{Talk, at, at_once, words};

on_both! {
    of_many_who_open_the_chat_of_two_one_makes_it,
    nobody_opens_a_chat_with_themselves_or_with_nobody,
    lists_go_from_the_last_activity_back_in_pages,
    lists_and_chats_cost_the_same_number_of_statements_whatever_they_hold,
    what_is_unread_is_what_others_said_since,
    read_marks_go_forward_and_never_past_the_end,
    a_room_is_filled_and_deleted_by_its_admin,
    only_who_sees_an_account_in_full_sees_its_chats_and_messages,
}

fn seq(number: i64) -> Seq {
    Seq::parse(number).unwrap()
}

fn page(talk: &Talk, viewer: UserId, limit: usize, after: Option<ChatCursor>) -> Page<Chat, ChatCursor> {
    talk.read(|conn| chats::list(conn, viewer, PageRequest { limit, after })).unwrap()
}

fn of_many_who_open_the_chat_of_two_one_makes_it(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob) = (talk.user("ann"), talk.user("bob"));
    let opened = at_once(12, |n| {
        let (me, other) = if n % 2 == 0 { (ann, bob) } else { (bob, ann) };
        talk.write(move |tx| chats::open_direct(tx, me, other, at(1))).unwrap()
    });
    assert_eq!(opened.iter().filter(|opened| opened.new).count(), 1);
    assert!(opened.iter().all(|one| one.chat.id == opened[0].chat.id));
    let chat = talk.seen(opened[0].chat.id, ann).unwrap();
    let mut names: Vec<_> = chat.users.into_iter().map(|user| user.unwrap().username).collect();
    names.sort();
    assert_eq!(
        (chat.kind, chat.admin_id, chat.last_at, names),
        (ChatKind::Direct, None, at(1), vec!["ann".to_owned(), "bob".to_owned()])
    );
    assert_eq!(talk.read(|conn| chats::find_direct(conn, bob, ann)), Ok(Some(chat.id)));
    assert_eq!(talk.head().get(), 1, "one event tells of it");
}

fn nobody_opens_a_chat_with_themselves_or_with_nobody(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let ann = talk.user("ann");
    let with = |other| talk.write(move |tx| chats::open_direct(tx, ann, other, at(1)));
    assert_eq!(with(ann), Err(StoreError::Refused(RuleViolation::OwnChat)));
    assert_eq!(with(UserId::new(999)), Err(StoreError::NotFound(Entity::User)));
    assert_eq!(talk.head().get(), 0);
}

fn lists_go_from_the_last_activity_back_in_pages(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let ann = talk.user("ann");
    let chats: Vec<_> = (0..5)
        .map(|n| {
            let other = talk.user(&format!("bob{n}"));
            talk.chat(ann, other)
        })
        .collect();
    // Two of them at the same moment.
    for (chat, when) in [(2, 50), (0, 40), (4, 40), (1, 30), (3, 20)] {
        talk.say(chats[chat], ann, &chat.to_string(), when);
    }
    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let page = page(&talk, ann, 2, after);
        let last: Vec<_> = page.items.iter().map(|chat| words(&chat.messages).concat()).collect();
        pages.push(last.join(","));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(pages, ["4,2", "1,0", "3"], "within a page the oldest first");
}

fn lists_and_chats_cost_the_same_number_of_statements_whatever_they_hold(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob) = (talk.user("ann"), talk.user("bob"));
    let first = talk.chat(ann, bob);
    let cost = || {
        (
            talk.statements(|talk| drop(page(talk, ann, 100, None))),
            talk.statements(|talk| drop(talk.seen(first, ann).unwrap())),
        )
    };
    let few = cost();
    for n in 0..20 {
        let other = talk.user(&format!("cid{n}"));
        let chat = talk.chat(ann, other);
        talk.say(chat, other, "hello", 3);
        talk.say(first, bob, "hello", 3);
    }
    assert_eq!(cost(), few);
    assert_eq!(few, (4, 4));
    assert_eq!(page(&talk, ann, 100, None).items.len(), 21);
}

fn what_is_unread_is_what_others_said_since(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob) = (talk.user("ann"), talk.user("bob"));
    let chat = talk.chat(ann, bob);
    let regret = talk.say(chat, ann, "1", 2);
    for (who, what) in [(ann, "2"), (bob, "3"), (ann, "4")] {
        talk.say(chat, who, what, 3);
    }
    talk.write(move |tx| messages::delete(tx, regret.id, ann, at(4))).unwrap();
    let unread = |who| (talk.seen(chat, who).unwrap().unread, page(&talk, who, 10, None).items[0].unread);
    assert_eq!((unread(ann), unread(bob)), ((1, 1), (2, 2)));
    talk.write(move |tx| messages::mark_read(tx, chat, bob, seq(2), at(5))).unwrap();
    assert_eq!((unread(ann), unread(bob)), ((1, 1), (1, 1)));
}

fn read_marks_go_forward_and_never_past_the_end(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob) = (talk.user("ann"), talk.user("bob"));
    let chat = talk.chat(ann, bob);
    for n in 0..20 {
        talk.say(chat, ann, &n.to_string(), 2);
    }
    let mark = |to: i64| talk.write(move |tx| messages::mark_read(tx, chat, bob, seq(to), at(3))).unwrap();
    let answers = at_once(15, |n| mark(i64::try_from(n).unwrap()));
    assert!(answers.iter().zip(0..).all(|(now, asked)| now.get() >= asked), "{answers:?}");
    assert_eq!(talk.seen(chat, bob).unwrap().read_seq, seq(14));
    let head = talk.head();
    assert_eq!(mark(3), seq(14), "never back");
    assert_eq!(talk.head(), head, "and nobody is told of it");
    assert_eq!(mark(1_000), seq(20), "never past the end");
    assert_eq!(talk.seen(chat, ann).unwrap().read_seq, Seq::NONE, "each has a mark of their own");
}

fn a_room_is_filled_and_deleted_by_its_admin(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob, cid) = (talk.user("ann"), talk.user("bob"), talk.user("cid"));
    let room = talk.write(move |tx| chats::create_room(tx, ann, at(1))).unwrap();
    talk.say(room, ann, "alone", 2);
    let add = |by, whom| talk.write(move |tx| chats::add_participant(tx, room, by, whom, at(3)));
    assert_eq!(add(bob, bob), Err(StoreError::NotFound(Entity::Chat)));
    let added = at_once(6, |_| add(ann, bob).unwrap());
    assert_eq!(added.iter().filter(|added| **added).count(), 1);
    assert_eq!(add(ann, UserId::new(999)), Err(StoreError::NotFound(Entity::User)));
    let not_admin = Err(StoreError::Refused(RuleViolation::NotTheChatAdmin));
    assert_eq!(add(bob, cid), not_admin.clone());
    let seen = talk.seen(room, bob).unwrap();
    assert_eq!((seen.kind, seen.admin_id, seen.unread, seen.read_seq), (ChatKind::Room, Some(ann), 0, seq(1)));
    assert_eq!(talk.read(|conn| chats::members(conn, room)), Ok(vec![ann, bob]));
    assert_eq!(talk.read(|conn| chats::contacts(conn, bob, 10)), Ok(vec![ann]));
    assert_eq!(talk.write(move |tx| chats::delete(tx, room, bob, at(4))).map(drop), not_admin.map(drop));
    let was = talk.write(move |tx| chats::delete(tx, room, ann, at(4))).unwrap();
    assert_eq!(words(&was.messages), ["alone"]);
    let direct = talk.chat(ann, bob);
    let widened = talk.write(move |tx| chats::add_participant(tx, direct, ann, cid, at(5)));
    assert_eq!(widened, Err(StoreError::Refused(RuleViolation::NotTheChatAdmin)), "two are two");
}

fn only_who_sees_an_account_in_full_sees_its_chats_and_messages(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob) = (talk.user("ann"), talk.user("bob"));
    let chat = talk.chat(ann, bob);
    for n in 0..25 {
        talk.say(chat, ann, &n.to_string(), 2);
    }
    let last = talk.say(chat, ann, "regret", 3);
    talk.write(move |tx| messages::delete(tx, last.id, ann, at(4))).unwrap();
    let seen = |viewer| talk.read(|conn| profiles::get(conn, ann, Viewer { id: Some(viewer), admin: false })).unwrap();
    let own = seen(ann);
    assert_eq!(own.chats.iter().map(|line| (line.id, line.last_at)).collect::<Vec<_>>(), [(chat, at(3))]);
    assert_eq!(words(&own.messages), (5..25).map(|n| n.to_string()).collect::<Vec<_>>());
    assert!(seen(bob).chats.is_empty() && seen(bob).messages.is_empty());
    let all = PageRequest { limit: 10, after: None };
    let listed = talk.read(|conn| profiles::list(conn, all, Viewer { id: None, admin: true })).unwrap();
    assert_eq!((&listed.items[0].chats, &listed.items[0].messages), (&own.chats, &own.messages));
    assert_eq!((listed.items[1].chats.len(), listed.items[1].messages.len()), (1, 0));
}

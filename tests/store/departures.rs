//! Sessions and accounts that end: the log tells of them, and nothing of what they said is left.

use gigline_domain::{ChatId, EventId, SessionId, UserId};
use gigline_persistence::accounts;
use gigline_persistence::log::{self, Happening};
use gigline_persistence::messages::{self, Range};
use gigline_persistence::sessions::{self, NewTokens, Opened, Refreshed, TokenDigest};
use gigline_persistence::{Entity, StoreError, StoreResult, chats};
use gigline_testkit::Backend;

use crate::on_both;
use crate::talk::{Talk, at, at_once, text, words};

on_both! {
    sessions_that_end_before_their_time_are_told,
    an_erased_account_leaves_its_numbers_and_nothing_that_it_said,
    an_erased_account_is_told_to_those_who_shared_a_chat_with_it,
    sending_deleting_and_erasing_at_once_never_wait_for_each_other_in_a_circle,
}

fn tokens(byte: u8, made: i64) -> NewTokens {
    let digest = |kind: u8| {
        let mut bytes = [byte; 32];
        bytes[0] = kind;
        TokenDigest::new(bytes)
    };
    NewTokens {
        session: digest(1),
        update: digest(2),
        made_at: at(made),
        session_until: at(made + 100),
        update_until: at(made + 1_000),
    }
}

fn sign_in(talk: &Talk, user: UserId, byte: u8) -> Opened {
    talk.write(move |tx| sessions::open_login(tx, user, &tokens(byte, 1))).unwrap()
}

/// The sessions whose end the log tells of after `after`.
fn ended(talk: &Talk, after: EventId) -> Vec<SessionId> {
    let sessions = talk.log_after(after).into_iter().filter_map(|event| match event.what {
        Happening::SessionsEnded { sessions } => Some(sessions),
        _ => None,
    });
    sessions.flatten().collect()
}

fn sessions_that_end_before_their_time_are_told(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let ann = talk.user("ann");
    let (one, two, three) = (sign_in(&talk, ann, 1), sign_in(&talk, ann, 2), sign_in(&talk, ann, 3));
    assert_eq!(talk.head(), EventId::NONE, "a beginning is no event");

    let grace = std::time::Duration::from_secs(10);
    let refresh = |made| {
        move |tx: &mut gigline_persistence::WriteTx<'_>| {
            sessions::refresh(tx, &tokens(1, 1).update, &tokens(40 + u8::try_from(made).unwrap(), made), grace)
        }
    };
    let renewed = talk.write(refresh(5)).unwrap();
    let Refreshed::Renewed { opened, .. } = renewed else { panic!("{renewed:?}") };
    assert_eq!(ended(&talk, EventId::NONE), [one.session_id]);
    let head = talk.head();
    let betrayed = talk.write(refresh(50)).unwrap();
    assert!(matches!(betrayed, Refreshed::Betrayed(_)), "{betrayed:?}");
    assert_eq!(ended(&talk, head), [opened.session_id]);

    let head = talk.head();
    talk.write(move |tx| sessions::end_login(tx, two.login_id, at(60))).unwrap();
    talk.write(move |tx| sessions::end_all(tx, ann, at(61))).unwrap();
    assert_eq!(ended(&talk, head), [two.session_id, three.session_id]);

    let head = talk.head();
    talk.write(move |tx| sessions::end_login(tx, two.login_id, at(62))).unwrap();
    talk.write(move |tx| sessions::end_all(tx, ann, at(63))).unwrap();
    assert_eq!(talk.head(), head, "nothing ended, nothing is told");
}

fn an_erased_account_leaves_its_numbers_and_nothing_that_it_said(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob) = (talk.user("ann"), talk.user("bob"));
    let chat = talk.chat(ann, bob);
    talk.say_once(chat, ann, "secret", "ann's own").unwrap();
    talk.say(chat, bob, "what?", 3);
    talk.write(move |tx| accounts::erase(tx, ann, at(4))).unwrap();

    let history = talk.history(chat, bob, Range::Newest, 10).unwrap();
    assert_eq!(words(&history.messages), ["", "what?"]);
    let first = &history.messages[0];
    assert_eq!((first.seq.get(), first.sender, first.client_id.as_deref()), (1, None, None));
    let seen = talk.seen(chat, bob).unwrap();
    assert_eq!((seen.users.len(), seen.unread), (2, 0));
    assert!(seen.users[1].is_none() && seen.users[0].as_ref().is_some_and(|left| left.id == bob));
    let cells = talk.database.cells();
    let left = |word: &str| cells.iter().filter(|(_, cells)| cells.iter().any(|cell| cell.contains(word))).count();
    assert_eq!((left("secret"), left("ann's own")), (0, 0));
    assert_eq!(talk.say(chat, bob, "hello?", 5).seq.get(), 3, "the chat goes on");
    let anew = talk.write(move |tx| chats::open_direct(tx, bob, ann, at(6)));
    assert_eq!(anew, Err(StoreError::NotFound(Entity::User)));
    talk.write(move |tx| chats::delete(tx, chat, bob, at(7))).unwrap();
}

fn an_erased_account_is_told_to_those_who_shared_a_chat_with_it(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob, eve) = (talk.user("ann"), talk.user("bob"), talk.user("eve"));
    let (chat, session) = (talk.chat(ann, bob), sign_in(&talk, ann, 1).session_id);
    talk.chat(bob, eve);
    let head = talk.head();
    let gave = talk.write(move |tx| accounts::erase(tx, ann, at(4))).unwrap();
    assert_eq!(gave.iter().map(|ended| ended.id).collect::<Vec<_>>(), [session]);
    let what: Vec<_> = talk.log_after(head).into_iter().map(|event| event.what).collect();
    let erased = Happening::UserErased { user: ann, chats: vec![chat] };
    assert_eq!(what, [Happening::SessionsEnded { sessions: vec![session] }, erased.clone()]);
    let told = |who| {
        let (events, _) = talk.read(|conn| log::read_for(conn, who, head, 100)).unwrap();
        events.into_iter().map(|event| event.what).collect::<Vec<_>>()
    };
    assert_eq!((told(bob), told(eve)), (vec![erased], vec![]));
}

fn sending_deleting_and_erasing_at_once_never_wait_for_each_other_in_a_circle(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    for round in 0..4 {
        let people: Vec<_> = (0..4).map(|n| talk.user(&format!("ann{round}{n}"))).collect();
        let rooms: Vec<ChatId> = people
            .iter()
            .map(|admin| {
                let (admin, people) = (*admin, people.clone());
                talk.write(move |tx| {
                    let room = chats::create_room(tx, admin, at(1))?;
                    for who in people {
                        chats::add_participant(tx, room, admin, who, at(1))?;
                        messages::append(tx, room, who, &text("hello"), None, at(1))?;
                    }
                    Ok(room)
                })
                .unwrap()
            })
            .collect();
        let answers = at_once(16, |n| -> StoreResult<()> {
            let (one, other, room) = (people[n % 4], people[(n + 1) % 4], rooms[(n / 4 + n) % 4]);
            match n % 4 {
                0 if n < 8 => talk.write(move |tx| accounts::erase(tx, one, at(2))).map(drop),
                1 if n < 8 => talk.write(move |tx| chats::delete(tx, room, one, at(2))).map(drop),
                2 => talk.write(move |tx| chats::open_direct(tx, one, other, at(2))).map(drop),
                _ => talk.write(move |tx| messages::append(tx, room, one, &text("hi"), None, at(2))).map(drop),
            }
        });
        let sound =
            |answer: &StoreResult<()>| matches!(answer, Ok(()) | Err(StoreError::NotFound(_) | StoreError::Refused(_)));
        assert!(answers.iter().all(sound), "round {round}: {answers:?}");
    }
}

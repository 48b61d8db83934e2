//! What a held poll costs a server's process in memory, beside connections that are idle.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::person::Person;
use crate::Failure;
use crate::chat::child::{Child, Talk};
use crate::chat::install::Peers;
use crate::chat::memory;
use crate::chat::side::Side;

/// How long it may take until all are answered.
const PATIENCE: Duration = Duration::from_secs(20);

/// What was found of one server.
struct Found {
    /// Bytes for each poll.
    each: f64,
    /// How long it took to open all, the pauses for measuring included.
    opened: Duration,
    /// How many messages released all, and within which time.
    messages: usize,
    answered: Duration,
}

/// Polls that were answered: with a message, and in vain.
#[derive(Default)]
struct Answered {
    news: Cell<usize>,
    nothing: Cell<usize>,
}

/// Prints the table for so many polls.
pub(super) async fn measure(polls: usize) -> Result<(), Failure> {
    println!("| {polls} at once | memory of each | by a bare poll's | all released |");
    println!("|---|---:|---:|---|");
    let bare = held(Child::serve(Side::Bare, &["holding", "100"])?, polls).await?;
    row("polls of a bare actix-web handler", bare.each, bare.each, &bare.text());
    let people = polls.to_string();
    let ours = held(Child::serve(Side::Plain, &["gigline", Talk::Tens.name(), &people])?, polls).await?;
    row("polls of gigline, rooms of ten", ours.each, bare.each, &ours.text());
    for side in [Side::Plain, Side::SocketIo, Side::Bare] {
        if let Some(each) = memory::idle(side, polls, &Peers::default()).await? {
            row(&format!("idle WebSockets: {}", side.name()), each, bare.each, "");
        }
    }
    println!();
    Ok(())
}

fn row(name: &str, each: f64, bare: f64, released: &str) {
    println!("| {name} | {:.1} KiB | **{:.2}** | {released} |", each / 1024.0, each / bare);
}

/// Opens so many polls, and has all of them answered once they are there.
async fn held(server: Child, polls: usize) -> Result<Found, Failure> {
    let (answered, begin) = (Rc::new(Answered::default()), Instant::now());
    let each = memory::each(&server, polls, async |number| {
        let mut person = Person::connect(&server, number).await?;
        person.ask(0).await?;
        tokio::task::spawn_local(hear(person, Rc::clone(&answered)));
        Ok(())
    });
    let (each, opened) = (each.await?, begin.elapsed());
    let early = answered.news.get() + answered.nothing.get();
    if early > 0 {
        return Err(format!("{early} polls were answered before all were open, which took {opened:?}").into());
    }
    let begin = Instant::now();
    let messages = release(&server, polls).await?;
    while answered.news.get() < polls {
        if answered.nothing.get() > 0 || begin.elapsed() > PATIENCE {
            return Err(format!("{} of {polls} polls were released", answered.news.get()).into());
        }
        sleep(Duration::from_millis(1)).await;
    }
    Ok(Found { each, opened, messages, answered: begin.elapsed() })
}

async fn hear(mut person: Person, answered: Rc<Answered>) {
    // Who is hung up on waits in vain, too.
    let news = person.hear().await.is_ok_and(|shown| shown.newest > 0);
    let count = if news { &answered.news } else { &answered.nothing };
    count.set(count.get() + 1);
}

/// Says something in every room; how many those are.
async fn release(server: &Child, people: usize) -> Result<usize, Failure> {
    let mut messages = 0;
    for number in 0..people {
        // People of one room have numbers that follow one another.
        if number == 0 || server.chat(number) != server.chat(number - 1) {
            let _shown = Person::connect(server, number).await?.say().await?;
            messages += 1;
        }
    }
    Ok(messages)
}

impl Found {
    fn text(&self) -> String {
        let (opened, answered) = (self.opened.as_secs_f64(), self.answered.as_secs_f64());
        format!("opened within {opened:.1} s, released by {} messages within {answered:.2} s", self.messages)
    }
}

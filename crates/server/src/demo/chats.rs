//! The demo's chats: what posters and receivers wrote, in the order in which they wrote it.

use std::collections::HashMap;
use std::time::Duration;

use gigline_domain::{ChatId, Seq, Timestamp, UserId};
use gigline_persistence::{WriteTx, chats, messages};

use super::talk::{Line, Voice};
use super::town::Posting;
use super::{DemoError, named};

/// What is older was read by both; of what is newer, everybody has read what came before their own last word.
const FRESH: Duration = Duration::from_secs(3 * 86_400);

/// A line with who says it to whom.
struct Said<'a> {
    from: UserId,
    to: UserId,
    line: &'a Line,
}

/// Has everybody say their lines; how many that were.
pub(super) fn hold(
    tx: &mut WriteTx<'_>,
    jobs: &[Posting],
    people: &[UserId],
    now: Timestamp,
) -> Result<usize, DemoError> {
    let said = in_order(jobs, people)?;
    let mut open: HashMap<(UserId, UserId), ChatId> = HashMap::new();
    for Said { from, to, line } in &said {
        let pair = (*from.min(to), *from.max(to));
        let chat = match open.get(&pair) {
            Some(chat) => *chat,
            None => chats::open_direct(tx, *from, *to, line.at)?.chat.id,
        };
        open.insert(pair, chat);
        let seq = messages::append(tx, chat, *from, &line.text, None, line.at)?.message.seq;
        read(tx, chat, *from, seq, line.at)?;
        if now.since(line.at) > FRESH {
            read(tx, chat, *to, seq, line.at)?;
        }
    }
    Ok(said.len())
}

fn read(tx: &mut WriteTx<'_>, chat: ChatId, who: UserId, upto: Seq, at: Timestamp) -> Result<(), DemoError> {
    messages::mark_read(tx, chat, who, upto, at)?;
    Ok(())
}

/// All lines of all talks by their time: two people may have had several jobs, and have one chat.
fn in_order<'a>(jobs: &'a [Posting], people: &[UserId]) -> Result<Vec<Said<'a>>, DemoError> {
    let mut said = Vec::new();
    for job in jobs {
        let Some(receiver) = job.candidates.first().filter(|_| !job.talk.is_empty()) else { continue };
        let (poster, receiver) = (named(people, job.poster)?, named(people, *receiver)?);
        said.extend(job.talk.iter().map(|line| match line.voice {
            Voice::Poster => Said { from: poster, to: receiver, line },
            Voice::Receiver => Said { from: receiver, to: poster, line },
        }));
    }
    said.sort_by_key(|said| said.line.at);
    Ok(said)
}

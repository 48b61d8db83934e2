//! What the poster of a job and its receiver write to one another: before it, and when it is done.

use std::time::Duration;

use gigline_domain::{Fault, MessageText, Timestamp};

use super::town::Dice;

/// Who says a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    Poster,
    Receiver,
}
use Voice::{Poster, Receiver};

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) voice: Voice,
    pub(super) text: MessageText,
    pub(super) at: Timestamp,
}

type Words = &'static [(Voice, &'static str)];

const RESEARCH: [Words; 2] = [
    &[
        (Poster, "Hello, and thank you for taking part! Is Thursday at ten all right?"),
        (Receiver, "Ten is fine. Do I have to bring anything?"),
        (Poster, "Only yourself. The door is the one with the blue sign, ring twice."),
        (Receiver, "Blue sign, ring twice. See you there."),
    ],
    &[
        (Receiver, "Thanks for picking me. How long will it really take?"),
        (Poster, "What it says, give or take ten minutes. We pay for the whole of it either way."),
        (Receiver, "Good. I can come any day after classes, from four on."),
        (Poster, "Then Monday at half past four. I'll send you the room in the morning."),
    ],
];

const ENTERTAINMENT: [Words; 2] = [
    &[
        (Poster, "So glad that you can make it! There will be about thirty people."),
        (Receiver, "Lovely. Is there a power outlet close by, or should I bring the long cable?"),
        (Poster, "The long cable, please. We begin at seven, come at six to set up."),
        (Receiver, "Six it is. Any songs that must not be missing?"),
        (Poster, "Anything with a chorus 🎶"),
    ],
    &[
        (Receiver, "Hi! Who is it for, grown-ups or children?"),
        (Poster, "Both. The youngest is four and afraid of clowns, so please no red nose."),
        (Receiver, "No nose, promised."),
    ],
];

const LABOR: [Words; 2] = [
    &[
        (Poster, "Hi, the job is yours. Could you come at nine on Saturday?"),
        (Receiver, "Saturday works. Nine is early, would half past do?"),
        (Poster, "Sure. Please wear shoes that may get dirty."),
        (Receiver, "They already are."),
    ],
    &[
        (Receiver, "Thanks! Are there tools, or shall I bring mine?"),
        (Poster, "There is a ladder and a wheelbarrow. Gloves you had better bring."),
        (Receiver, "Will do. Where can I park?"),
        (Poster, "In the drive behind the house, I'll move my car."),
    ],
];

const TUTORING: [Words; 2] = [
    &[
        (Poster, "Thank you for helping out. The exam is in two weeks, and chapter five makes no sense at all."),
        (Receiver, "Chapter five makes sense to nobody at first. Can you send me the last problem set?"),
        (Poster, "I'll bring it along. In the library, second floor, at three?"),
        (Receiver, "At three, by the window. Bring paper, lots of it."),
    ],
    &[
        (Receiver, "Hello! What have you done so far, so that I can prepare something?"),
        (Poster, "The basics, half forgotten. Reading is all right, speaking is a disaster."),
        (Receiver, "Then we speak for the whole hour. Disasters welcome."),
    ],
];

const PET_SITTING: [Words; 2] = [
    &[
        (Poster, "He is very happy already, he just doesn't know it. Could you come by once before?"),
        (Receiver, "Gladly, tomorrow after five? Does he pull on the leash?"),
        (Poster, "Only when there are squirrels."),
        (Receiver, "So, always 🐿️"),
    ],
    &[
        (Receiver, "Thanks for trusting me with her! When does she eat?"),
        (Poster, "At eight and at six, half a cup. She'll tell you that it was a whole one. Don't believe her."),
        (Receiver, "I know that kind of cat. Where do I get the key?"),
        (Poster, "From Ines next door, she knows that you're coming."),
    ],
];

const ENDINGS: [Words; 4] = [
    &[
        (Receiver, "All done. It took a little longer, but it was fun."),
        (Poster, "It looks great, thank you! The money is on its way."),
        (Receiver, "Got it. Any time again."),
    ],
    &[(Poster, "Thanks again for today!"), (Receiver, "You're welcome. I'll leave you a rating.")],
    &[
        (Receiver, "I think I have left my scarf with you."),
        (Poster, "A green one? It's on the hook by the door, come by whenever you like."),
    ],
    &[(Poster, "That went better than I had hoped. Same time next month?"), (Receiver, "Put me down for it.")],
];

/// The whole talk about a job of `category`, within the time from `begin` to `now`.
pub(super) fn talk(
    dice: &mut Dice,
    category: &str,
    done: bool,
    begin: Timestamp,
    now: Timestamp,
) -> Result<Vec<Line>, Fault> {
    let openings = match category {
        "Research" => &RESEARCH,
        "Entertainment" => &ENTERTAINMENT,
        "Labor" => &LABOR,
        "Tutoring" => &TUTORING,
        _ => &PET_SITTING,
    };
    let opening: &[_] = dice.pick(openings)?;
    let ending: &[_] = if done { dice.pick(&ENDINGS)? } else { &[] };
    let count = u32::try_from(opening.len() + ending.len()).unwrap_or(u32::MAX);
    // However new the job is, everything has been said by now.
    let longest = now.since(begin) / count.saturating_add(1);
    let mut at = begin;
    let mut lines = Vec::new();
    for (place, (voice, words)) in opening.iter().chain(ending).enumerate() {
        let minutes = if place == opening.len() { 24 * 60 } else { 1 + dice.roll(90) };
        at = at.plus(Duration::from_secs(60 * minutes + dice.roll(60)).min(longest));
        lines.push(Line { voice: *voice, text: MessageText::parse(words)?, at });
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_talk_is_over_by_now_however_new_the_job_is() {
        let now = Timestamp::from_micros(1_795_165_200_000_000);
        for (number, age) in [(0, 0), (1, 1), (2, 600), (3, 86_400), (4, 30 * 86_400)] {
            let begin = now.minus(Duration::from_secs(age));
            for category in ["Research", "Entertainment", "Labor", "Tutoring", "Pet Sitting"] {
                let lines = talk(&mut Dice::new(number), category, true, begin, now).unwrap();
                assert!(lines.len() >= 5, "{category}");
                let in_order = lines.windows(2).all(|two| two[0].at <= two[1].at);
                assert!(in_order && lines[0].at >= begin && lines[lines.len() - 1].at <= now, "{category} {age}");
                assert!(
                    lines.iter().any(|line| line.voice == Poster) && lines.iter().any(|line| line.voice == Receiver)
                );
            }
        }
    }
}

//! How a story's articles, updates and messages are shown, wherever they are.
use std::io::Write;

use super::screen::{BAD, BOLD, DIM, GOOD, styled};
use crate::compose;
use crate::domain::{Update, counted};
use crate::store::{DeliveryStatus, StoryArticle};

/// A foreign text on one line, unable to steer the terminal.
pub(super) fn single_line(text: &str) -> String {
    compose::single_line(text)
}

/// What a reason for joining a story means, in words.
pub(super) fn reason_text(word: &str) -> &str {
    match word {
        "new" => "opened the story",
        "same-link" => "same link as an item of its feed",
        "same-title-day" => "same title and day as an item of its feed",
        "same-url" => "same page as another feed's",
        "same-text" => "it says nothing that was not told",
        "follow-up" => "it says something new of the story, and is told in its thread",
        "update" => "its source's own revision",
        "split" => "split off by a person",
        "merged" => "merged by a person",
        other => other,
    }
}

/// An article of a story: its number, where it ran, and why it is there.
pub(super) fn write_member(out: &mut impl Write, member: &StoryArticle) -> std::io::Result<()> {
    let copy = &member.attached;
    let mut why = format!("{}: {}", copy.reason, reason_text(&copy.reason));
    if let Some(similarity) = copy.similarity {
        why.extend([format!(", similarity {similarity:.2}")]);
    }
    if let Some(of) = member.copy_of {
        why.extend([format!(", to {of}")]);
    }
    let language = copy.language.as_ref().map(|tag| format!(" ({tag})")).unwrap_or_default();
    let id = member.article.to_string();
    writeln!(
        out,
        "{} `{}`{language}, first seen {}",
        styled(BOLD, &format!("{id:<8}")),
        copy.source,
        copy.first_seen
    )?;
    writeln!(out, "         {}", single_line(&copy.title))?;
    if let Some(url) = &copy.url {
        writeln!(out, "         {}", styled(DIM, &single_line(url)))?;
    }
    writeln!(out, "         {}", styled(DIM, &why))
}

/// An update that was sent.
pub(super) fn write_update(out: &mut impl Write, update: &Update) -> std::io::Result<()> {
    for news in compose::change_sentences(update) {
        writeln!(out, "{} {}: {news}", styled(BOLD, "update  "), update.created)?;
    }
    Ok(())
}

/// One message and how far it came.
pub(super) fn write_delivery(out: &mut impl Write, sent: &DeliveryStatus) -> std::io::Result<()> {
    let style = match sent.state.as_str() {
        "delivered" => GOOD,
        "pending" => DIM,
        _ => BAD,
    };
    let to =
        if sent.recipient.is_empty() { String::new() } else { format!(" for {}", sent.recipient) };
    let error = sent.error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
    writeln!(
        out,
        "{} `{}` to `{}`{to}: {} after {}{error} ({})",
        styled(style, "delivery"),
        sent.watch,
        sent.channel,
        sent.state,
        counted(u64::from(sent.attempts), "attempt"),
        sent.id
    )
}

//! The subject of a mail, before it is encoded as a header.
use crate::compose::digest::by_watch;
use crate::compose::{foreign_text, passage, wording};
use crate::domain::{Alert, Message};

/// Watches named in the subject of a digest; the rest are counted.
const WATCHES_NAMED_MAX: usize = 3;

/// The title of the story, `Re:` it for an update, or what a notice or a digest is about.
pub(super) fn subject_of(message: &Message) -> String {
    let title = |text: &str| foreign_text::single_line_of(text, foreign_text::TITLE_CHARS_MAX);
    match message {
        Message::Alerts(alerts) => match alerts.as_slice() {
            [alert] => passage::title(alert),
            several => digest_subject(several),
        },
        Message::Update(update) => format!("Re: {}", title(&update.title)),
        Message::Notice(notice) => title(&notice.title),
    }
}

/// How many alerts there are and of which watches.
fn digest_subject(alerts: &[Alert]) -> String {
    let groups = by_watch(alerts);
    let firsts = groups.iter().filter_map(|group| group.first());
    let mut named: Vec<String> =
        firsts.take(WATCHES_NAMED_MAX).map(|alert| wording::watch(alert)).collect();
    if let Some(rest) = groups.len().checked_sub(WATCHES_NAMED_MAX).filter(|rest| *rest > 0) {
        named.push(format!("{rest} more"));
    }
    foreign_text::truncate_chars(
        &format!("{} alerts: {}", alerts.len(), named.join(", ")),
        foreign_text::TITLE_CHARS_MAX,
    )
}

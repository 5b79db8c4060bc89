//! An update or a notice in the form that all formats for people show: cleaned and in order, but
//! without the markup of a format.

use crate::domain::{Alert, Attached, Change, Message, Notice, Severity, Update, counted};

use super::foreign_text;
use super::wording;

/// Characters of one sentence of a notice.
const LINE_CHARS_MAX: usize = 500;
/// Sentences of a notice; the rest are counted.
const LINES_MAX: usize = 200;
/// Copies listed in an update; the rest are counted.
const COPIES_MAX: usize = 10;

/// What is shown, from top to bottom.
pub(super) struct View {
    /// Who sends it: the watch or the service.
    pub(super) sender: String,
    /// What kind of message it is, as one word.
    pub(super) kind: &'static str,
    pub(super) severity: Severity,
    pub(super) title: String,
    pub(super) url: Option<String>,
    /// Sentences. An empty one separates what is before it from what follows.
    pub(super) lines: Vec<String>,
    pub(super) copies: Vec<CopyView>,
    /// The last line, beside the id of the delivery.
    pub(super) footer: String,
}

/// One copy of a story.
pub(super) struct CopyView {
    pub(super) title: String,
    pub(super) url: Option<String>,
    /// Feed, language, time and likeness.
    pub(super) byline: String,
}

/// An update or a notice for people; alerts have forms of their own.
pub(super) fn view_of(message: &Message) -> Result<View, &[Alert]> {
    match message {
        Message::Alerts(alerts) => Err(alerts),
        Message::Update(update) => Ok(View::of_update(update)),
        Message::Notice(notice) => Ok(View::of_notice(notice)),
    }
}

impl View {
    fn of_update(update: &Update) -> Self {
        let mut lines: Vec<String> = update.changes.iter().map(change_sentence).collect();
        lines.push(String::new());
        lines.push(spread_sentence(update));
        let copies: Vec<CopyView> = update.copies.iter().take(COPIES_MAX).map(copy_view).collect();
        let shown = u64::try_from(copies.len()).unwrap_or(u64::MAX);
        if let Some(rest) = update.copies_total.checked_sub(shown).filter(|rest| *rest > 0) {
            let latest = if shown == 0 { "" } else { "; the latest stand below" };
            let copies = counted(rest, "further copy");
            let are = if rest == 1 { "is" } else { "are" };
            lines.push(format!("{copies} {are} not listed here{latest}."));
        }
        Self {
            sender: wording::title_or_name(&update.watch_title, &update.watch),
            kind: "update",
            severity: update.severity,
            title: title_or_placeholder(&update.title),
            url: update.url.as_deref().and_then(foreign_text::safe_link).map(String::from),
            lines,
            copies,
            footer: format!(
                "watch {} · update {} of alert {}",
                update.watch, update.id, update.alert
            ),
        }
    }

    fn of_notice(notice: &Notice) -> Self {
        let mut lines: Vec<String> = notice
            .lines
            .iter()
            .take(LINES_MAX)
            .map(|line| foreign_text::single_line_of(line, LINE_CHARS_MAX))
            .collect();
        if let Some(rest) = notice.lines.len().checked_sub(LINES_MAX).filter(|rest| *rest > 0) {
            lines.push(format!("… and {rest} more lines"));
        }
        Self {
            sender: "wirewatch".to_owned(),
            kind: notice.kind.as_str(),
            severity: notice.severity,
            title: title_or_placeholder(&notice.title),
            url: None,
            lines,
            copies: Vec::new(),
            footer: format!("{} · notice {}", notice.kind, notice.id),
        }
    }
}

fn title_or_placeholder(text: &str) -> String {
    let title = foreign_text::single_line_of(text, foreign_text::TITLE_CHARS_MAX);
    if title.is_empty() { "(untitled)".to_owned() } else { title }
}

/// One change as a sentence.
pub(super) fn change_sentence(change: &Change) -> String {
    let quoted = |text: &str| {
        format!(
            "“{}”",
            foreign_text::bidi_isolated(&foreign_text::single_line_of(
                text,
                foreign_text::TITLE_CHARS_MAX
            ))
        )
    };
    match change {
        Change::Outlets { count } => {
            format!("Now carried by {}.", counted(*count, "outlet"))
        }
        Change::Language { language } => {
            format!(
                "The first copy in another language: {}.",
                foreign_text::single_line_of(language, 35)
            )
        }
        Change::Headline { before, after } => {
            format!("The headline was {}; it is now {}.", quoted(before), quoted(after))
        }
        Change::Reissue { before, after } => {
            format!("Issued again: it was {}; it is now {}.", quoted(before), quoted(after))
        }
        Change::FollowUp { source, title, url: _, adds } => {
            let source = foreign_text::single_line_of(source.as_str(), 64);
            let adds = adds.as_deref().map(|adds| format!(" Adds: {}.", quoted(adds)));
            format!("{source}: {}.{}", quoted(title), adds.unwrap_or_default())
        }
        Change::Correction { before, after } => {
            format!(
                "Corrected by the publisher: it was {}; it is now {}.",
                quoted(before),
                quoted(after)
            )
        }
        Change::Surge { outlets, hours, usual } => {
            format!("{outlets} outlets within {hours} h, where this watch is used to {usual:.1}.")
        }
    }
}

/// "Also in 7 outlets and 3 languages (en, ja, ko)."
fn spread_sentence(update: &Update) -> String {
    let outlets = counted(update.outlets, "outlet");
    let tags: Vec<String> =
        update.languages.iter().take(9).map(|tag| foreign_text::single_line_of(tag, 35)).collect();
    match update.languages.len() {
        0 => format!("The story stands in {outlets}."),
        1 => format!("The story stands in {outlets} and one language ({}).", tags.join(", ")),
        many => {
            format!("The story stands in {outlets} and {many} languages ({}).", tags.join(", "))
        }
    }
}

fn copy_view(copy: &Attached) -> CopyView {
    let mut byline = foreign_text::single_line_of(copy.source.as_str(), 64);
    if let Some(tag) = wording::language_tag(copy.language.as_deref()) {
        byline.extend([" (", tag, ")"]);
    }
    byline.extend([format!(
        " · {} · {}",
        wording::time(copy.first_seen),
        foreign_text::single_line_of(&copy.reason, 40)
    )]);
    if let Some(likeness) = copy.similarity {
        byline.extend([format!(", {:.0} % alike", likeness * 100.0)]);
    }
    let url = copy.url.as_deref().and_then(foreign_text::safe_link).map(String::from);
    CopyView { title: title_or_placeholder(&copy.title), url, byline }
}

//! The HTML of a mail: our own few elements round escaped text; no image, no script, no form.

use crate::compose::digest::by_watch;
use crate::compose::foreign_text::{self, escape_html};
use crate::compose::passage::{self, TextRun};
use crate::compose::view::View;
use crate::compose::wording;
use crate::domain::{Alert, DeliveryId};

use super::text;

/// The page round every mail's body.
const PAGE: &str = include_str!("../templates/mail.html");

/// Everything about one alert.
pub(super) fn single_alert(alert: &Alert, delivery: DeliveryId, subject: &str) -> String {
    let mut body = format!(
        "<p class=\"head\"><bdi>{}</bdi> &#183; <span class=\"level {severity}\">{severity}</span></p>\n",
        escape_html(&wording::watch(alert)),
        severity = alert.severity,
    );
    body.push_str(&heading("h1", alert));
    body.push_str("<p class=\"meta\">");
    let facts: Vec<String> = text::facts(alert)
        .iter()
        .map(|(label, value)| format!("{label}: {}", escape_html(value)))
        .collect();
    body.push_str(&facts.join("<br>\n"));
    if let Some(host) = host(alert) {
        body.extend([format!("<br>\nLink: {}", escape_html(&host))]);
    }
    body.push_str("</p>\n");
    body.push_str(&quote(&passage::snippet_runs(alert, text::PASSAGE_CHARS_MAX), alert));
    body.extend([format!("<p>{}</p>\n", escape_html(wording::kind_sentence(alert.kind)))]);
    body.push_str(&terms(alert));
    let about = format!("watch {} &#183; alert {}", escape_html(alert.watch.as_str()), alert.id);
    body.push_str(&footer(delivery, &about));
    page(subject, &body)
}

/// Every alert of a digest, by watch.
pub(super) fn digest(alerts: &[Alert], delivery: DeliveryId, subject: &str) -> String {
    let mut body = format!("<h1>{} alerts</h1>\n", alerts.len());
    let mut told = 0_usize;
    for group in by_watch(alerts) {
        let Some(first) = group.first() else { continue };
        let watch = escape_html(&wording::watch(first));
        body.extend([format!("<h2><bdi>{watch}</bdi> ({})</h2>\n", group.len())]);
        for alert in group {
            body.push_str(&digest_entry(alert, told < text::DIGEST_WHOLE_MAX));
            told += 1;
        }
    }
    body.push_str(&footer(delivery, "digest"));
    page(subject, &body)
}

/// An update or a notice.
pub(super) fn view(view: &View, delivery: DeliveryId, subject: &str) -> String {
    let mut body = format!(
        "<p class=\"head\"><bdi>{}</bdi> &#183; <span class=\"level {severity}\">{}</span></p>\n",
        escape_html(&view.sender),
        escape_html(view.kind),
        severity = view.severity,
    );
    body.push_str(&linked_heading("h1", &view.title, view.url.as_deref()));
    for paragraph in view.lines.split(String::is_empty).filter(|lines| !lines.is_empty()) {
        let lines: Vec<String> =
            paragraph.iter().map(|line| format!("<bdi>{}</bdi>", escape_html(line))).collect();
        body.extend([format!("<p>{}</p>\n", lines.join("<br>\n"))]);
    }
    for copy in &view.copies {
        body.push_str(&linked_heading("h3", &copy.title, copy.url.as_deref()));
        body.extend([format!("<p class=\"meta\">{}</p>\n", escape_html(&copy.byline))]);
    }
    body.push_str(&footer(delivery, &escape_html(&view.footer)));
    page(subject, &body)
}

/// A heading, linked if there is a web link (which `clean::link` has seen already).
fn linked_heading(level: &str, title: &str, url: Option<&str>) -> String {
    let title = escape_html(title);
    match url {
        Some(url) => {
            let href = escape_html(url);
            format!("<{level} dir=\"auto\"><a href=\"{href}\">{title}</a></{level}>\n")
        }
        None => format!("<{level} dir=\"auto\">{title}</{level}>\n"),
    }
}

fn digest_entry(alert: &Alert, whole: bool) -> String {
    let mut body = heading("h3", alert);
    body.extend([format!("<p class=\"meta\">{}", escape_html(&text::byline(alert)))]);
    if let Some(host) = host(alert) {
        body.extend([format!(" &#183; {}", escape_html(&host))]);
    }
    if whole {
        let terms = wording::in_one_line(alert, text::DIGEST_REASONS_MAX);
        if !terms.is_empty() {
            body.extend([format!("<br>\nbecause of {}", escape_html(&terms))]);
        }
    }
    body.extend([format!("<br>\nalert {}</p>\n", alert.id)]);
    if whole {
        let passage = passage::snippet_runs(alert, text::DIGEST_PASSAGE_CHARS_MAX);
        body.push_str(&quote(&passage, alert));
    }
    body
}

/// The title, linked if there is a web link; any other address is shown below it as text.
fn heading(level: &str, alert: &Alert) -> String {
    let title = mark_hits(&passage::title_runs(alert));
    let lang = lang(alert);
    match alert.url.as_deref().map(|url| (foreign_text::safe_link(url), url)) {
        Some((Some(url), _)) => {
            let href = escape_html(url.as_str());
            format!("<{level} dir=\"auto\"{lang}><a href=\"{href}\">{title}</a></{level}>\n")
        }
        Some((None, written)) => {
            let shown = text::defanged(written).unwrap_or_default();
            let note = escape_html(&shown);
            format!("<{level} dir=\"auto\"{lang}>{title}</{level}>\n<p class=\"meta\">{note}</p>\n")
        }
        None => format!("<{level} dir=\"auto\"{lang}>{title}</{level}>\n"),
    }
}

/// The host behind the link, in the form that shows look-alike messages for what they are.
fn host(alert: &Alert) -> Option<String> {
    foreign_text::safe_link(alert.url.as_deref()?)?.host_str().map(str::to_owned)
}

fn quote(passage: &[TextRun], alert: &Alert) -> String {
    if passage.is_empty() {
        return String::new();
    }
    format!("<blockquote dir=\"auto\"{}>{}</blockquote>\n", lang(alert), mark_hits(passage))
}

fn mark_hits(pieces: &[TextRun]) -> String {
    passage::render_runs(pieces, escape_html, |word| format!("<mark>{}</mark>", escape_html(word)))
}

fn terms(alert: &Alert) -> String {
    let reasons = wording::match_reasons(alert);
    if reasons.is_empty() {
        return String::new();
    }
    let mut list = "<ul>\n".to_owned();
    for told in reasons.iter().take(text::REASONS_MAX) {
        let (term, place) = (escape_html(&told.term), escape_html(&told.where_found()));
        list.extend([format!("<li><bdi><b>{term}</b></bdi> {place}</li>\n")]);
    }
    if let Some(rest) = reasons.len().checked_sub(text::REASONS_MAX).filter(|rest| *rest > 0) {
        list.extend([format!("<li>and {rest} more terms</li>\n")]);
    }
    list.push_str("</ul>\n");
    list
}

fn lang(alert: &Alert) -> String {
    wording::language(alert).map(|tag| format!(" lang=\"{tag}\"")).unwrap_or_default()
}

fn footer(delivery: DeliveryId, about: &str) -> String {
    format!("<p class=\"foot\">wirewatch &#183; {about}<br>\ndelivery {delivery}</p>\n")
}

/// The template with its two places filled; what is filled in is not searched for places again.
fn page(title: &str, body: &str) -> String {
    let (head, rest) = PAGE.split_once("{title}").unwrap_or((PAGE, ""));
    let (middle, tail) = rest.split_once("{body}").unwrap_or((rest, ""));
    format!("{head}{}{middle}{body}{tail}", escape_html(title))
}

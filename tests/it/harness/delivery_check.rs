//! What "nothing lost, nothing twice" means, to the letter: what had to arrive, what did, and every
//! repeat traced to its cause.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::mail_server::ReceivedMail;
use super::sha256_hex;
use super::webhook_receiver::ReceivedMessage;

/// After a message was logged, its sender has had the answer and stored it within this time (the
/// receiver's own slowness included); a kill later than that cannot excuse a repeat.
const LOGGED_TO_STORED_MS_MAX: u64 = 4_000;

/// An alert as the oracle knows it: watch and link.
pub type AlertKey = (String, String);

/// One message as the receiver logged it.
#[derive(Clone, Debug)]
pub struct ReceivedEntry {
    pub id: String,
    /// One alert, or all that a digest lists.
    pub alerts: Vec<AlertKey>,
    pub sha256: String,
    pub at_unix_ms: u64,
    pub is_success: bool,
}

/// From just before the process was killed until it was gone.
#[derive(Clone, Copy, Debug)]
pub struct Kill {
    pub from_unix_ms: u64,
    pub until_unix_ms: u64,
}

/// Both sides of the account.
#[derive(Clone, Debug, Default)]
pub struct DeliveryRecord {
    pub expected: BTreeSet<AlertKey>,
    /// In the order they came.
    pub entries: Vec<ReceivedEntry>,
    pub kills: Vec<Kill>,
}

/// Everything that does not add up, and how much did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryReport {
    /// Expected, and never answered with success.
    pub lost: Vec<AlertKey>,
    /// Arrived, and never expected.
    pub extra: Vec<AlertKey>,
    /// One alert under a second id.
    pub renamed: Vec<AlertKey>,
    /// Ids with two different bodies.
    pub changed: Vec<String>,
    /// Ids that came again though the first answer was success and nothing was killed.
    pub unexplained: Vec<String>,
    pub repeats_after_failure: usize,
    pub repeats_after_kill: usize,
}

impl ReceivedEntry {
    /// Reads a Standard Webhooks body of ours: `watch` and `url` of `data`, or of each of a digest's
    /// `data.alerts`.
    pub fn of(received: &ReceivedMessage) -> Self {
        let data = &received.json()["data"];
        let what = |alert: &serde_json::Value| {
            let text = |key: &str| {
                let value = &alert[key];
                value.as_str().or_else(|| value["name"].as_str()).unwrap_or_default().to_owned()
            };
            (text("watch"), text("url"))
        };
        let alerts = match (data["alerts"].as_array(), data["changes"].as_array()) {
            (Some(alerts), _) => alerts.iter().map(what).collect(),
            // Of an update only the follow-ups are news of an article: the first copy in another
            // language is told to every watch of the story.
            (None, Some(changes)) => changes
                .iter()
                .filter(|change| change["what"] == "follow-up")
                .map(|change| (what(data).0, what(change).1))
                .collect(),
            (None, None) => vec![what(data)],
        };
        Self {
            id: received.logged.id.clone(),
            alerts,
            sha256: received.logged.sha256.clone(),
            at_unix_ms: received.logged.at_unix_ms,
            is_success: received.logged.is_success(),
        }
    }

    /// Reads a mail of ours: its text names each alert by the link on a line of its own, and the
    /// watch in the last lines or, in a digest, in the heading above.
    pub fn of_mail(mail: &ReceivedMail) -> Self {
        let parsed = mail_parser::MessageParser::default().parse(&mail.data).unwrap();
        // Without the marks that keep Arabic apart from the text around it.
        let text = parsed.body_text(0).unwrap().replace(['\u{2068}', '\u{2069}'], "");
        let lines: Vec<&str> = text.lines().collect();
        let footer = lines.iter().rev().find_map(|line| line.split_once("· watch "));
        let is_update = footer.is_some_and(|(_, rest)| rest.contains(" · update "));
        // An update tells a follow-up as `source: “headline”`, and lists its link below, indented,
        // under the headline, among those that were told before. Long lines are wrapped.
        let single_spaced = |lines: &[&str]| {
            lines.iter().flat_map(|line| line.split_whitespace()).collect::<Vec<_>>().join(" ")
        };
        let whole = single_spaced(&lines);
        let is_follow_up = |link_at: usize| {
            let above = lines[..link_at].iter().rposition(|line| line.trim().is_empty());
            let headline = single_spaced(&lines[above.map_or(0, |blank| blank + 1)..link_at]);
            whole.contains(&format!(": “{headline}”"))
        };
        let mut watch = footer.map(|(_, rest)| rest.split(' ').next().unwrap_or_default());
        let mut alerts = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            if lines.get(at + 1).is_some_and(|next| next.starts_with("====")) {
                watch = line.rsplit_once(" (").map(|(name, _)| name);
            } else if line.trim_start().starts_with("https://")
                && (!is_update || line.starts_with(' ') && is_follow_up(at))
            {
                alerts.push((watch.unwrap_or_default().to_owned(), line.trim().to_owned()));
            }
        }
        Self {
            id: mail.header("Message-ID").unwrap_or_default(),
            alerts,
            sha256: sha256_hex(&mail.data),
            at_unix_ms: mail.at_unix_ms,
            is_success: mail.is_acknowledged,
        }
    }
}

impl DeliveryRecord {
    /// Expected and not yet answered with success.
    pub fn lost(&self) -> Vec<AlertKey> {
        let arrived: BTreeSet<&AlertKey> =
            self.entries.iter().filter(|e| e.is_success).flat_map(|e| &e.alerts).collect();
        self.expected.iter().filter(|what| !arrived.contains(what)).cloned().collect()
    }

    pub fn report(&self) -> DeliveryReport {
        let mut by_id: BTreeMap<&str, Vec<&ReceivedEntry>> = BTreeMap::new();
        let mut ids: BTreeMap<&AlertKey, BTreeSet<&str>> = BTreeMap::new();
        for entry in &self.entries {
            by_id.entry(&entry.id).or_default().push(entry);
            for what in &entry.alerts {
                ids.entry(what).or_default().insert(&entry.id);
            }
        }
        let mut account = DeliveryReport {
            lost: self.lost(),
            extra: ids
                .keys()
                .filter(|what| !self.expected.contains(**what))
                .copied()
                .cloned()
                .collect(),
            renamed: ids
                .iter()
                .filter(|(_, ids)| ids.len() > 1)
                .map(|(what, _)| (*what).clone())
                .collect(),
            ..DeliveryReport::default()
        };
        for (id, entries) in by_id {
            if entries.iter().any(|entry| entry.sha256 != entries[0].sha256) {
                account.changed.push(id.to_owned());
            }
            for pair in entries.windows(2) {
                if !pair[0].is_success {
                    account.repeats_after_failure += 1;
                } else if self.kills.iter().any(|kill| kill.is_between(pair[0], pair[1])) {
                    account.repeats_after_kill += 1;
                } else {
                    account.unexplained.push(id.to_owned());
                }
            }
        }
        account
    }
}

impl Kill {
    fn is_between(self, first: &ReceivedEntry, second: &ReceivedEntry) -> bool {
        self.until_unix_ms >= first.at_unix_ms
            && self.from_unix_ms <= first.at_unix_ms + LOGGED_TO_STORED_MS_MAX
            && self.from_unix_ms <= second.at_unix_ms
    }
}

impl DeliveryReport {
    pub fn is_clean(&self) -> bool {
        self.lost.is_empty()
            && self.extra.is_empty()
            && self.renamed.is_empty()
            && self.changed.is_empty()
            && self.unexplained.is_empty()
    }
}

impl fmt::Display for DeliveryReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} lost, {} extra, {} renamed, {} changed, {} unexplained; repeats: {} after \
             a failed answer, {} after a kill",
            self.lost.len(),
            self.extra.len(),
            self.renamed.len(),
            self.changed.len(),
            self.unexplained.len(),
            self.repeats_after_failure,
            self.repeats_after_kill,
        )
    }
}

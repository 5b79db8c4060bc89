//! What stands round the daemon in the kill test: feeds that publish, and receivers that fail.
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use super::oracle;
use crate::harness::delivery_check::ReceivedEntry;
use crate::harness::feed_formats::Item;
use crate::harness::feed_server::{FeedServer, ServedFeed};
use crate::harness::mail_server::{MailServer, SmtpReply, SmtpStage};
use crate::harness::news_generator::{Newsroom, Plan, newsrooms};
use crate::harness::webhook_receiver::{Reply, WebhookReceiver};

/// Newsrooms, so many that every language has two.
const FEEDS: usize = 16;
const RECIPIENTS: [&str; 2] = ["one@example.org", "two@example.org"];

pub(super) struct Servers {
    newsrooms: Vec<(Newsroom, ServedFeed)>,
    webhooks: WebhookReceiver,
    mail: MailServer,
    _feeds: FeedServer,
}

impl Servers {
    pub(super) fn open(folder: &Path, seed: u64) -> Self {
        let feeds = FeedServer::open();
        let plan = Plan {
            seed,
            feeds: FEEDS,
            paragraphs: 2,
            names: 40,
            terms: oracle::terms(),
            one_in: 2,
        };
        let newsrooms = newsrooms(&plan)
            .into_iter()
            .enumerate()
            .map(|(at, room)| {
                let feed = feeds.feed_on(&format!("127.0.9.{}", at + 1), "/feed");
                // Nothing may leave the feed before the daemon had a chance to see it.
                feed.with_head(&room.head).with_format(room.rendering).with_max_items(usize::MAX);
                (room, feed)
            })
            .collect();
        Self {
            newsrooms,
            webhooks: failing_webhooks(folder, seed),
            mail: failing_mail(seed),
            _feeds: feeds,
        }
    }

    pub(super) fn publish(&mut self, rng: &mut fastrand::Rng) -> Item {
        let at = rng.usize(..self.newsrooms.len());
        let (room, feed) = &mut self.newsrooms[at];
        let item = room.next_article();
        feed.publish(item.clone());
        item
    }

    pub(super) fn clear_failures(&self) {
        self.webhooks.clear_failures();
        self.mail.clear_failures();
    }

    /// Each receiver, and what came to it.
    pub(super) fn received(&self) -> Vec<(String, Vec<ReceivedEntry>)> {
        let posts = self.webhooks.received();
        let mut all = vec![("webhook".to_owned(), posts.iter().map(ReceivedEntry::of).collect())];
        let mails = self.mail.received();
        for recipient in RECIPIENTS {
            let own = mails.iter().filter(|mail| mail.to == [recipient]);
            all.push((format!("mail to {recipient}"), own.map(ReceivedEntry::of_mail).collect()));
        }
        all
    }

    /// The main configuration; the watches are in a file of their own.
    pub(super) fn config(&self) -> String {
        let mut text = format!(
            "include = [\"watchlist.toml\"]\n\n[store]\npath = \"state.db\"\n\n\
             [poll]\nfloor = \"1s\"\nconcurrency = 16\n\n\
             [[channel]]\nname = \"hook\"\nkind = \"webhook\"\nallow_private = true\nurl = \"{}\"\n\
             secret_file = \"secret\"\n\n\
             [[channel]]\nname = \"mail\"\nkind = \"email\"\nhost = \"127.0.0.1\"\nport = {}\n\
             tls = \"none\"\nfrom = \"wirewatch@example.org\"\nto = {RECIPIENTS:?}\n\n",
            self.webhooks.url("/alerts"),
            self.mail.address().port(),
        );
        for (room, feed) in &self.newsrooms {
            write!(
                text,
                "[[feed]]\nname = \"{}\"\nurl = \"{}\"\nevery = \"1s\"\nbacklog = \"all\"\n\
                 allow_private = [\"127.0.0.0/8\"]\n\n",
                room.name,
                feed.url()
            )
            .unwrap();
        }
        text
    }
}

fn failing_webhooks(folder: &Path, seed: u64) -> WebhookReceiver {
    let webhooks = WebhookReceiver::open(folder);
    let failures = [
        Reply::Status(500),
        Reply::Status(503),
        Reply::Reset,
        Reply::Slow(Duration::from_millis(300)),
        Reply::Later { status: 429, after: "1".to_owned() },
    ];
    webhooks.set_random_failures(seed, 0.2, &failures);
    webhooks
}

/// A failure of mail rests the whole channel, so there are fewer of them.
fn failing_mail(seed: u64) -> MailServer {
    let mail = MailServer::open();
    let line = |text: &str| SmtpReply::Line(text.to_owned());
    let failures = [
        (SmtpStage::Banner, line("421 4.3.2 not now")),
        (SmtpStage::Mail, line("451 4.3.0 a fault of ours")),
        (SmtpStage::Rcpt, line("450 4.2.0 come again")),
        (SmtpStage::Data, SmtpReply::Drop),
        // The message is kept, and the client never hears of it.
        (SmtpStage::Dot, SmtpReply::Drop),
        (SmtpStage::Dot, SmtpReply::Stall),
        (SmtpStage::Dot, line("452 4.3.1 no room")),
        (SmtpStage::Dot, SmtpReply::AnswerThenDrop),
    ];
    mail.set_random_failures(seed, 0.1, &failures);
    mail
}

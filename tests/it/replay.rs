//! Two newsrooms' successive real polls, served again in order: every id is stored once, and each id
//! that matches is an alert, a copy attached to one, or an update of one.
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::path::Path;

use crate::corpora;
use crate::harness::feed_server::FeedServer;
use crate::harness::webhook_receiver::WebhookReceiver;
use crate::test_app::TestApp;

/// Distinct ids over all polls of each newsroom, counted by another parser.
const DISTINCT: [(&str, i64); 2] = [("philstar", 1_513), ("rnz", 2_513)];

/// Polls in the order of their time: `(feed, path)` lists, one a tick.
fn ticks(root: &Path) -> Vec<Vec<(String, String)>> {
    let index = std::fs::read_to_string(root.join("INDEX.tsv")).unwrap();
    let mut ticks: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for line in index.lines().skip(1) {
        let mut columns = line.split('\t').map(str::to_owned);
        let (time, feed, path) =
            (columns.next().unwrap(), columns.next().unwrap(), columns.next().unwrap());
        ticks.entry(time).or_default().push((feed, path));
    }
    ticks.into_values().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_id_of_two_newsrooms_is_accounted_for() {
    let Some(corpora) = corpora::folder("the replay of two newsrooms") else { return };
    let unpacked = corpora::unpack(&corpora, "polls-two-newsrooms.tar.xz");
    let root = unpacked.path().join("polls");
    let feeds = FeedServer::open();
    let folder = tempfile::tempdir().unwrap();
    let hooks = WebhookReceiver::open(folder.path());
    let secret = folder.path().join("secret");
    crate::write_secret(&secret);
    let mut config = format!(
        "[[channel]]\nname = \"hook\"\nkind = \"webhook\"\nallow_private = true\nurl = \"{}\"\nsecret_file = \"{}\"\n\
         [[watch]]\nname = \"covid\"\nnotify = [\"hook\"]\nany = [\"Covid-19\"]\n",
        hooks.url("/"),
        secret.display()
    );
    for (name, _) in DISTINCT {
        let url = feeds.feed(&format!("/{name}.xml")).url();
        write!(
            config,
            "[[feed]]\nname = \"{name}\"\nurl = \"{url}\"\nbacklog = \"all\"\n\
             allow_private = [\"127.0.0.0/8\"]\n"
        )
        .unwrap();
    }
    let mut home = TestApp::open(&config).await;
    let mut matching: HashSet<String> = HashSet::new();
    for tick in ticks(&root) {
        let mut served = Vec::new();
        for (feed, path) in tick {
            let body = std::fs::read(root.join(path)).unwrap();
            matching.extend(matching_ids(&String::from_utf8_lossy(&body)));
            let feed = feeds.feed(&format!("/{feed}.xml"));
            feed.with_body("application/rss+xml", &body);
            served.push(feed);
        }
        let round = home.poll().await;
        assert_eq!(round.failed, 0, "{:?}", home.feeds().await);
        home.hand.advance(std::time::Duration::from_mins(30));
    }
    home.deliver().await;
    for (name, distinct) in DISTINCT {
        let stored = home.count(&format!(
            "SELECT count(*) FROM article a JOIN feed f ON f.id = a.feed WHERE f.name = '{name}'"
        ));
        assert_eq!(stored, distinct, "{name}");
    }
    let mut told: Vec<String> = Vec::new();
    for received in hooks.received() {
        let body = received.json();
        if body["type"] == "alert.updated" {
            continue;
        }
        let data = body.get("data").unwrap();
        match data.get("alerts").and_then(|alerts| alerts.as_array()) {
            Some(alerts) => told.extend(alerts.iter().map(alert_id)),
            None => told.push(alert_id(data)),
        }
    }
    let distinct: HashSet<&String> = told.iter().collect();
    assert_eq!(distinct.len(), told.len(), "an alert was told twice");
    let alerted = usize::try_from(home.count("SELECT count(*) FROM alert")).unwrap();
    assert_eq!(told.len(), alerted);
    everything_is_accounted_for(&home, matching.len()).await;
}

async fn everything_is_accounted_for(home: &TestApp, matching: usize) {
    let found = home.count("SELECT count(DISTINCT article) FROM finding");
    assert_eq!(usize::try_from(found).unwrap(), matching, "each matching id was found");
    let orphans = home.count(
        "SELECT count(*) FROM finding f WHERE f.outcome <> 'alert' AND NOT EXISTS
            (SELECT 1 FROM finding t WHERE t.story = f.story AND t.outcome = 'alert')",
    );
    assert_eq!(orphans, 0, "what was not told is in a story that was");
    let unreasoned =
        "SELECT count(*) FROM article a WHERE (a.reason = 'new') = (a.copy_of IS NOT NULL)";
    assert_eq!(home.count(unreasoned), 0, "every copy says of what");
    let totals = home.totals().await;
    let all = u64::try_from(DISTINCT.iter().map(|(_, articles)| articles).sum::<i64>()).unwrap();
    assert_eq!((totals.articles, totals.articles_by.values().sum::<u64>()), (all, all));
    let findings: u64 = totals.findings_by.values().sum();
    assert_eq!(totals.alerts + totals.suppressed + totals.follow_ups, findings);
}

fn alert_id(data: &serde_json::Value) -> String {
    data.get("id").and_then(|id| id.as_str()).unwrap().to_owned()
}

/// The ids of items whose title or description mention it, by plain search: shares no code with the
/// program.
fn matching_ids(body: &str) -> Vec<String> {
    let between = |text: &str, open: &str, close: &str| {
        text.split_once(open)
            .and_then(|(_, rest)| rest.split_once(close))
            .map(|(inner, _)| inner.to_owned())
            .unwrap_or_default()
    };
    let mut found = Vec::new();
    for item in body.split("<item>").skip(1) {
        let item = item.split("</item>").next().unwrap();
        let text = between(item, "<title>", "</title>")
            + " "
            + &between(item, "<description>", "</description>");
        let text = text.to_lowercase().replace(['\u{2011}', '\u{2013}'], "-");
        if text.contains("covid-19") || text.contains("covid 19") {
            let id = between(item, "<guid", "</guid>");
            let id = id.split_once('>').map_or(id.clone(), |(_, id)| id.to_owned());
            found.push(id);
        }
    }
    found
}

//! The labelled sets: which articles are one text. Read by the tests that hold the judge to them.
use std::collections::BTreeMap;

use serde_json::Value;
use wirewatch::extract;
use wirewatch::stories::search::Stored;

/// Two articles, and whether they are one text.
pub(crate) struct Pair {
    pub(crate) language: String,
    /// Pairs of one group tell of the same things.
    pub(crate) group: String,
    /// What each is, or what the second is to the first.
    pub(crate) kind: String,
    pub(crate) same: bool,
    pub(crate) a: Stored,
    pub(crate) b: Stored,
}

/// A set of pairs, one a line.
pub(crate) fn pairs(set: &str) -> Vec<Pair> {
    let read = |line: &str| {
        let pair: Value = serde_json::from_str(line).unwrap();
        let (a, b) = (stored(&pair["a"], "text"), stored(&pair["b"], "text"));
        Pair {
            language: text(&pair, "lang"),
            group: a.text.chars().take(20).collect(),
            kind: text(&pair, "kind"),
            same: pair["same"].as_bool().unwrap(),
            a,
            b,
        }
    };
    set.lines().map(read).collect()
}

/// A set of articles, one a line, in clusters: every two of a cluster are a pair, and one text if
/// they have the same letter.
pub(crate) fn clusters(set: &str) -> Vec<Pair> {
    let mut clusters: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in set.lines() {
        let article: Value = serde_json::from_str(line).unwrap();
        clusters.entry(text(&article, "cluster")).or_default().push(article);
    }
    let mut pairs = Vec::new();
    for (cluster, articles) in &clusters {
        for (at, a) in articles.iter().enumerate() {
            for b in articles.iter().skip(at + 1) {
                pairs.push(Pair {
                    language: text(a, "lang"),
                    group: cluster.clone(),
                    kind: format!("{}, {}", text(a, "kind"), text(b, "kind")),
                    same: a["text"] == b["text"],
                    a: stored(a, "body"),
                    b: stored(b, "body"),
                });
            }
        }
    }
    pairs
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap().to_owned()
}

fn stored(value: &Value, body: &str) -> Stored {
    Stored {
        source: text(value, "source"),
        published: serde_json::from_value(value["published"].clone()).unwrap(),
        title: extract::title(&text(value, "title")),
        text: extract::plain(&text(value, body)).into_owned(),
    }
}

//! A hub that confirms, denies, asks wrongly, pushes with and without a signature, and dies; and the
//! house that listens to it.
use std::collections::HashMap;
use std::time::Duration;

use aws_lc_rs::hmac;
use url::form_urlencoded;
use wirewatch::store::HubHealth;

use crate::harness::answer::Answer;
use crate::harness::feed_formats::Item;
use crate::harness::feed_server::{FeedServer, ServedFeed};
use crate::test_app::TestApp;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

/// A feed server whose `/hub` takes subscriptions, and a house that polls `/wire`.
struct TestServers {
    feeds: FeedServer,
    home: TestApp,
    items: u32,
}

/// What the house asked the hub for.
struct HubRequest {
    form: HashMap<String, String>,
}

impl HubRequest {
    fn of(&self, key: &str) -> &str {
        self.form.get(key).map_or("", String::as_str)
    }

    /// The path of the callback.
    fn path(&self) -> String {
        url::Url::parse(self.of("hub.callback")).unwrap().path().to_owned()
    }
}

fn config(feed: &ServedFeed, websub: bool) -> String {
    let websub = if websub {
        "[websub]\nlisten = \"127.0.0.1:0\"\npublic_url = \"https://us.example/wire\"\n"
    } else {
        ""
    };
    format!(
        "{websub}[[watch]]\nname = \"gsomia\"\nany = [\"GSOMIA\"]\n[[feed]]\nname = \"wire\"\n\
         url = \"{}\"\nallow_private = [\"127.0.0.0/8\"]\n",
        feed.url()
    )
}

impl TestServers {
    async fn open() -> Self {
        let feeds = FeedServer::open();
        feeds.feed("/hub").set_answer(Answer::Status(202));
        let home = TestApp::open(&config(&feeds.feed("/wire"), true)).await;
        let mut town = Self { feeds, home, items: 0 };
        town.publish("Opening");
        town
    }

    /// Puts an item into the feed, which names its hub in the document.
    fn publish(&mut self, title: &str) {
        self.items += 1;
        let feed = self.feeds.feed("/wire");
        let at = self.home.hand.now();
        let unix_s = u64::try_from(at.0).unwrap() / 1_000;
        let item = Item::new(&format!("i{}", self.items), title).dated(unix_s);
        feed.publish(item).with_hub(&self.feeds.url("/hub"));
    }

    async fn poll_due(&mut self) -> u64 {
        self.home.poll_due().await.polled
    }

    /// The requests the hub had, oldest first.
    fn asked(&self) -> Vec<HubRequest> {
        let posts = self.feeds.feed("/hub").asked();
        let form = |body: &[u8]| form_urlencoded::parse(body).into_owned().collect();
        posts.iter().map(|post| HubRequest { form: form(&post.body) }).collect()
    }

    async fn step(&mut self) {
        // The offers are looked at every half minute.
        self.home.hand.advance(MINUTE);
        self.home.websub_step().await;
    }

    /// A hub's question.
    async fn question(&self, path: &str, pairs: &[(&str, &str)]) -> (u16, String) {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.home.callback().handle_get(path, &query).await
    }

    async fn confirm(&self, asked: &HubRequest, lease: &str) -> (u16, String) {
        let pairs = [
            ("hub.mode", asked.of("hub.mode")),
            ("hub.topic", asked.of("hub.topic")),
            ("hub.challenge", "c-7"),
            ("hub.lease_seconds", lease),
        ];
        self.question(&asked.path(), &pairs).await
    }

    /// A push as a hub signs it.
    async fn push(&self, asked: &HubRequest, body: &[u8]) -> (u16, String) {
        let signature = signed(asked.of("hub.secret"), body);
        self.push_signed(&asked.path(), Some(&signature), body).await
    }

    /// A push with any signature or none.
    async fn push_signed(&self, path: &str, signature: Option<&str>, body: &[u8]) -> (u16, String) {
        let callback = self.home.callback();
        match callback.push_target(path).await {
            Ok(target) => {
                let mut check = target.check(signature);
                check.update(body);
                callback.handle_push(target, check).await
            }
            Err(reply) => reply,
        }
    }

    fn hub(&self) -> HubHealth {
        let mut hubs = self.home.reader().hubs().unwrap();
        assert_eq!(hubs.len(), 1, "{hubs:?}");
        hubs.remove(0)
    }

    /// Subscribed, and confirmed for ten days.
    async fn subscribed() -> (Self, HubRequest) {
        let mut town = Self::open().await;
        town.home.poll().await;
        town.step().await;
        let asked = town.asked().pop().unwrap();
        assert_eq!(town.confirm(&asked, "864000").await, (200, "c-7".to_owned()));
        (town, asked)
    }
}

fn signed(secret: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, body);
    let digits: Vec<String> = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={}", digits.concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_names_a_hub_is_subscribed_as_the_recommendation_has_it() {
    let (town, asked) = TestServers::subscribed().await;
    assert_eq!(asked.of("hub.mode"), "subscribe");
    assert_eq!(asked.of("hub.topic"), town.feeds.url("/wire"));
    assert!(asked.of("hub.callback").starts_with("https://us.example/wire/websub/"));
    let id = asked.path().rsplit('/').next().unwrap().to_owned();
    assert_eq!(id.len(), 32, "128 bits");
    assert!((64..200).contains(&asked.of("hub.secret").len()));
    assert_eq!(asked.of("hub.lease_seconds"), "864000");
    let hub = town.hub();
    assert_eq!((hub.state.as_str(), hub.pushes), ("active", 0));
    assert_eq!(town.asked().len(), 1, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_question_about_what_was_asked_is_answered_and_only_once() {
    let mut town = TestServers::open().await;
    town.home.poll().await;
    town.step().await;
    let asked = town.asked().pop().unwrap();
    let (path, topic) = (asked.path(), asked.of("hub.topic").to_owned());
    let long = "c".repeat(513);
    for (path, mode, topic, challenge) in [
        (path.as_str(), "subscribe", "https://other.example/", "c"),
        (&path, "subscribe", &format!("{topic}/"), "c"),
        (&path, "unsubscribe", &topic, "c"),
        (&path, "publish", &topic, "c"),
        (&path, "subscribe", &topic, ""),
        (&path, "subscribe", &topic, &long),
        ("/websub/00000000000000000000000000000000", "subscribe", &topic, "c"),
        ("/websub/", "subscribe", &topic, "c"),
        ("/", "subscribe", &topic, "c"),
    ] {
        let pairs = [("hub.mode", mode), ("hub.topic", topic), ("hub.challenge", challenge)];
        let (status, text) = town.question(path, &pairs).await;
        assert_eq!(status, 404, "{path} {mode} {topic}");
        assert!(!text.contains(challenge) || challenge.len() < 2);
    }
    assert_eq!(town.hub().state, "wanted");
    assert_eq!(town.confirm(&asked, "864000").await.0, 200);
    assert_eq!(town.confirm(&asked, "864000").await.0, 404, "a second time nobody asked");
    assert_eq!(town.hub().state, "active", "and it changes nothing");
    // A hub cannot make us leave.
    let leave = [("hub.mode", "unsubscribe"), ("hub.topic", &topic), ("hub.challenge", "c")];
    assert_eq!(town.question(&path, &leave).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_makes_its_feed_due_now_and_its_content_comes_through_the_gate() {
    let (mut town, asked) = TestServers::subscribed().await;
    town.publish("GSOMIA is renewed");
    assert_eq!(town.poll_due().await, 0, "not due by itself");
    let lie = b"<rss><channel><item><title>GSOMIA: a lie</title></item></channel></rss>";
    assert_eq!(town.push(&asked, lie).await.0, 202);
    assert_eq!(town.poll_due().await, 1);
    assert_eq!(town.home.totals().await.alerts, 1, "the item of the feed");
    assert_eq!(town.home.count("SELECT count(*) FROM article WHERE title LIKE '%lie%'"), 0);
    for _ in 0..50 {
        assert_eq!(town.push(&asked, lie).await.0, 202, "replayed");
    }
    assert_eq!(town.poll_due().await, 0, "at most one in ten seconds");
    town.home.hand.advance(Duration::from_secs(11));
    town.home.websub_step().await;
    assert_eq!(town.poll_due().await, 1, "and one for all that came meanwhile");
    assert_eq!(town.home.totals().await.alerts, 1);
    assert_eq!(town.hub().pushes, 51);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_without_a_good_signature_is_taken_dropped_and_counted() {
    let (mut town, asked) = TestServers::subscribed().await;
    town.publish("GSOMIA is renewed");
    let body = b"anything";
    let good = signed(asked.of("hub.secret"), body);
    let other = signed(asked.of("hub.secret"), b"another body");
    let forged = signed("guess", body);
    let weak = good.replace("sha256=", "sha1=");
    for signature in
        [None, Some(""), Some("sha256=00"), Some(&*other), Some(&*forged), Some(&*weak)]
    {
        let answer = town.push_signed(&asked.path(), signature, body).await;
        assert_eq!(answer.0, 202, "whoever guesses learns nothing");
    }
    assert_eq!(town.poll_due().await, 0);
    let hub = town.hub();
    assert_eq!((hub.pushes, hub.dropped), (0, 6));
    let config = town.home.folder.path().join("wirewatch.toml");
    let store = format!("[store]\npath = \"{}\"\n", town.home.store().path().display());
    let text = std::fs::read_to_string(&config).unwrap() + &store;
    std::fs::write(&config, text).unwrap();
    let (said, _) = super::good(town.home.folder.path(), &["feeds", "list"], "");
    let line = "pushed by 127.0.0.1 (active), 0 pushes, 6 without a good signature dropped";
    assert!(said.contains(line), "{said}");
    let unknown = "/websub/0123456789abcdef0123456789abcdef";
    assert_eq!(town.push_signed(unknown, Some(&good), body).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_pushes_work_polls_are_rare_and_a_hub_that_misses_twice_is_found_out() {
    let (mut town, asked) = TestServers::subscribed().await;
    for n in 0..3 {
        town.home.hand.advance(20 * MINUTE);
        town.publish(&format!("Item {n}"));
        assert_eq!(town.push(&asked, b"x").await.0, 202);
        assert_eq!(town.poll_due().await, 1);
        town.step().await;
    }
    // The hub dies. The feed goes on.
    for missed in 1..=2 {
        town.publish(&format!("GSOMIA {missed}"));
        town.home.hand.advance(50 * MINUTE);
        let early = town.poll_due().await;
        town.home.hand.advance(20 * MINUTE);
        let polled = early + town.poll_due().await;
        assert!(polled >= 1, "the backup poll comes within the cap");
        assert_eq!(town.home.totals().await.alerts, missed, "nothing is lost");
        let expected = if missed < 2 { "active" } else { "distrusted" };
        assert_eq!(town.hub().state, expected);
        if missed == 1 {
            assert_eq!(early, 0, "it was polled at the cap");
        }
        town.step().await;
    }
    // From now on the feed is polled by its own habit again.
    let before = town.feeds.feed("/wire").asked().len();
    for _ in 0..6 {
        town.home.hand.advance(20 * MINUTE);
        town.publish("More");
        town.poll_due().await;
    }
    let polls = town.feeds.feed("/wire").asked().len() - before;
    assert!(polls >= 3, "{polls} polls in two hours");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_is_renewed_between_half_and_four_fifths_of_it() {
    let (mut town, _) = TestServers::subscribed().await;
    town.home.hand.advance(Duration::from_mins(5 * 24 * 60 - 2));
    town.home.websub_step().await;
    assert_eq!(town.asked().len(), 1, "not before half of it");
    town.home.hand.advance(Duration::from_hours(3 * 24) + 2 * MINUTE);
    town.home.websub_step().await;
    let asked = town.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1].of("hub.callback"), asked[0].of("hub.callback"), "the same subscription");
    assert_eq!(asked[1].of("hub.secret"), asked[0].of("hub.secret"));
    assert_eq!(town.confirm(&asked[1], "864000").await.0, 200);
    assert_eq!(town.hub().state, "active");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_denies_or_does_not_answer_is_asked_again_later_and_later() {
    let mut town = TestServers::open().await;
    town.home.poll().await;
    town.step().await;
    let asked = town.asked().pop().unwrap();
    let (path, topic) = (asked.path(), asked.of("hub.topic").to_owned());
    let denied =
        [("hub.mode", "denied"), ("hub.topic", topic.as_str()), ("hub.reason", "no\nthanks")];
    assert_eq!(town.question(&path, &denied).await.0, 200);
    let hub = town.hub();
    assert_eq!((hub.state.as_str(), hub.why.as_deref()), ("denied", Some("nothanks")));
    town.home.hand.advance(23 * HOUR);
    town.home.websub_step().await;
    assert_eq!(town.asked().len(), 1);
    town.home.hand.advance(2 * HOUR);
    town.home.websub_step().await;
    assert_eq!(town.asked().len(), 2, "a day later");
    // Now it takes the request and never asks back.
    for _ in 0..48 {
        town.home.hand.advance(30 * MINUTE);
        town.home.websub_step().await;
    }
    let tries = town.asked().len() - 2;
    assert!((4..=9).contains(&tries), "{tries} tries in a day");
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_survive_a_restart_and_are_left_with_their_feed() {
    let (mut town, asked) = TestServers::subscribed().await;
    town.home = town.home.restart().await;
    town.publish("GSOMIA is renewed");
    assert_eq!(town.push(&asked, b"x").await.0, 202);
    assert_eq!(town.poll_due().await, 1);
    town.step().await;
    assert_eq!(town.asked().len(), 1, "nothing is asked anew");
    let other = town.feeds.feed("/other");
    let text = config(&other, true).replace("\"wire\"", "\"other\"");
    town.home = town.home.restart_with(&text).await;
    town.step().await;
    let last = town.asked().pop().unwrap();
    assert_eq!(last.of("hub.mode"), "unsubscribe");
    assert_eq!(last.of("hub.callback"), asked.of("hub.callback"));
    assert_eq!(town.confirm(&last, "").await, (200, "c-7".to_owned()));
    assert!(town.home.reader().hubs().unwrap().is_empty());
    assert_eq!(town.push(&asked, b"x").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_feed_is_not_hurried_by_its_hub() {
    let (mut town, asked) = TestServers::subscribed().await;
    town.feeds.feed("/wire").set_answer(Answer::Later { status: 429, after: "3600".to_owned() });
    assert_eq!(town.push(&asked, b"x").await.0, 202);
    assert_eq!(town.poll_due().await, 1);
    town.home.hand.advance(MINUTE);
    assert_eq!(town.push(&asked, b"x").await.0, 202);
    assert_eq!(town.poll_due().await, 0, "the server asked for an hour");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_at_an_inside_address_is_never_asked() {
    let town = FeedServer::open();
    let hub = FeedServer::open();
    hub.feed("/hub").set_answer(Answer::Status(202));
    let feed = town.feed("/wire");
    feed.publish(Item::new("a", "x")).with_hub(&hub.url("/hub"));
    let mut home = TestApp::open(&config(&feed, true)).await;
    home.poll().await;
    home.hand.advance(MINUTE);
    home.websub_step().await;
    assert!(hub.asked().is_empty(), "what the feed was allowed holds for its own origin");
    let known = home.reader().hubs().unwrap();
    assert!(known[0].why.as_deref().unwrap().contains("127.0.0.1"), "{known:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_websub_in_the_configuration_no_hub_hears_of_us() {
    let feeds = FeedServer::open();
    let feed = feeds.feed("/wire");
    feed.publish(Item::new("a", "x")).with_hub(&feeds.url("/hub"));
    let mut home = TestApp::open(&config(&feed, false)).await;
    home.poll().await;
    home.hand.advance(MINUTE);
    home.websub_step().await;
    assert!(feeds.feed("/hub").asked().is_empty());
}

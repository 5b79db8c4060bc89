//! The feed server does what a test tells it to.
use std::time::Duration;

use crate::harness::answer::Answer;
use crate::harness::compression::Coding;
use crate::harness::feed_formats::{FeedFormat, FeedHead, Item};
use crate::harness::feed_server::FeedServer;
use crate::harness::http::{Response, send_request};

fn get(url: &str) -> Response {
    send_request(url, &[], None)
}

fn text(answered: &Response) -> String {
    String::from_utf8_lossy(&answered.body).into_owned()
}

#[test]
fn a_feed_changes_as_it_is_told() {
    let feeds = FeedServer::open();
    let news = feeds.feed("/news");
    news.with_title("Harbour Courier").with_format(FeedFormat::Atom).with_max_items(2);
    news.publish(Item::new("1", "Ferry resumes"));
    assert!(text(&get(&news.url())).contains("Ferry resumes"));
    news.edit("1", |item| item.title = "Ferry stops".to_owned())
        .change_ids(|id| format!("new-{id}"));
    let page = text(&get(&news.url()));
    assert!(page.contains("Ferry stops") && page.contains("new-1"), "{page}");
    news.publish(Item::new("2", "Two")).publish(Item::new("3", "Three"));
    assert!(!text(&get(&news.url())).contains("Ferry"), "it fell out of the window");
    news.remove("3");
    assert!(text(&get(&news.url())).contains("Ferry"));
    news.with_body("text/plain", b"\xff\xfe");
    let raw = get(&news.url());
    assert_eq!((raw.header("content-type"), &raw.body[..]), (Some("text/plain"), &b"\xff\xfe"[..]));
    assert_eq!(get(&feeds.url("/nowhere")).status, 404);
}

#[test]
fn a_conditional_request_is_answered_by_the_book() {
    let feeds = FeedServer::open();
    let news = feeds.feed("/news");
    news.publish(Item::new("1", "One"));
    let first = get(&news.url());
    let (tag, date) = (first.header("etag").unwrap(), first.header("last-modified").unwrap());
    let ask_with =
        |name: &str, value: &str| send_request(&news.url(), &[(name, value)], None).status;
    assert_eq!(ask_with("If-None-Match", tag), 304);
    assert_eq!(ask_with("If-None-Match", &format!("\"x\", W/{tag}")), 304);
    assert_eq!(ask_with("If-Modified-Since", date), 304);
    let both = [("if-none-match", "\"old\""), ("if-modified-since", date)];
    assert_eq!(send_request(&news.url(), &both, None).status, 200, "the tag goes first");
    news.publish(Item::new("2", "Two"));
    assert_eq!(ask_with("If-None-Match", tag), 200);
    assert_eq!(ask_with("If-Modified-Since", date), 200);
    news.set_answer(Answer::ValidatorLiar);
    assert_eq!(ask_with("If-None-Match", tag), 304);
    assert_eq!(get(&news.url()).status, 200);
    news.set_answer(Answer::ValidatorFlap);
    assert_ne!(get(&news.url()).header("etag"), get(&news.url()).header("etag"));
    news.set_answer(Answer::Honest).with_validators(false, false);
    assert_eq!(get(&news.url()).header("etag"), None);
    assert_eq!(ask_with("If-Modified-Since", date), 200);
}

#[test]
fn hosts_are_told_apart_and_requests_remembered() {
    let feeds = FeedServer::open();
    let one = feeds.feed_on("127.0.3.7", "/feed");
    let two = feeds.feed_on("127.0.3.8", "/feed");
    one.publish(Item::new("1", "From seven"));
    two.with_head(&FeedHead {
        title: "Eight".to_owned(),
        home: "http://eight.example/".to_owned(),
        language: "ko".to_owned(),
    });
    assert!(text(&get(&one.url())).contains("From seven"));
    assert!(text(&send_request(&two.url(), &[("User-Agent", "me")], None)).contains("Eight"));
    assert_eq!(two.asked()[0].header("user-agent"), Some("me"));
    let asked = feeds.asked();
    assert_eq!(asked.len(), 2);
    assert!(asked[0].at <= asked[1].at);
    assert_eq!((asked[0].host.as_str(), asked[0].status), ("127.0.3.7", 200));
    assert_eq!(feeds.max_concurrent_requests(), 1);
}

#[test]
fn requests_in_flight_are_counted_by_host() {
    let feeds = FeedServer::open();
    let slow = feeds.feed("/slow");
    slow.set_answer(Answer::Stall);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| get(&slow.url()));
        }
    });
    assert_eq!(feeds.max_concurrent_requests(), 3);
    slow.set_answer(Answer::Honest);
    get(&slow.url());
    assert_eq!(slow.asked().last().unwrap().at_once, 1, "who hung up is not counted");
}

#[test]
fn the_next_answers_come_first_and_once() {
    let feeds = FeedServer::open();
    let news = feeds.feed("/news");
    news.set_next_answers([
        Answer::Status(500),
        Answer::Later { status: 429, after: "120".to_owned() },
        Answer::Redirect { status: 308, to: "http://127.0.0.2/".to_owned() },
        Answer::RedirectNowhere(302),
        Answer::Page,
        Answer::Empty,
    ]);
    assert_eq!(get(&news.url()).status, 500);
    let later = get(&news.url());
    assert_eq!((later.status, later.header("retry-after")), (429, Some("120")));
    assert_eq!(get(&news.url()).header("location"), Some("http://127.0.0.2/"));
    let nowhere = get(&news.url());
    assert_eq!((nowhere.status, nowhere.header("location")), (302, None));
    assert!(text(&get(&news.url())).contains("<html>"));
    assert_eq!(get(&news.url()).body, b"");
    assert!(text(&get(&news.url())).contains("<rss"));
    assert_eq!(news.asked().len(), 7);
}

#[test]
fn redirects_lead_on_or_round() {
    let feeds = FeedServer::open();
    let goal = feeds.feed("/goal").url();
    let mut at = feeds.redirect_chain(301, 3, &goal);
    for _ in 0..3 {
        at = get(&at).header("location").unwrap().to_owned();
    }
    assert_eq!(at, goal);
    let start = feeds.redirect_loop(302, 2);
    let second = get(&start).header("location").unwrap().to_owned();
    assert_eq!(get(&second).header("location"), Some(start.as_str()));
}

#[test]
fn bad_transfers_go_wrong_where_they_should() {
    let feeds = FeedServer::open();
    let bad = feeds.feed("/bad");
    bad.with_body("text/xml", b"0123456789");
    let give = |answer: Answer| {
        bad.set_next_answers([answer]);
        get(&bad.url())
    };
    let stalled = give(Answer::StallInBody { after: 4 });
    assert_eq!((&stalled.body[..], stalled.broke), (&b"0123"[..], true));
    let reset = give(Answer::Reset { after: 4 });
    assert_eq!((&reset.body[..], reset.broke), (&b"0123"[..], true));
    let short = give(Answer::LengthShort { by: 3 });
    assert_eq!((short.header("content-length"), short.body.len()), (Some("7"), 10));
    let long = give(Answer::LengthLong { by: 5 });
    assert_eq!((long.header("content-length"), long.body.len()), (Some("15"), 10));
    let drip = give(Answer::Drip { bytes: 4, every: Duration::from_millis(5) });
    assert_eq!(drip.body, b"0123456789");
    assert_eq!(give(Answer::OneByteSegments).body, b"0123456789");
    assert_eq!(give(Answer::Stall).status, 0);
    assert_eq!(give(Answer::DripHead { every: Duration::from_secs(1) }).status, 0);
    assert_eq!(give(Answer::HeaderBomb { bytes: 70_000 }).header("x-bomb").unwrap().len(), 70_000);
    assert!(give(Answer::Endless).body.len() > 1 << 20);
    assert_eq!(give(Answer::InterimForever).status, 103);
}

#[test]
fn bodies_are_packed_only_for_those_who_accept_it() {
    let feeds = FeedServer::open();
    let news = feeds.feed("/news");
    news.with_body("text/xml", b"<rss/>").with_coding(Coding::Zstd);
    assert_eq!(get(&news.url()).body, b"<rss/>");
    let packed = send_request(&news.url(), &[("accept-encoding", "gzip, zstd")], None);
    assert_eq!(packed.header("content-encoding"), Some("zstd"));
    assert_eq!(packed.body, Coding::Zstd.compress(b"<rss/>"));
    let give = |answer: Answer| {
        news.set_next_answers([answer]);
        get(&news.url())
    };
    let gzip = Coding::Gzip.compress(b"<rss/>");
    assert_eq!(give(Answer::GzipHalf).body, gzip[..gzip.len() / 2]);
    assert_ne!(give(Answer::GzipBadSum).body, gzip);
    assert_eq!(give(Answer::GzipTwice).header("content-encoding"), Some("gzip, gzip"));
    let bomb = give(Answer::Bomb { coding: Coding::Brotli, mib: 64 });
    assert_eq!(bomb.header("content-encoding"), Some("br"));
    assert!(bomb.body.len() < 200);
}

//! Downloads that break off, bodies whose coding is damaged, certificates that do not hold: what
//! came whole is used, what did not is asked for again, and the reason reaches the operator in
//! words.
use std::fmt::Write as _;
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::harness::answer::Answer;
use crate::harness::feed_formats::Item;
use crate::harness::feed_server::{FeedServer, ServedFeed};
use crate::test_app::TestApp;
use wirewatch::domain::FeedCondition;

/// Items of each feed; each is some hundred bytes.
const ITEMS: usize = 40;

fn config(feeds: &[(&str, &ServedFeed)]) -> String {
    let mut text = String::from(
        "[poll]\ntimeout = \"3s\"\nper_host_gap = \"0s\"\n\
         [[channel]]\nname = \"screen\"\nkind = \"console\"\n\
         [[watch]]\nname = \"w\"\nnotify = [\"screen\"]\nany = [\"GSOMIA\"]\n",
    );
    for (name, feed) in feeds {
        let private = "allow_private = [\"127.0.0.0/8\"]\nbacklog = \"all\"";
        write!(text, "[[feed]]\nname = \"{name}\"\nurl = \"{}\"\n{private}\n", feed.url()).unwrap();
    }
    text
}

/// Every feed has stories of its own: shared ones would be copies.
fn filled(name: &str, feed: ServedFeed) -> ServedFeed {
    feed.with_max_items(ITEMS);
    for n in 0..ITEMS {
        let title = format!("Item {n} of {name}");
        feed.publish(Item::new(&format!("{name}-{n}"), &title).saying("Some words of it."));
    }
    feed
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_items_of_a_broken_download_are_used_and_its_validators_are_not() {
    let town = FeedServer::open();
    let broken = [
        ("long", Answer::LengthLong { by: 900 }),
        ("reset", Answer::Reset { after: 4_000 }),
        ("stalled", Answer::StallInBody { after: 4_000 }),
        ("half", Answer::GzipHalf),
        ("sum", Answer::GzipBadSum),
    ];
    let feeds: Vec<(&str, ServedFeed)> = broken
        .iter()
        .enumerate()
        .map(|(n, (name, answer))| {
            let feed = filled(name, town.feed_on(&format!("127.0.5.{n}"), "/feed"));
            feed.set_answer(answer.clone());
            (*name, feed)
        })
        .collect();
    let named: Vec<(&str, &ServedFeed)> = feeds.iter().map(|(name, feed)| (*name, feed)).collect();
    let mut home = TestApp::open(&config(&named)).await;
    let round = home.poll().await;
    assert_eq!(round.failed, 0, "{:#?}", home.feeds().await);
    let stored = round.committed.new;
    let all = u64::try_from(ITEMS * broken.len()).unwrap();
    assert!(stored > all / 3 && stored < all, "{stored} of {all}");
    // Once the servers are well again nothing is missing: no validator hid the rest.
    for (_, feed) in &feeds {
        feed.set_answer(Answer::Honest);
    }
    home.hand.advance(Duration::from_hours(2));
    let round = home.poll().await;
    assert_eq!(round.committed.new + stored, all);
    for (name, feed) in &feeds {
        let asked = feed.asked();
        assert!(asked[1].header("if-none-match").is_none(), "{name}: a validator was kept");
        assert!(asked[1].header("if-modified-since").is_none(), "{name}: a validator was kept");
    }
    // A whole body's validators are kept.
    home.poll().await;
    assert!(feeds[0].1.asked()[2].header("if-none-match").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_download_without_an_item_says_how_much_of_it_came() {
    let town = FeedServer::open();
    let feed = filled("feed", town.feed("/feed"));
    feed.set_answer(Answer::Reset { after: 20 });
    let empty = town.feed_on("127.0.5.9", "/empty");
    empty.set_answer(Answer::Empty);
    let mut home = TestApp::open(&config(&[("feed", &feed), ("empty", &empty)])).await;
    assert_eq!(home.poll().await.failed, 2);
    let feeds = home.feeds().await;
    let why = |name: &str| {
        let feed = feeds.iter().find(|feed| feed.name.as_str() == name).unwrap();
        assert_ne!(feed.state, FeedCondition::Ok);
        feed.error.clone().unwrap()
    };
    assert!(why("feed").starts_with("download incomplete (20 of "), "{}", why("feed"));
    assert_eq!(why("empty"), "the server answered 200 with nothing in it");
}

/// Makes a certificate for `name`, valid between these years.
fn certificate(
    issuer: Option<&CertifiedIssuer<'_, KeyPair>>,
    name: &str,
    (from, until): (i32, i32),
) -> Arc<ServerConfig> {
    let mut asked = CertificateParams::new([name.to_owned()]).unwrap();
    asked.not_before = rcgen::date_time_ymd(from, 1, 1);
    asked.not_after = rcgen::date_time_ymd(until, 1, 1);
    let key = KeyPair::generate().unwrap();
    let made = match issuer {
        Some(issuer) => asked.signed_by(&key, issuer).unwrap(),
        None => asked.self_signed(&key).unwrap(),
    };
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.der().clone()], key)
        .unwrap();
    Arc::new(config)
}

/// A server that shows its certificate and says nothing else; without one it speaks no TLS at all.
fn serve(config: Option<Arc<ServerConfig>>) -> u16 {
    use std::io::{Read, Write};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let Some(config) = &config else {
                // Whether anybody still listens is not the server's concern.
                socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").ok();
                continue;
            };
            let connection = ServerConnection::new(Arc::clone(config)).unwrap();
            StreamOwned::new(connection, socket).read_to_end(&mut Vec::new()).ok();
        }
    });
    port
}

#[test]
fn a_certificate_that_does_not_hold_is_told_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let mut authority = CertificateParams::default();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    authority.not_before = rcgen::date_time_ymd(2001, 1, 1);
    authority.distinguished_name.push(rcgen::DnType::CommonName, "A root of this test");
    let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    std::fs::write(folder.path().join("roots.pem"), issuer.pem()).unwrap();
    let (past, wide) = ((2002, 2003), (2002, 2090));
    let cases = [
        (
            "expired",
            Some(certificate(Some(&issuer), "127.0.0.1", past)),
            "the certificate expired on 2003-01-01",
        ),
        (
            "early",
            Some(certificate(Some(&issuer), "127.0.0.1", (2089, 2090))),
            "is not valid before 2089-01-01",
        ),
        ("other", Some(certificate(Some(&issuer), "b.example", wide)), "the certificate is for "),
        ("own", Some(certificate(None, "127.0.0.1", wide)), "issued by nobody this machine trusts"),
        ("plain", None, "does not speak TLS on this port"),
    ];
    // Each in a run of its own: many hosts that fail alike would be our own network's fault.
    for (name, tls, words) in cases {
        let port = serve(tls);
        let config = format!(
            "[store]\npath = \"{name}.db\"\n[[watch]]\nname = \"w\"\nany = [\"GSOMIA\"]\n\
             [[feed]]\nname = \"{name}\"\nurl = \"https://127.0.0.1:{port}/feed\"\n\
             allow_private = [\"127.0.0.1\"]\n"
        );
        std::fs::write(folder.path().join("wirewatch.toml"), config).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_wirewatch"));
        command.arg("once").current_dir(folder.path()).env_remove("SSL_CERT_DIR");
        let out = command.env("SSL_CERT_FILE", folder.path().join("roots.pem")).output().unwrap();
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(said.contains("TLS: ") && said.contains(words), "{name}: {said}");
    }
}

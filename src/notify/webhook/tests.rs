//! Real bytes over loopback: what is posted, and what every answer means.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};

use super::*;
use crate::domain::DeliveryId;

const BODY: &[u8] = b"{\"type\":\"test.ping\"}";

/// What a server does once it has read a request.
type Answer = Box<dyn Fn(&mut TcpStream) + Send>;

/// A server for one request after another, and the requests it read.
fn serve(answer: Answer) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (heard, requests) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let request = read_request(&mut stream);
            if heard.send(request).is_err() {
                return;
            }
            answer(&mut stream);
        }
    });
    (port, requests)
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0_u8; 4096];
    while !bytes.ends_with(BODY) {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn says(text: &str) -> Answer {
    let text = text.to_owned();
    Box::new(move |stream| {
        // The client may have gone already; that is its right.
        stream.write_all(text.as_bytes()).ok();
    })
}

fn endpoint(url: &str) -> Endpoint {
    let settings = Webhook {
        url: url.parse().unwrap(),
        secrets: vec![
            Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()),
            Secret::new("AAAA".into()),
        ],
        timeout: Duration::from_secs(1),
        allow_private: url.contains("127.0.0.1"),
    };
    Endpoint::new(&settings).unwrap()
}

async fn post(url: &str) -> Outcome {
    let outgoing = Outgoing { id: DeliveryId(7), attempt: 3, recipient: "", message: BODY };
    endpoint(url).send(&outgoing, Timestamp(1_614_265_330_000)).await
}

/// Posts to a server that gives this answer. The endpoint is lent: to make one reads every
/// certificate of the machine.
async fn answered(endpoint: &mut Endpoint, text: &str) -> Outcome {
    let (port, _requests) = serve(says(text));
    endpoint.url = format!("http://127.0.0.1:{port}/hook").parse().unwrap();
    let outgoing = Outgoing { id: DeliveryId(7), attempt: 3, recipient: "", message: BODY };
    endpoint.send(&outgoing, Timestamp(1_614_265_330_000)).await
}

#[test]
fn the_signature_is_that_of_the_standard() {
    let key = signing_key(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into())).unwrap();
    let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    let signed = signatures(&[key], id, "1614265330", b"{\"test\": 2432232314}");
    assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[tokio::test]
async fn a_request_carries_its_id_its_time_and_a_signature_for_each_secret() {
    let (port, requests) = serve(says("HTTP/1.1 204 No Content\r\n\r\n"));
    let outcome = post(&format!("http://127.0.0.1:{port}/hook")).await;
    assert_eq!(outcome, Outcome::Accepted { detail: "204 No Content".into() });
    let request = requests.recv().unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert_eq!(body.as_bytes(), BODY);
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    assert!(head.starts_with("POST /hook HTTP/1.1\r\n"));
    assert_eq!(header("webhook-id"), Some("msg_00000000000000000000000007"));
    assert_eq!(header("idempotency-key"), header("webhook-id"));
    assert_eq!(header("webhook-timestamp"), Some("1614265330"));
    assert_eq!(header("x-wirewatch-attempt"), Some("3"));
    assert_eq!(header("content-type"), Some("application/json"));
    assert!(header("user-agent").unwrap().starts_with("wirewatch/"));
    let signatures: Vec<&str> = header("webhook-signature").unwrap().split(' ').collect();
    assert_eq!(signatures.len(), 2);
    assert!(signatures.iter().all(|one| one.starts_with("v1,") && one.len() == 47));
}

#[tokio::test]
async fn only_2xx_is_success() {
    let mut endpoint = endpoint("http://127.0.0.1/");
    for status in ["200 OK", "201 Created", "202 Accepted", "204 No Content", "299 Odd"] {
        let outcome = answered(&mut endpoint, &format!("HTTP/1.1 {status}\r\n\r\n")).await;
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{status}: {outcome:?}");
    }
    for status in [
        "300", "301", "302", "303", "304", "307", "308", "400", "401", "403", "404", "405", "409",
        "413", "415", "418", "422", "429", "451", "500", "501", "502", "503", "504", "599",
    ] {
        let answer = format!("HTTP/1.1 {status} Why\r\ncontent-length: 6\r\n\r\nreason");
        let outcome = answered(&mut endpoint, &answer).await;
        let (Outcome::Unavailable { after: None, why } | Outcome::Retry { why }) = outcome else {
            panic!("{status}: {outcome:?}")
        };
        assert!(why.contains(status), "{why}");
        assert!(why.contains("reason") || status.starts_with('3'), "{why}");
    }
    let gone = answered(&mut endpoint, "HTTP/1.1 410 Gone\r\n\r\n").await;
    assert!(matches!(gone, Outcome::Paused { .. }), "{gone:?}");
}

#[tokio::test]
async fn a_redirect_is_told_and_never_followed() {
    let mut endpoint = endpoint("http://127.0.0.1/");
    let tripwire = TcpListener::bind("127.0.0.1:0").unwrap();
    tripwire.set_nonblocking(true).unwrap();
    let target = format!("http://{}/new?key=S3CRET", tripwire.local_addr().unwrap());
    for status in ["301", "302", "303", "307", "308"] {
        let outcome = answered(
            &mut endpoint,
            &format!("HTTP/1.1 {status} Moved\r\nlocation: {target}\r\n\r\n"),
        )
        .await;
        let Outcome::Unavailable { why, .. } = outcome else { panic!("{outcome:?}") };
        assert!(
            why.contains("update the URL to http://127.0.0.1:") && why.ends_with("/new"),
            "{why}"
        );
    }
    assert!(tripwire.accept().is_err(), "somebody followed the redirect");
}

#[tokio::test]
async fn retry_after_is_honoured_within_a_day() {
    let mut endpoint = endpoint("http://127.0.0.1/");
    let day = Duration::from_hours(24);
    for (wish, expected) in [
        ("120", Some(Duration::from_mins(2))),
        ("0", Some(Duration::ZERO)),
        ("999999999999999999999999", Some(day)),
        ("-5", None),
        ("NaN", None),
        ("", None),
        ("soon", None),
        ("Thu, 25 Feb 2021 15:03:10 GMT", Some(Duration::from_mins(1))),
        ("Thu, 01 Jan 1970 00:00:00 GMT", Some(Duration::ZERO)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", Some(day)),
    ] {
        for status in ["429", "503"] {
            let outcome = answered(
                &mut endpoint,
                &format!("HTTP/1.1 {status} Later\r\nretry-after: {wish}\r\n\r\n"),
            )
            .await;
            let Outcome::Unavailable { after, .. } = outcome else { panic!("{outcome:?}") };
            assert_eq!(after, expected, "{status} {wish:?}");
        }
    }
    let other = answered(&mut endpoint, "HTTP/1.1 500 Oops\r\nretry-after: 120\r\n\r\n").await;
    assert!(matches!(other, Outcome::Unavailable { after: None, .. }));
}

#[tokio::test]
async fn silence_and_broken_lines_are_tried_again() {
    let (stay, gone) = channel::<()>();
    // Waits until this test is over.
    let sleeps: Answer = Box::new(move |_| assert!(gone.recv().is_err()));
    let closes: Answer = Box::new(|_| ());
    for answer in [sleeps, closes, says("220 hello\r\n"), says("HTTP/1.1 200")] {
        let (port, _requests) = serve(answer);
        let outcome = post(&format!("http://127.0.0.1:{port}/hook")).await;
        assert!(matches!(outcome, Outcome::Unavailable { after: None, .. }), "{outcome:?}");
    }
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let outcome = post(&format!("http://{nobody}/hook")).await;
    let Outcome::Unavailable { why, .. } = outcome else { panic!("{outcome:?}") };
    assert!(why.contains("refused"), "{why}");
    drop(stay);
}

#[tokio::test]
async fn an_endless_answer_changes_nothing_and_is_left_early() {
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let floods: Answer = Box::new(move |stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok();
        while stream.write_all(&[b'x'; 4096]).is_ok() {
            counted.fetch_add(4096, Ordering::Relaxed);
        }
    });
    let (port, _requests) = serve(floods);
    let outcome = post(&format!("http://127.0.0.1:{port}/hook")).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    // What both ends of a socket hold, and no more: read until its time is up, it would be hundreds.
    let sent_mib = sent.load(Ordering::Relaxed) >> 20;
    assert!(sent_mib < 32, "{sent_mib} MiB were taken");
}

#[tokio::test]
async fn no_reason_tells_the_secret_parts_of_a_url() {
    let (port, _requests) = serve(says("HTTP/1.1 500 Oops\r\n\r\n"));
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for host in [format!("127.0.0.1:{port}"), nobody.to_string()] {
        let url = format!("http://user:PASSW0RD@{host}/T0KEN?key=S3CRET");
        let Outcome::Unavailable { why, .. } = post(&url).await else { panic!("{url}") };
        for part in ["user", "PASSW0RD", "T0KEN", "S3CRET"] {
            assert!(!why.contains(part), "{why}");
        }
        assert!(!format!("{:?}", endpoint(&url)).contains("PASSW0RD"));
    }
}

#[tokio::test]
async fn a_name_that_turns_inwards_needs_leave() {
    let (port, requests) = serve(says("HTTP/1.1 200 OK\r\n\r\n"));
    let url = format!("http://localhost:{port}/hook");
    let Outcome::Paused { why, cause } = post(&url).await else { panic!("it was let in") };
    assert_eq!(cause, PauseCause::ChannelBroken, "a name may lead elsewhere again");
    assert!(why.contains("allow_private = true"), "{why}");
    assert!(requests.try_recv().is_err());

    let literal = post("http://10.255.255.1/hook").await;
    assert!(matches!(literal, Outcome::Paused { .. }), "{literal:?}");

    let allowed = Webhook {
        url: url.parse().unwrap(),
        secrets: Vec::new(),
        timeout: Duration::from_secs(1),
        allow_private: true,
    };
    let outgoing = Outgoing { id: DeliveryId(7), attempt: 1, recipient: "", message: BODY };
    let outcome = Endpoint::new(&allowed).unwrap().send(&outgoing, Timestamp(0)).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    let request = requests.recv().unwrap();
    assert!(!request.contains("webhook-signature"), "there is no secret to sign with");
}

#[test]
fn a_secret_that_is_none_is_refused() {
    for bad in ["", "whsec_", "whsec_!!!", "hello world"] {
        assert!(signing_key(&Secret::new(bad.into())).is_none(), "{bad:?}");
    }
    assert!(signing_key(&Secret::new("whsec_AAA=".into())).is_some());
    assert!(signing_key(&Secret::new("whsec_AAA".into())).is_some(), "padding may be left out");
}

#[tokio::test]
async fn answers_that_only_announce_others_end_at_the_deadline() {
    let interim: Answer = Box::new(|stream| {
        let (_stay, pause) = channel::<()>();
        while stream.write_all(b"HTTP/1.1 103 Early\r\n\r\n").is_ok() {
            assert!(pause.recv_timeout(Duration::from_millis(1)).is_err());
        }
    });
    let (port, _requests) = serve(interim);
    let outcome = post(&format!("http://127.0.0.1:{port}/hook")).await;
    assert!(matches!(outcome, Outcome::Unavailable { .. }), "{outcome:?}");
}

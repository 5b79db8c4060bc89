//! What leaves the house is read by other people's programs: here Python's `email` and the
//! reference verifier of Standard Webhooks.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, and one that is skipped says so"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use wirewatch::compose::{self, Envelope};
use wirewatch::domain::{
    Alert, AlertId, AlertKind, Channel, ChannelKind, DeliveryId, Email, Field, Hit, Message, Name,
    Outcome, Secret, Severity, SmtpTls, Snippet, StoryId, Timestamp, Webhook,
};
use wirewatch::notify::console::Terminal;
use wirewatch::notify::{Notifier, Outgoing};

const SECRETS: [&str; 2] =
    ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_bmV3IHNlY3JldCBmb3Igcm90YXRpb24="];

fn alert(title: &str) -> Alert {
    Alert {
        id: AlertId(77),
        kind: AlertKind::New,
        story: StoryId(5),
        watch: Name::new("gsomia"),
        watch_title: "GSOMIA".into(),
        severity: Severity::Critical,
        title: title.into(),
        url: Some("https://news.example/a?b=c&d=<e>".into()),
        source: Name::new("yonhap"),
        language: Some("ko".into()),
        published: None,
        first_seen: Timestamp(1_795_425_610_000),
        score: 1.0,
        threshold: 1.0,
        hits: vec![Hit {
            term: "지소미아".into(),
            field: Field::Summary,
            start: 10,
            end: 22,
            text: "지소미아".into(),
            tolerance: Some("particle".into()),
            element: None,
        }],
        snippet: Snippet {
            text: "정부는 지소미아를 <b>연장</b>하기로 했다.\r\n.\r\n".into(),
            marks: std::iter::once(10..22).collect(),
        },
        spread: None,
        created: Timestamp(1_795_425_611_000),
    }
}

/// Composes and sends; what arrived is left with the receiver the caller holds.
async fn deliver(kind: ChannelKind, alerts: &[Alert], now: Timestamp) -> Outcome {
    let channel = Channel { name: Name::new("out"), min_severity: Severity::Low, kind };
    let recipient = channel.recipients().first().copied().unwrap_or_default();
    let id = DeliveryId(u128::MAX / 3);
    let letter = Message::Alerts(alerts.to_vec());
    let envelope = Envelope { delivery: id, recipient, answers: None };
    let message = compose::encode(&letter, envelope, &channel).unwrap();
    let screen = Arc::new(Terminal::new(Box::new(std::io::sink()), false));
    let notifier = Notifier::new(std::slice::from_ref(&channel), &screen).unwrap();
    let parcel = Outgoing { id, attempt: 1, recipient, message: &message.bytes };
    notifier.send(&channel, &parcel, now).await
}

/// Serves one connection with `talk` and hands over what it returns.
fn serve(talk: impl Fn(TcpStream) -> Vec<u8> + Send + 'static) -> (u16, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, heard) = channel();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        // The test may have failed and gone.
        tell.send(talk(stream)).ok();
    });
    (port, heard)
}

/// Reads one HTTP request and says 204.
fn http(mut stream: TcpStream) -> Vec<u8> {
    let mut request = Vec::new();
    let mut byte = [0_u8; 1];
    while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() > 0 {
        request.extend_from_slice(&byte);
    }
    let head = String::from_utf8(request.clone()).unwrap().to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0_u8; length.parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    request.extend(body);
    stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
    request
}

/// Takes one mail and gives it back with the doubled dots undone.
fn smtp(stream: TcpStream) -> Vec<u8> {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    let mut mail = Vec::new();
    writer.write_all(b"220 mx.example\r\n").unwrap();
    let mut line = Vec::new();
    let mut body = false;
    while reader.read_until(b'\n', &mut line).unwrap() > 0 {
        if body && line != b".\r\n" {
            mail.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        } else {
            body = line == b"DATA\r\n";
            let answer = if body { "354 go\r\n" } else { "250 ok\r\n" };
            writer.write_all(answer.as_bytes()).unwrap();
            if line == b"QUIT\r\n" {
                break;
            }
        }
        line.clear();
    }
    mail
}

/// The interpreter that has the packages, if it is not the machine's own.
#[expect(clippy::disallowed_methods, reason = "the test's own setting, not the program's")]
fn python() -> String {
    std::env::var("WIREWATCH_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// Runs the judge; `false`, loudly, where Python or the package is missing.
fn judged(needs: &str, arguments: &[&str]) -> bool {
    let python = python();
    let there = Command::new(&python).args(["-c", &format!("import {needs}")]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        crate::report_skipped(
            "another's judgement",
            &format!("python3 with `{needs}` is not here"),
        );
        return false;
    }
    let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/outward/verify.py");
    let verdict = Command::new(&python).arg(judge).args(arguments).output().unwrap();
    assert!(verdict.status.success(), "{}", String::from_utf8_lossy(&verdict.stderr));
    true
}

#[expect(clippy::disallowed_methods, reason = "the verifier refuses old timestamps")]
fn wall_clock() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}

#[tokio::test]
async fn a_delivered_webhook_satisfies_the_reference_verifier() {
    let folder = tempfile::tempdir().unwrap();
    for (place, alerts) in
        [vec![alert("one")], vec![alert("한국"), alert("two \u{202E}\0")]].into_iter().enumerate()
    {
        let (port, heard) = serve(http);
        let hook = Webhook {
            url: format!("http://127.0.0.1:{port}/in").parse().unwrap(),
            secrets: SECRETS.iter().map(|secret| Secret::new((*secret).into())).collect(),
            timeout: Duration::from_secs(10),
            allow_private: true,
        };
        let outcome = deliver(ChannelKind::Webhook(hook), &alerts, wall_clock()).await;
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
        let path = folder.path().join(format!("request-{place}"));
        std::fs::write(&path, heard.recv().unwrap()).unwrap();
        let path = path.to_str().unwrap();
        if !judged("standardwebhooks", &["webhook", path, SECRETS[0], SECRETS[1]]) {
            return;
        }
    }
}

#[tokio::test]
async fn a_delivered_mail_is_what_python_reads_whatever_its_title() {
    let folder = tempfile::tempdir().unwrap();
    let headers = [
        "Content-Type",
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "List-Id",
        "Importance",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "MIME-Version",
    ];
    let titles = [
        ("Seoul extends pact", "Seoul extends pact"),
        ("a\r\nBcc: evil@x.example\r\n\r\nbody\0", "a Bcc: evil@x.example body"),
        ("=?utf-8?b?aGVsbG8=?= literal", "=?utf-8?b?aGVsbG8=?= literal"),
        ("=?utf-8?q?=0D=0ABcc:_x?=", "=?utf-8?q?=0D=0ABcc:_x?="),
        (
            "한일 군사정보보호협정 \u{202E}연장\u{2066} 결정 🏳️‍🌈",
            "한일 군사정보보호협정 연장 결정 🏳️‍🌈",
        ),
        ("\r\n\0", "(untitled)"),
    ];
    for (place, (title, subject)) in titles.into_iter().enumerate() {
        let (port, heard) = serve(smtp);
        let settings = Email {
            host: "127.0.0.1".into(),
            port,
            tls: SmtpTls::None,
            user: None,
            password: None,
            from: "뉴스 데스크 <alerts@watch.example>".into(),
            to: vec!["desk@paper.example".into()],
            ca_file: None,
        };
        let outcome = deliver(ChannelKind::Email(settings), &[alert(title)], Timestamp(0)).await;
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
        let (mail, expected) = (
            folder.path().join(format!("{place}.eml")),
            folder.path().join(format!("{place}.json")),
        );
        std::fs::write(&mail, heard.recv().unwrap()).unwrap();
        let wanted = serde_json::json!({
            "subject": subject,
            "headers": headers,
            "text": "*지소미아*를 <b>연장</b>하기로 했다.",
            "html": "<mark>지소미아</mark>를 &lt;b&gt;연장&lt;/b&gt;하기로 했다.",
        });
        std::fs::write(&expected, wanted.to_string()).unwrap();
        if !judged("email", &["mail", mail.to_str().unwrap(), expected.to_str().unwrap()]) {
            return;
        }
    }
}

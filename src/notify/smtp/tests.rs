//! Real bytes over loopback: a mail server that follows a script, in the clear and encrypted.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream as Socket};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;
use crate::domain::{DeliveryId, Email, Secret, SmtpTls};

const MAIL: &[u8] = b"Subject: x\r\n\r\n.a dot\r\n..two dots\r\n.\r\nend\r\n";

/// What the server says at each stage. `HANG` says nothing, `DROP` closes the line.
#[derive(Clone)]
struct Script {
    banner: &'static str,
    ehlo: &'static str,
    starttls: &'static str,
    auth: &'static str,
    mail: &'static str,
    rcpt: &'static str,
    data: &'static str,
    dot: &'static str,
    reset: &'static str,
    quit: &'static str,
}

const HANG: &str = "hang";
const DROP: &str = "drop";

const GOOD: Script = Script {
    banner: "220 mx.example ESMTP",
    ehlo: "250-mx.example\r\n250-STARTTLS\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
    starttls: "220 go ahead",
    auth: "235 2.7.0 welcome",
    mail: "250 2.1.0 ok",
    rcpt: "250 2.1.5 ok",
    data: "354 go ahead",
    dot: "250 2.0.0 queued as 4XYZ",
    reset: "250 2.0.0 ok",
    quit: "221 bye",
};

/// Everything a server heard in one dialogue.
#[derive(Debug, Default)]
struct Heard {
    commands: Vec<String>,
    mail: Vec<u8>,
    encrypted: bool,
}

trait Line: Read + Write + Send {}
impl<T: Read + Write + Send> Line for T {}

/// A certificate for localhost, and what a server needs to show it.
fn certificate(name: &str) -> (String, Arc<ServerConfig>) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let config = server_config(made.cert.der().clone(), made.signing_key.serialize_der());
    (made.cert.pem(), config)
}

fn server_config(
    certificate: rustls::pki_types::CertificateDer<'static>,
    key: Vec<u8>,
) -> Arc<ServerConfig> {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::Pkcs8(key.into()))
        .unwrap();
    Arc::new(config)
}

fn encrypted(socket: Socket, config: &Arc<ServerConfig>) -> Box<dyn Line> {
    Box::new(StreamOwned::new(ServerConnection::new(Arc::clone(config)).unwrap(), socket))
}

/// A server for one dialogue.
fn serve(script: Script, tls: Option<Arc<ServerConfig>>, implicit: bool) -> (u16, Receiver<Heard>) {
    serve_sessions(script, tls, implicit, 1)
}

/// A server for so many dialogues, one after another.
fn serve_sessions(
    script: Script,
    tls: Option<Arc<ServerConfig>>,
    implicit: bool,
    sessions: usize,
) -> (u16, Receiver<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, heard) = channel();
    std::thread::spawn(move || {
        for _ in 0..sessions {
            let (socket, _) = listener.accept().unwrap();
            let mut told = Heard::default();
            let line: Box<dyn Line> = match &tls {
                Some(config) if implicit => {
                    told.encrypted = true;
                    encrypted(socket.try_clone().unwrap(), config)
                }
                Some(_) | None => Box::new(socket.try_clone().unwrap()),
            };
            dialogue(&script, line, &mut told, tls.as_ref().map(|config| (&socket, config)));
            // Nobody may be listening any more.
            tell.send(told).ok();
        }
    });
    (port, heard)
}

/// Says one answer; `false` ends the dialogue.
fn say(line: &mut BufReader<Box<dyn Line>>, text: &str) -> bool {
    if text == HANG {
        // Until the client has given up.
        let mut rest = Vec::new();
        line.read_to_end(&mut rest).ok();
    }
    if text == HANG || text == DROP {
        return false;
    }
    let stream = line.get_mut();
    stream.write_all(format!("{text}\r\n").as_bytes()).and_then(|()| stream.flush()).is_ok()
}

fn dialogue(
    script: &Script,
    line: Box<dyn Line>,
    told: &mut Heard,
    tls: Option<(&Socket, &Arc<ServerConfig>)>,
) {
    let mut line = BufReader::new(line);
    if !say(&mut line, script.banner) {
        return;
    }
    loop {
        let mut command = String::new();
        if !line.read_line(&mut command).is_ok_and(|read| read > 0) {
            return;
        }
        let verb = command.get(..4).unwrap_or_default().to_owned();
        told.commands.push(command.trim_end().to_owned());
        let answer = match verb.as_str() {
            "EHLO" => script.ehlo,
            "STAR" => script.starttls,
            "AUTH" => script.auth,
            "MAIL" => script.mail,
            "RCPT" => script.rcpt,
            "DATA" => script.data,
            "RSET" => script.reset,
            "QUIT" => script.quit,
            _ => "500 what?",
        };
        if !say(&mut line, answer) || verb == "QUIT" {
            return;
        }
        if verb == "STAR" && answer.starts_with('2') {
            let (socket, config) = tls.unwrap();
            line = BufReader::new(encrypted(socket.try_clone().unwrap(), config));
            told.encrypted = true;
        }
        if verb == "DATA" && answer.starts_with('3') {
            told.mail = read_mail(&mut line);
            if !say(&mut line, script.dot) {
                return;
            }
        }
    }
}

/// Reads until the lone dot and takes the doubled dots back.
fn read_mail(line: &mut BufReader<Box<dyn Line>>) -> Vec<u8> {
    let mut mail = Vec::new();
    loop {
        let mut text = Vec::new();
        if !line.read_until(b'\n', &mut text).is_ok_and(|read| read > 0) || text == b".\r\n" {
            return mail;
        }
        mail.extend_from_slice(text.strip_prefix(b".").unwrap_or(&text));
    }
}

fn settings(port: u16, tls: SmtpTls) -> Email {
    Email {
        host: "localhost".into(),
        port,
        tls,
        user: None,
        password: None,
        from: "Wire <alerts@watch.example>".into(),
        to: vec!["desk@paper.example".into()],
        ca_file: None,
    }
}

fn relay(settings: &Email) -> MailServer {
    patient(settings, Duration::from_secs(10))
}

fn patient(settings: &Email, short: Duration) -> MailServer {
    let patience = StageTimeouts {
        connect: short,
        greeting: short,
        tls: short,
        login: short,
        envelope: short,
        data: short,
        message: short,
        housekeeping: Duration::from_millis(300),
    };
    MailServer { timeouts: patience, ..MailServer::new(settings).unwrap() }
}

fn outgoing<'a>(recipient: &'a str, message: &'a [u8]) -> Outgoing<'a> {
    Outgoing { id: DeliveryId(1), attempt: 1, recipient, message }
}

/// Plays a script in the clear.
async fn plays(script: Script) -> (Outcome, Heard) {
    let (port, heard) = serve(script.clone(), None, false);
    let mut settings = settings(port, SmtpTls::None);
    settings.user = Some("wire-user".into());
    settings.password = Some(Secret::new("PASSW0RD".into()));
    let Script { banner, ehlo, auth, mail, rcpt, data, dot, .. } = script;
    let hangs = [banner, ehlo, auth, mail, rcpt, data, dot].contains(&HANG);
    let patience = if hangs { Duration::from_millis(300) } else { Duration::from_secs(10) };
    let relay = patient(&settings, patience);
    let outcome = relay.send(&outgoing("desk@paper.example", MAIL)).await;
    relay.close_idle(Duration::ZERO).await;
    (outcome, heard.recv().unwrap())
}

#[tokio::test]
async fn a_mail_arrives_byte_for_byte_in_a_transaction_of_its_own() {
    let (outcome, heard) = plays(GOOD).await;
    let detail = "250 2.0.0 queued as 4XYZ".to_owned();
    assert_eq!(outcome, Outcome::Accepted { detail });
    assert_eq!(heard.mail, MAIL);
    let verbs: Vec<&str> = heard.commands.iter().skip(2).map(String::as_str).collect();
    assert_eq!(
        verbs,
        ["MAIL FROM:<alerts@watch.example>", "RCPT TO:<desk@paper.example>", "DATA", "QUIT"]
    );
}

/// How the channel stands after an attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Then {
    Accepted,
    Retry,
    Unavailable,
    Refused,
    Paused,
}

fn then(outcome: &Outcome) -> (Then, &str) {
    match outcome {
        Outcome::Accepted { detail } => (Then::Accepted, detail),
        Outcome::Retry { why } => (Then::Retry, why),
        Outcome::Unavailable { why, .. } => (Then::Unavailable, why),
        Outcome::Refused { why } => (Then::Refused, why),
        Outcome::Paused { why, .. } => (Then::Paused, why),
    }
}

#[tokio::test]
async fn every_answer_at_every_stage_means_what_it_should() {
    type Set = fn(&mut Script, &'static str);
    // The stage; then what 4xx, a refusal of the recipient and a broken connection mean there.
    let early = [Then::Unavailable, Then::Paused, Then::Unavailable];
    let named = [Then::Retry, Then::Refused, Then::Retry];
    let stages: [(&str, Set, [Then; 3]); 7] = [
        ("banner", |s, t| s.banner = t, early),
        ("ehlo", |s, t| s.ehlo = t, early),
        ("auth", |s, t| s.auth = t, early),
        ("mail", |s, t| s.mail = t, early),
        ("rcpt", |s, t| s.rcpt = t, named),
        ("data", |s, t| s.data = t, named),
        ("dot", |s, t| s.dot = t, named),
    ];
    for (stage, set, [later, nobody, broken]) in stages {
        for (answer, expected) in [
            ("421 4.3.2 going down", Then::Unavailable),
            ("451 4.7.1 greylisted, come back", later),
            ("550 5.1.1 no such user", nobody),
            ("550 5.7.1 no such thing", Then::Paused),
            ("554-5.7.1 no\r\n554 5.7.1 really not", Then::Paused),
            ("530 5.7.0 log in first", Then::Paused),
            (DROP, broken),
            (HANG, broken),
            ("what do you mean", broken),
            ("999 number", broken),
        ] {
            let mut script = GOOD;
            set(&mut script, answer);
            let (outcome, _heard) = plays(script).await;
            let (found, why) = then(&outcome);
            assert_eq!(found, expected, "{stage} {answer:?}: {why}");
            let code = answer.get(..3).filter(|code| code.bytes().all(|b| b.is_ascii_digit()));
            let code = code.filter(|code| *code != "999");
            assert!(code.is_none_or(|code| why.contains(code)), "{stage} {answer:?}: {why}");
        }
    }
}

#[tokio::test]
async fn an_answer_of_the_wrong_kind_is_no_success() {
    for (script, stage) in [
        (Script { rcpt: "354 go ahead", ..GOOD }, "recipient"),
        (Script { data: "250 ok", ..GOOD }, "offering"),
        (Script { dot: "354 go ahead", ..GOOD }, "sending"),
    ] {
        let (outcome, _heard) = plays(script).await;
        let (found, why) = then(&outcome);
        assert!(found == Then::Retry && why.contains(stage), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_session_is_used_again_and_a_dead_one_is_replaced() {
    let rset = |reset| Script { reset, ..GOOD };
    for (script, sessions) in [(rset("250 2.0.0 ok"), 1), (rset(DROP), 2)] {
        let (port, heard) = serve_sessions(script, None, false, sessions);
        let relay = relay(&settings(port, SmtpTls::None));
        for recipient in ["one@paper.example", "two@paper.example"] {
            let outcome = relay.send(&outgoing(recipient, MAIL)).await;
            assert_eq!(then(&outcome).0, Then::Accepted, "{outcome:?}");
        }
        relay.close_idle(Duration::ZERO).await;
        let heard: Vec<Heard> = (0..sessions).map(|_| heard.recv().unwrap()).collect();
        let rcpts = |log: &Heard| log.commands.iter().filter(|c| c.starts_with("RCPT")).count();
        assert_eq!(heard.iter().map(rcpts).sum::<usize>(), 2, "{heard:?}");
        assert_eq!(heard.last().unwrap().commands.last().unwrap(), "QUIT");
    }
}

#[tokio::test]
async fn once_accepted_a_lost_goodbye_changes_nothing() {
    for quit in [DROP, HANG, "421 oops", "garbage"] {
        let (outcome, heard) = plays(Script { quit, ..GOOD }).await;
        assert_eq!(then(&outcome).0, Then::Accepted, "{quit}");
        assert_eq!(heard.mail, MAIL);
    }
}

#[tokio::test]
async fn a_server_that_knows_no_login_pauses_the_channel() {
    let (outcome, heard) = plays(Script { ehlo: "250 mx.example", ..GOOD }).await;
    assert_eq!(then(&outcome).0, Then::Paused, "{outcome:?}");
    assert!(heard.mail.is_empty());
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let endless: &'static str = Box::leak("2".repeat(1 << 20).into_boxed_str());
    let (outcome, _heard) = plays(Script { mail: endless, ..GOOD }).await;
    let (found, why) = then(&outcome);
    assert!(found == Then::Unavailable && why.contains("does not end"), "{outcome:?}");
}

#[tokio::test]
async fn no_reason_tells_an_address_or_a_password() {
    // "PASSW0RD" and the whole login, as AUTH PLAIN spells it.
    let auth =
        "535 AHdpcmUtdXNlcgBQQVNTVzBSRA== PASSW0RD UEFTU1cwUkQ= wrong for wire@watch.example";
    let rcpt = "550 5.1.1 <desk@paper.example>: unknown";
    for script in [Script { auth, ..GOOD }, Script { rcpt, ..GOOD }] {
        let (outcome, _heard) = plays(script).await;
        let (_, why) = then(&outcome);
        for part in ["@", "PASSW0RD", "UEFTU1cwUkQ=", "AHdpcmUtdXNlcgBQQVNTVzBSRA=="] {
            assert!(!why.contains(part), "{why}");
        }
    }
    let relay = relay(&settings(25, SmtpTls::None));
    assert!(!format!("{relay:?}").contains('@'));
}

#[test]
fn half_a_login_is_refused() {
    let mut settings = settings(25, SmtpTls::None);
    settings.user = Some("wire".into());
    assert!(MailServer::new(&settings).unwrap_err().contains("go together"));
}

#[tokio::test]
async fn nobody_there_is_tried_again() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let outcome = relay(&settings(port, SmtpTls::None)).send(&outgoing("a@b.example", MAIL)).await;
    assert_eq!(then(&outcome).0, Then::Unavailable, "{outcome:?}");
}

#[tokio::test]
async fn a_mail_with_a_bare_line_end_never_leaves() {
    for message in [&b"a\n.\r\nb\r\n"[..], b"a\r.\r\nb\r\n", b"a\r", b"\n"] {
        let relay = relay(&settings(1, SmtpTls::None));
        let outcome = relay.send(&outgoing("a@b.example", message)).await;
        assert_eq!(then(&outcome).0, Then::Refused, "{message:?}");
    }
}

#[tokio::test]
async fn addresses_in_other_scripts_go_as_far_as_the_server_can() {
    let (port, heard) = serve(GOOD, None, false);
    let relay_to = |port| relay(&settings(port, SmtpTls::None));
    let outcome = relay_to(port).send(&outgoing("desk@bücher.example", MAIL)).await;
    assert_eq!(then(&outcome).0, Then::Accepted);
    let commands = heard.recv().unwrap().commands;
    assert!(commands.contains(&"RCPT TO:<desk@xn--bcher-kva.example>".to_owned()), "{commands:?}");

    let (port, _heard) = serve(GOOD, None, false);
    let outcome = relay_to(port).send(&outgoing("用户@paper.example", MAIL)).await;
    assert_eq!(then(&outcome).0, Then::Refused, "{outcome:?}");

    let ehlo = "250-mx.example\r\n250-8BITMIME\r\n250 SMTPUTF8";
    let (port, heard) = serve(Script { ehlo, ..GOOD }, None, false);
    let outcome = relay_to(port).send(&outgoing("用户@paper.example", MAIL)).await;
    assert_eq!(then(&outcome).0, Then::Accepted, "{outcome:?}");
    let commands = heard.recv().unwrap().commands;
    assert!(commands.iter().any(|c| c == "MAIL FROM:<alerts@watch.example> SMTPUTF8"));
}

/// Plays a script encrypted, with the server's certificate trusted or not.
async fn plays_tls(script: Script, tls: SmtpTls, name: &str, trusted: bool) -> (Outcome, Heard) {
    let (pem, config) = certificate(name);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, pem).unwrap();
    let (port, heard) = serve(script, Some(config), tls == SmtpTls::Implicit);
    let mut settings = settings(port, tls);
    settings.ca_file = trusted.then_some(path);
    let outcome = relay(&settings).send(&outgoing("desk@paper.example", MAIL)).await;
    (outcome, heard.recv().unwrap())
}

#[tokio::test]
async fn encrypted_both_ways_a_mail_arrives() {
    for tls in [SmtpTls::StartTls, SmtpTls::Implicit] {
        let (outcome, heard) = plays_tls(GOOD, tls, "localhost", true).await;
        assert_eq!(then(&outcome).0, Then::Accepted, "{tls:?} {outcome:?}");
        assert!(heard.encrypted && heard.mail == MAIL);
    }
}

/// An authority's certificate for localhost, shown by the server as its own.
fn authority() -> (String, Arc<ServerConfig>) {
    let mut params = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let key = rcgen::KeyPair::generate().unwrap();
    let made = params.self_signed(&key).unwrap();
    let config = server_config(made.der().clone(), key.serialize_der());
    (made.pem(), config)
}

#[tokio::test]
async fn the_very_certificate_the_operator_named_is_trusted_and_no_other() {
    for tls in [SmtpTls::StartTls, SmtpTls::Implicit] {
        let ((shown, config), (other, _)) = (authority(), authority());
        for (named, expected) in [(shown, Then::Accepted), (other, Then::Paused)] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("ca.pem");
            std::fs::write(&path, named).unwrap();
            let config = Arc::clone(&config);
            let (port, _heard) = serve_sessions(GOOD, Some(config), tls == SmtpTls::Implicit, 2);
            let settings = Email { ca_file: Some(path), ..settings(port, tls) };
            let outcome = relay(&settings).send(&outgoing("desk@paper.example", MAIL)).await;
            assert_eq!(then(&outcome).0, expected, "{tls:?} {outcome:?}");
        }
    }
}

#[tokio::test]
async fn a_certificate_that_cannot_be_trusted_pauses_the_channel() {
    for tls in [SmtpTls::StartTls, SmtpTls::Implicit] {
        for (name, trusted) in [("localhost", false), ("other.example", true)] {
            let (outcome, heard) = plays_tls(GOOD, tls, name, trusted).await;
            let (found, why) = then(&outcome);
            assert!(found == Then::Paused && why.contains("certificate"), "{tls:?} {why}");
            assert!(heard.mail.is_empty());
        }
    }
}

#[tokio::test]
async fn without_encryption_nothing_is_sent() {
    let script = Script { ehlo: "250 mx.example", ..GOOD };
    let (outcome, heard) = plays_tls(script, SmtpTls::StartTls, "localhost", true).await;
    assert_eq!(then(&outcome).0, Then::Paused, "{outcome:?}");
    assert!(heard.mail.is_empty() && heard.commands.len() <= 2);
    let later = Script { starttls: "454 4.7.0 later", ..GOOD };
    let (outcome, _heard) = plays_tls(later, SmtpTls::StartTls, "localhost", true).await;
    assert_eq!(then(&outcome).0, Then::Unavailable, "{outcome:?}");
}

#[tokio::test]
async fn words_slipped_in_before_encryption_are_refused() {
    let starttls = "220 go ahead\r\n250-mx.example\r\n250 AUTH PLAIN";
    let script = Script { starttls, ..GOOD };
    let (outcome, heard) = plays_tls(script, SmtpTls::StartTls, "localhost", true).await;
    let (found, why) = then(&outcome);
    assert!(found == Then::Paused && why.contains("out of turn"), "{outcome:?}");
    assert!(heard.mail.is_empty());
}

#[tokio::test]
async fn a_server_on_another_machine_gets_nothing_in_the_clear() {
    // This machine's own outward address, if it has one, is not loopback.
    let probe = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    let outward = probe.connect("192.0.2.1:9").and_then(|()| probe.local_addr());
    let Ok(outward) = outward.map(|address| address.ip()) else { return };
    let listener = TcpListener::bind((outward, 0)).unwrap();
    let mut settings = settings(listener.local_addr().unwrap().port(), SmtpTls::None);
    settings.host = outward.to_string();
    let outcome = relay(&settings).send(&outgoing("a@b.example", MAIL)).await;
    assert_eq!(then(&outcome).0, Then::Paused, "{outcome:?}");
}

//! The mail catcher keeps every byte, and misbehaves where it is told to.
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::harness::mail_server::{MailServer, SmtpReply, SmtpStage};

/// A client that says each line and collects the last line of each reply.
struct Client(BufReader<TcpStream>);

impl Client {
    #[expect(clippy::disallowed_methods, reason = "the client of the world's own smoke tests")]
    fn connect(mail: &MailServer) -> Self {
        let stream = TcpStream::connect(mail.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
        Self(BufReader::new(stream))
    }

    fn hear(&mut self) -> String {
        loop {
            let mut line = Vec::new();
            if self.0.read_until(b'\n', &mut line).unwrap_or(0) == 0 {
                return "gone".to_owned();
            }
            if line.get(3) != Some(&b'-') {
                return String::from_utf8_lossy(&line).trim_end().to_owned();
            }
        }
    }

    fn say(&mut self, line: &str) -> String {
        self.0.get_mut().write_all(format!("{line}\r\n").as_bytes()).unwrap();
        self.hear().chars().take(3).collect()
    }

    /// A whole message; the reply to each step.
    fn send(&mut self, data: &str) -> Vec<String> {
        ["EHLO me.example", "MAIL FROM:<a@x.example>", "RCPT TO:<b@y.example>", "DATA", data]
            .map(|line| self.say(line))
            .to_vec()
    }
}

#[test]
fn a_message_is_kept_byte_for_byte() {
    let mail = MailServer::open();
    let mut client = Client::connect(&mail);
    assert!(client.hear().starts_with("220"));
    let said = client.send("Subject: one\r\n two\r\n\r\n..dot\r\nbare\nlf\r\n.");
    assert_eq!(said, ["250", "250", "250", "354", "250"]);
    assert_eq!(client.say("NOOP"), "250");
    assert_eq!(client.say("RSET"), "250");
    assert_eq!(client.say("VRFY x"), "500");
    assert_eq!(client.say("DATA"), "503");
    assert_eq!(client.say("AUTH PLAIN AGEAYg=="), "235");
    assert_eq!(client.say("QUIT"), "221");
    let caught = mail.wait_for(1, Duration::from_secs(1)).remove(0);
    assert_eq!(caught.data, b"Subject: one\r\n two\r\n\r\n.dot\r\nbare\nlf\r\n");
    assert_eq!(caught.header("subject").as_deref(), Some("one two"));
    assert_eq!((caught.from.as_str(), caught.helo.as_str()), ("a@x.example", "me.example"));
    assert_eq!(caught.to, ["b@y.example"]);
    assert!(caught.is_acknowledged);
    assert_eq!(mail.connections(), 1);
}

#[test]
fn each_stage_can_refuse() {
    let mail = MailServer::open();
    let line = |text: &str| SmtpReply::Line(text.to_owned());
    mail.set_reply(SmtpStage::Rcpt, line("550 5.1.1 nobody"))
        .set_next_reply(SmtpStage::Mail, line("451 4.3.0 no"));
    let mut client = Client::connect(&mail);
    client.hear();
    client.say("EHLO me.example");
    assert_eq!(client.say("MAIL FROM:<a@x.example>"), "451");
    assert_eq!(client.say("MAIL FROM:<a@x.example>"), "250");
    assert_eq!(client.say("RCPT TO:<b@y.example>"), "550");
    mail.clear_failures().set_next_reply(SmtpStage::Dot, line("452 4.3.1 full"));
    assert_eq!(client.send(".").pop().unwrap(), "452");
    assert_eq!(mail.received(), [], "what was refused is not kept");
    mail.set_next_reply(SmtpStage::Data, line("421 4.3.2 closing"));
    assert_eq!(client.send("x").pop().unwrap(), "gon");
    assert_eq!(mail.set_extensions(&["SIZE 1"]).received(), []);
}

#[test]
fn each_stage_can_go_silent_or_mad() {
    let mail = MailServer::open();
    for (stage, says) in [
        (SmtpStage::Banner, SmtpReply::Drop),
        (SmtpStage::Banner, SmtpReply::Stall),
        (SmtpStage::Banner, SmtpReply::Garbage),
        (SmtpStage::Banner, SmtpReply::LongLine),
    ] {
        mail.set_next_reply(stage, says);
    }
    let heard: Vec<String> = (0..4).map(|_| Client::connect(&mail).hear()).collect();
    assert_eq!(heard[..2], ["gone", "gone"]);
    assert!(heard[2].contains('\u{fffd}'));
    assert_eq!(heard[3].len(), 1_000_004);
}

#[test]
fn a_message_can_be_kept_though_the_sender_never_knows() {
    let mail = MailServer::open();
    mail.set_next_reply(SmtpStage::Dot, SmtpReply::Drop)
        .set_next_reply(SmtpStage::Dot, SmtpReply::AnswerThenDrop);
    for (last, is_acknowledged) in [("gon", false), ("250", true)] {
        let mut client = Client::connect(&mail);
        client.hear();
        assert_eq!(client.send("x\r\n.").pop().unwrap(), last);
        assert_eq!(mail.received().pop().unwrap().is_acknowledged, is_acknowledged);
    }
    assert_eq!(mail.received().len(), 2);
}

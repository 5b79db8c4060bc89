//! What a permanent refusal (5xx) of a mail server is about: one delivery, or us as a sender.
//!
//! The enhanced status code (RFC 3463) decides. The words are read only where a server sends no
//! such code, or one that says nothing.

use super::stage::Stage;

/// Whom a refusal concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// This recipient or this message: other mails may well be taken.
    Delivery,
    /// Every mail of ours: login, relaying, block lists, sending limits, SPF, DKIM, DMARC.
    Sender,
}

/// The end of this list is for servers that name the sender in words only.
const SENDER_WORDS: [&str; 27] = [
    "relay",
    "block",
    "blacklist",
    "listed",
    "banned",
    "policy",
    "policies",
    "spf",
    "dkim",
    "dmarc",
    "reputation",
    "spam",
    "authenticat",
    "credential",
    "log in",
    "login",
    "not permitted",
    "not allowed",
    "not authori",
    "unauthori",
    "denied",
    "client host",
    "helo",
    "your ip",
    "reverse dns",
    "ptr record",
    "service unavailable",
];
/// These come before the recipient's words: "sender's quota", "no such user (sender verify failed)".
const SENDER_FIRST_WORDS: [&str; 7] =
    ["sender", "sending", "daily", "hourly", "per hour", "per day", "limit"];
const MESSAGE_WORDS: [&str; 3] = ["size", "too big", "too large"];
const RECIPIENT_WORDS: [&str; 18] = [
    "no such",
    "user unknown",
    "unknown user",
    "unknown recipient",
    "recipient unknown",
    "unknown local",
    "address unknown",
    "unknown address",
    "not found",
    "not exist",
    "n't exist",
    "invalid recipient",
    "invalid mailbox",
    "no mailbox",
    "mailbox",
    "quota",
    "unrouteable",
    "inactive",
];

/// Whom a 5xx answer concerns. `text` is what the server said after its code.
pub(super) fn refused(stage: Stage, code: u16, text: &str) -> Refused {
    // The server asks for a login, or does not take the one it got, at whatever stage.
    if matches!(code, 530 | 534 | 535 | 538) {
        return Refused::Sender;
    }
    let named = matches!(stage, Stage::Recipient | Stage::Data | Stage::Message);
    match enhanced(text) {
        // The message is too large for the server, or its content cannot be carried.
        Some((3, 4) | (6, _)) => Refused::Delivery,
        _ if !named => Refused::Sender,
        // The recipient's address, mailbox or route; an address with a new owner (RFC 7293).
        Some((1, 1..=6 | 10) | (2, 1..=4) | (4, 1) | (7, 17 | 18)) => Refused::Delivery,
        // The sender's own address; mail system congestion, used for sending limits; the server as a
        // whole, the protocol, policy and security.
        Some((1, 7 | 8) | (4, 5) | (3 | 5 | 7, _)) => Refused::Sender,
        Some(_) | None => by_words(stage, code, text),
    }
}

/// Subject and detail of the first `5.subject.detail` in an answer.
fn enhanced(text: &str) -> Option<(u16, u16)> {
    text.split_whitespace().find_map(|word| {
        let word = word.trim_matches(|c: char| !c.is_ascii_digit());
        let mut numbers = word.strip_prefix("5.")?.split('.').map(str::parse);
        match (numbers.next(), numbers.next(), numbers.next()) {
            (Some(Ok(subject)), Some(Ok(detail)), None) => Some((subject, detail)),
            _ => None,
        }
    })
}

fn by_words(stage: Stage, code: u16, text: &str) -> Refused {
    let text = text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&MESSAGE_WORDS) {
        return Refused::Delivery;
    }
    if says(&SENDER_FIRST_WORDS) {
        return Refused::Sender;
    }
    if says(&RECIPIENT_WORDS) {
        return Refused::Delivery;
    }
    // 554 where a recipient is named is what servers say to a client they do not want.
    let unwanted = stage == Stage::Recipient && matches!(code, 554 | 571);
    if unwanted || matches!(code, 500..=504 | 521) || says(&SENDER_WORDS) {
        Refused::Sender
    } else {
        Refused::Delivery
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_the_sender_is_told_from_one_of_the_recipient() {
        use Stage::{Data, Message, Recipient, Sender};
        for (stage, answer) in [
            (Sender, "550 no"),
            (Sender, "550 5.1.1 no such user"),
            (Recipient, "554 5.7.1 Service unavailable; Client host blocked using a list"),
            (Recipient, "550 5.7.1 <desk>: Relay access denied"),
            (Recipient, "550 relay not permitted"),
            (Recipient, "530 5.7.0 Authentication required"),
            (Recipient, "550 5.7.26 this mail is unauthenticated: SPF and DKIM did not pass"),
            (Recipient, "550 5.1.8 Sender address rejected: Domain not found"),
            (Recipient, "550 5.4.5 Daily user sending limit exceeded"),
            (Recipient, "550 5.1.90 you have reached your daily limit for recipients"),
            (Recipient, "550-No Such User Here\n550 Sender verify failed"),
            (Recipient, "554 rejected"),
            (Recipient, "550 rejected because your IP is listed at a DNSBL"),
            (Recipient, "571 blocked"),
            (Data, "554 5.7.1 policy"),
            (Message, "550 5.7.1 unauthenticated email is not accepted (DMARC)"),
            (Message, "554 message rejected as spam"),
            (Recipient, "503 bad sequence"),
        ] {
            assert_eq!(judged(stage, answer), Refused::Sender, "{stage:?} {answer}");
        }
        for (stage, answer) in [
            (Recipient, "550 5.1.1 no such user"),
            (Recipient, "550 #5.1.0 Address rejected: no such user here"),
            (Recipient, "550 no such user"),
            (Recipient, "550 unknown"),
            (Recipient, "553 mailbox name not allowed"),
            (Recipient, "552 5.2.2 mailbox full, over quota"),
            (Recipient, "552 over quota"),
            (Recipient, "550 5.4.1 Recipient address rejected: Access denied"),
            (Recipient, "550 5.2.1 mailbox disabled, sender not at fault"),
            (Message, "552 5.3.4 message too big"),
            (Message, "552 message size exceeds limit"),
            (Message, "554 5.6.0 bad content"),
            (Message, "550 no thanks"),
        ] {
            assert_eq!(judged(stage, answer), Refused::Delivery, "{stage:?} {answer}");
        }
    }

    fn judged(stage: Stage, answer: &str) -> Refused {
        let (code, text) = answer.split_at(3);
        refused(stage, code.parse().unwrap(), text)
    }
}

//! What a failed request means for the schedule, and how it is said to people.
use super::not_a_feed::WebPage;
use crate::domain::FeedCondition;
use crate::fetch::{Failure, FailureKind};
use crate::schedule::{FailedPoll, FailureClass, HostContact};

/// The class of a failure, and its reason in words.
pub(super) fn classify(failure: &Failure, page: Option<WebPage>) -> (FailedPoll, String) {
    let (word, weight) = match failure.kind {
        FailureKind::Refused | FailureKind::TooLarge => {
            (FeedCondition::Failing, FailureClass::Hard)
        }
        FailureKind::Unresolved
        | FailureKind::Connect
        | FailureKind::Tls
        | FailureKind::Timeout
        | FailureKind::Body => (FeedCondition::Failing, FailureClass::Soft),
        FailureKind::Unreadable => match page {
            Some(page) if page.is_challenge => (FeedCondition::Blocked, FailureClass::Soft),
            // It may be a maintenance page, or a portal's: gone within the hour.
            Some(_) | None => (FeedCondition::NotAFeed, FailureClass::Soft),
        },
        FailureKind::Status(status) => by_status(status),
    };
    let patience = matches!(failure.kind, FailureKind::Status(429 | 503));
    let trouble = FailedPoll {
        word,
        class: weight,
        retry_after: failure.retry_after.filter(|_| patience),
        gone: failure.kind == FailureKind::Status(410),
    };
    (trouble, reason(failure, page))
}

fn by_status(status: u16) -> (FeedCondition, FailureClass) {
    match status {
        403 => (FeedCondition::Blocked, FailureClass::Soft),
        429 => (FeedCondition::Blocked, FailureClass::Temporary),
        408 | 425 | 502 | 503 | 504 => (FeedCondition::Failing, FailureClass::Temporary),
        500..600 => (FeedCondition::Failing, FailureClass::Soft),
        _ => (FeedCondition::Failing, FailureClass::Hard),
    }
}

/// The reason of the failure, and what a person can do where that is known.
fn reason(failure: &Failure, page: Option<WebPage>) -> String {
    let why = &failure.why;
    match failure.kind {
        FailureKind::Status(401 | 407) => {
            format!("{why}: it wants a name and a password; give them with `auth_file`")
        }
        FailureKind::Status(403) => {
            format!("{why}: it turns us away; a `contact` or a `User-Agent` may change its mind")
        }
        FailureKind::Status(404) => format!("{why}: is the address still right?"),
        FailureKind::Status(410) => format!("{why}: the publisher took it down for good"),
        FailureKind::Status(429) => format!("{why}: we ask too often for its liking"),
        FailureKind::Unreadable => match page {
            Some(page) if page.is_challenge => {
                "a page that wants a human stands where the feed should be".to_owned()
            }
            Some(_) => format!("a web page stands where the feed should be ({why})"),
            None => why.clone(),
        },
        FailureKind::Refused
        | FailureKind::Unresolved
        | FailureKind::Connect
        | FailureKind::Tls
        | FailureKind::Timeout
        | FailureKind::TooLarge
        | FailureKind::Body
        | FailureKind::Status(_) => why.clone(),
    }
}

/// What the failure says of the way to the host, if anything: only a host that cannot be reached
/// counts towards an outage of our own network.
pub(super) fn network_evidence(failure: &Failure, page: Option<WebPage>) -> Option<HostContact> {
    match failure.kind {
        // We never asked; or the host took the connection and then kept silent.
        FailureKind::Refused | FailureKind::Timeout => None,
        // Who is not who the certificate should name stands between us and the host.
        FailureKind::Unresolved | FailureKind::Connect | FailureKind::Tls => {
            Some(HostContact::Unreachable)
        }
        FailureKind::Unreadable => {
            Some(page.map_or(HostContact::Answer, |page| HostContact::OtherPage(page.layout)))
        }
        FailureKind::TooLarge | FailureKind::Body | FailureKind::Status(_) => {
            Some(HostContact::Answer)
        }
    }
}

//! What a certificate or a handshake was refused for, in words an operator can act on.
use std::error::Error;
use std::io;

use rustls::{CertificateError, Error as Tls, pki_types::UnixTime};

const DAY_S: u64 = 24 * 60 * 60;

/// The words for one link of an error's chain, if TLS is what it speaks of.
pub(super) fn describe(cause: &(dyn Error + 'static)) -> Option<String> {
    if let Some(error) = cause.downcast_ref::<Tls>() {
        return Some(describe_tls(error));
    }
    // An I/O error does not name what it wraps as its source, only that thing's own source; and it
    // may be wrapped in another.
    describe(cause.downcast_ref::<io::Error>()?.get_ref()?)
}

fn describe_tls(error: &Tls) -> String {
    #[expect(clippy::wildcard_enum_match_arm, reason = "rustls adds errors; its words then serve")]
    match error {
        Tls::InvalidCertificate(why) => certificate(why),
        Tls::AlertReceived(alert) => {
            format!("TLS: the server broke off the handshake with `{alert:?}`")
        }
        Tls::PeerIncompatible(_) => {
            format!("TLS: the server and we share no safe way to speak ({error})")
        }
        Tls::InvalidMessage(_) => "TLS: the server does not speak TLS on this port".to_owned(),
        other => format!("TLS: {other}"),
    }
}

fn certificate(why: &CertificateError) -> String {
    #[expect(clippy::wildcard_enum_match_arm, reason = "rustls adds errors; its words then serve")]
    match why {
        CertificateError::ExpiredContext { time, not_after } => format!(
            "TLS: the certificate expired on {} ({} ago)",
            day(*not_after),
            days(time.as_secs().saturating_sub(not_after.as_secs()))
        ),
        CertificateError::Expired => "TLS: the certificate has expired".to_owned(),
        CertificateError::NotValidYetContext { time, not_before } => format!(
            "TLS: the certificate is not valid before {} ({} from now; is this machine's clock right?)",
            day(*not_before),
            days(not_before.as_secs().saturating_sub(time.as_secs()))
        ),
        CertificateError::NotValidYet => "TLS: the certificate is not valid yet".to_owned(),
        CertificateError::UnknownIssuer => {
            "TLS: the certificate was issued by nobody this machine trusts (self-signed, or an \
             intermediate certificate is missing)"
                .to_owned()
        }
        CertificateError::NotValidForNameContext { expected, presented } => {
            let shown: Vec<&str> = presented.iter().take(3).map(|name| bare(name)).collect();
            let more = presented.len().saturating_sub(shown.len());
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let shown = if shown.is_empty() { "no name".to_owned() } else { shown.join(", ") };
            format!("TLS: the certificate is for {shown}{more}, not for {}", expected.to_str())
        }
        CertificateError::NotValidForName => "TLS: the certificate is for another name".to_owned(),
        CertificateError::Revoked => "TLS: the certificate was revoked".to_owned(),
        CertificateError::BadEncoding => "TLS: the certificate cannot be read".to_owned(),
        CertificateError::BadSignature => {
            "TLS: the certificate's signature does not fit its issuer".to_owned()
        }
        other => format!("TLS: the certificate is not accepted ({other})"),
    }
}

/// A name without rustls's word for its kind round it: `DnsName("a.example")`.
fn bare(name: &str) -> &str {
    name.split('"').nth(1).unwrap_or(name)
}

fn day(at: UnixTime) -> String {
    let at = i64::try_from(at.as_secs()).ok();
    let at = at.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    at.map_or_else(|| "an unknown day".to_owned(), |at| at.strftime("%Y-%m-%d").to_string())
}

fn days(seconds: u64) -> String {
    match seconds / DAY_S {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn said(why: CertificateError) -> String {
        let wrapped = io::Error::other(io::Error::other(Tls::InvalidCertificate(why)));
        describe(&wrapped).unwrap()
    }

    #[test]
    fn a_bad_certificate_is_told_in_words() {
        let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let (time, other) = (at(1_000_000_000), at(1_000_000_000 - 3 * DAY_S));
        assert_eq!(
            said(CertificateError::ExpiredContext { time, not_after: other }),
            "TLS: the certificate expired on 2001-09-06 (3 days ago)"
        );
        let early = CertificateError::NotValidYetContext { time: other, not_before: time };
        assert!(said(early).contains("not valid before 2001-09-09 (3 days from now"));
        let name = rustls::pki_types::ServerName::try_from("news.example.org").unwrap();
        let presented = ["DnsName(\"a.example\")", "b.example", "c.example", "d.example"];
        let other_name = CertificateError::NotValidForNameContext {
            expected: name,
            presented: presented.map(str::to_owned).to_vec(),
        };
        assert_eq!(
            said(other_name),
            "TLS: the certificate is for a.example, b.example, c.example and 1 more, not for \
             news.example.org"
        );
        assert!(said(CertificateError::UnknownIssuer).contains("nobody this machine trusts"));
    }

    #[test]
    fn what_is_not_tls_is_not_spoken_of_as_tls() {
        assert_eq!(describe(&io::Error::other("reset")), None);
        assert_eq!(describe(&io::Error::from(io::ErrorKind::ConnectionRefused)), None);
    }
}

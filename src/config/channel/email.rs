//! Mail: the server, how we log in, who writes and who reads.
use std::path::PathBuf;
use std::str::FromStr as _;

use lettre::Address;
use lettre::message::Mailbox;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::config::diagnostics::Diagnostics;
use crate::config::document::{Section, Value};
use crate::config::paths::{Directories, beside};
use crate::config::{link, secret, words};
use crate::domain::{Email, Secret, SmtpTls, SourceSpan, Spanned, counted};

/// Addresses of one mail channel: each alert is one message to each.
const RECIPIENTS_MAX: usize = 50;
/// Bytes of an address (RFC 5321 section 4.5.3.1.3, without the angle brackets) and of a From with
/// a display name.
const ADDRESS_BYTES_MAX: usize = 254;
/// With a display name.
const FROM_BYTES_MAX: usize = 500;
/// Bytes of a host name (RFC 1035 section 2.3.4).
const HOST_BYTES_MAX: usize = 253;
/// Bytes of a file of certificates.
const CA_BYTES_MAX: u64 = 1 << 20;

/// RFC 8314 and RFC 6409; the last is plain SMTP, for a relay on this machine.
const PORT_IMPLICIT: u16 = 465;
/// RFC 6409: STARTTLS.
const PORT_SUBMISSION: u16 = 587;
/// RFC 5321: between servers, and on loopback.
const PORT_RELAY: u16 = 25;

/// The keys of a channel of this kind.
pub(super) const KEYS: [&str; 12] = [
    "name",
    "kind",
    "min_severity",
    "host",
    "port",
    "tls",
    "user",
    "password_file",
    "password_credential",
    "from",
    "to",
    "ca_file",
];
/// Reads what is particular to a mail channel.
pub(super) fn read_email(
    section: &Section<'_>,
    directories: Directories<'_>,
    faults: &mut Diagnostics,
) -> Option<Email> {
    let whose = "an email channel";
    let host = section
        .required(whose, "host", "write host = \"smtp.example.org\", your mail server", faults)
        .and_then(|value| host(&value, faults));
    let protection = protection(section, host.as_deref(), faults);
    let login = login(section, directories, faults);
    let from = section
        .required(whose, "from", "write from = \"Wirewatch <wirewatch@example.org>\"", faults)
        .and_then(|value| sender(&value, faults));
    let to = section
        .required(whose, "to", "write to = [\"desk@example.org\"]", faults)
        .and_then(|value| receivers(&value, faults));
    let ca_file = section.optional("ca_file", |value| authority(value, faults));
    let ((tls, port), (user, password)) = (protection?, login?);
    Some(Email {
        host: host?,
        port,
        tls,
        user,
        password,
        from: from?,
        to: to?,
        ca_file: ca_file.ok()?,
    })
}

/// A name or a literal address; a URL is a common mistake and is named as one.
fn host(value: &Value<'_>, faults: &mut Diagnostics) -> Option<String> {
    let written = value.string(faults)?;
    let text = written.text.as_str();
    let is_address = text.parse::<std::net::IpAddr>().is_ok();
    let name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    if is_address || (!text.is_empty() && text.len() <= HOST_BYTES_MAX && text.chars().all(name)) {
        return Some(written.text);
    }
    let bare = text.split_once("://").map_or(text, |(_, rest)| rest).trim_end_matches('/');
    let cure = match bare.rsplit_once(':') {
        Some((host, port)) if host.chars().all(name) && port.parse::<u16>().is_ok() => {
            format!("write host = \"{}\" and port = {port}", words::shortened(host))
        }
        _ => "write the server's name alone: host = \"smtp.example.org\"".to_owned(),
    };
    let what = format!("{} is not the name of a mail server", words::quoted(text));
    faults.error(written.at, what, cure);
    None
}

/// How the connection is protected, and its port. Each follows the other where only one is written.
fn protection(
    section: &Section<'_>,
    host: Option<&str>,
    faults: &mut Diagnostics,
) -> Option<(SmtpTls, u16)> {
    let words =
        [("implicit", SmtpTls::Implicit), ("starttls", SmtpTls::StartTls), ("none", SmtpTls::None)];
    let tls = section.optional("tls", |value| Some((value.choice(&words, faults)?, value.place())));
    let port = section.optional("port", |value| {
        u16::try_from(value.integer(1..=u64::from(u16::MAX), faults)?).ok()
    });
    let (tls, port) = (tls.ok()?, port.ok()?);
    if let (Some((SmtpTls::None, at)), Some(host)) = (&tls, host)
        && !link::is_loopback(host)
    {
        let what = format!(
            "`tls = \"none\"` would send password and alerts readable to {}",
            words::quoted(host)
        );
        let cure = "write tls = \"implicit\" (port 465) or \"starttls\" (port 587); \"none\" is only \
                    for a server on this machine";
        faults.error(at.clone(), what, cure);
        return None;
    }
    Some(match (tls, port) {
        (Some((tls, _)), None) => (tls, usual_port(tls)),
        (None, None) => (SmtpTls::Implicit, PORT_IMPLICIT),
        (None, Some(port)) => (usual_tls(port), port),
        (Some((tls, at)), Some(port)) => {
            warn_port_mismatch(tls, port, at, faults);
            (tls, port)
        }
    })
}

/// Where only the protection is written.
fn usual_port(tls: SmtpTls) -> u16 {
    match tls {
        SmtpTls::Implicit => PORT_IMPLICIT,
        SmtpTls::StartTls => PORT_SUBMISSION,
        SmtpTls::None => PORT_RELAY,
    }
}

/// Where only the port is written.
fn usual_tls(port: u16) -> SmtpTls {
    if port == PORT_SUBMISSION || port == PORT_RELAY {
        SmtpTls::StartTls
    } else {
        SmtpTls::Implicit
    }
}

/// Warns of the two combinations that hang instead of failing.
fn warn_port_mismatch(tls: SmtpTls, port: u16, at: SourceSpan, faults: &mut Diagnostics) {
    let usual = usual_tls(port);
    let known = matches!(port, PORT_IMPLICIT | PORT_SUBMISSION | PORT_RELAY);
    if tls == SmtpTls::None || !known || tls == usual {
        return;
    }
    let (is, should) = if usual == SmtpTls::Implicit {
        ("starttls", "implicit")
    } else {
        ("implicit", "starttls")
    };
    let what = format!("port {port} does not usually speak `{is}`");
    faults.warn(at, what, format!("write tls = \"{should}\", unless your provider says otherwise"));
}

/// User and password; both or neither.
type Login = (Option<String>, Option<Secret>);

/// User and password, both or neither.
fn login(
    section: &Section<'_>,
    directories: Directories<'_>,
    faults: &mut Diagnostics,
) -> Option<Login> {
    let user = section.get("user").map(|value| (value, value.string(faults)));
    let password = secret::find_secret(section, "password", directories, faults);
    let (value, user) = match (user, password.ok()?) {
        (None, None) => return Some((None, None)),
        (None, Some(found)) => {
            faults.missing(
                found.place(),
                "there is a password but no `user`",
                "write user = \"…\"",
            );
            return None;
        }
        // Written out in the configuration, which has been complained of.
        (Some(_), None) if section.holds_secret() => return None,
        (Some((value, _)), None) => {
            let what = "there is a user but no password";
            let cure = "put the password alone into a file only you can read (chmod 600) and write \
                        password_file = \"…\"";
            faults.missing(value.key_place(), what, cure);
            return None;
        }
        (Some((value, user)), Some(found)) => {
            let password = secret::line(found, faults);
            (value, user.map(|user| (user, password)))
        }
    };
    let (user, password) = user?;
    if user.text.is_empty() || user.text.contains(char::is_control) {
        let what = format!("`{}` is not a user name", value.key());
        faults.error(user.at, what, "write the name you log in with");
        return None;
    }
    Some((Some(user.text), Some(password?)))
}

/// A From: an address, with or without a display name.
fn sender(value: &Value<'_>, faults: &mut Diagnostics) -> Option<String> {
    let written = value.string(faults)?;
    let text = &written.text;
    let sound = text.len() <= FROM_BYTES_MAX
        && !text.contains(words::is_control_or_mark)
        && Mailbox::from_str(text).is_ok();
    if sound {
        return Some(written.text);
    }
    let what = format!("{} is not a mail address", words::quoted(text));
    let cure = "write \"Wirewatch <wirewatch@example.org>\" or \"wirewatch@example.org\"";
    faults.error(written.at, what, cure);
    None
}

/// Bounded, because each receiver is a message of its own for every alert.
fn receivers(value: &Value<'_>, faults: &mut Diagnostics) -> Option<Vec<String>> {
    let written = value.strings(faults)?;
    if written.is_empty() || written.len() > RECIPIENTS_MAX {
        let what = format!("`to` holds {}", counted(written.len() as u64, "receiver"));
        let cure = format!("write 1 to {RECIPIENTS_MAX}: to = [\"desk@example.org\"]");
        faults.error(value.place(), what, cure);
        return None;
    }
    let mut good = true;
    let mut receivers: Vec<String> = Vec::new();
    for text in written {
        if !is_receiver(&text, faults) {
            good = false;
        } else if receivers.contains(&text.text) {
            let what = format!("{} is already in `to`", words::quoted(&text.text));
            faults.warn(text.at, what, "keep one of the two");
        } else {
            receivers.push(text.text);
        }
    }
    good.then_some(receivers)
}

/// A bare address.
fn is_receiver(written: &Spanned, faults: &mut Diagnostics) -> bool {
    let text = &written.text;
    let tame = text.len() <= ADDRESS_BYTES_MAX && !text.contains(words::is_control_or_mark);
    if tame && Address::from_str(text).is_ok() {
        return true;
    }
    let mailbox = if tame { Mailbox::from_str(text).ok() } else { None };
    let what = format!("{} is not a bare mail address", words::quoted(text));
    let cure = match mailbox {
        Some(mailbox) => format!("write \"{}\"", mailbox.email),
        None => "write an address such as \"desk@example.org\"".to_owned(),
    };
    faults.error(written.at.clone(), what, cure);
    false
}

/// Whether every certificate of a PEM text can be trusted as an authority.
fn check_certificates(pem: &[u8]) -> Result<(), String> {
    let mut roots = RootCertStore::empty();
    for (number, der) in CertificateDer::pem_slice_iter(pem).enumerate() {
        let added = der.map_err(|why| why.to_string());
        let added = added.and_then(|der| roots.add(der).map_err(|why| why.to_string()));
        let number = number + 1;
        added.map_err(|why| format!("holds a damaged certificate (number {number}: {why})"))?;
    }
    if roots.is_empty() { Err("holds no certificate in PEM form".to_owned()) } else { Ok(()) }
}

/// The path of a file of certificates that can be read and used.
fn authority(value: &Value<'_>, faults: &mut Diagnostics) -> Option<PathBuf> {
    let written = value.string(faults)?;
    let path = beside(&written.at.file, &written.text);
    let shown = words::path(&path);
    let small = std::fs::metadata(&path).map(|m| m.is_file() && m.len() <= CA_BYTES_MAX);
    let fault = match small.and_then(|small| Ok((small, std::fs::read(&path)?))) {
        Ok((true, pem)) => match check_certificates(&pem) {
            Ok(()) => return Some(path),
            Err(why) => format!("{shown} {why}"),
        },
        Ok((false, _)) => format!("{shown} holds no certificate in PEM form"),
        Err(error) => format!("cannot read {shown}: {}", faults.io_reason(&error)),
    };
    let cure = "name the file of your certificate authority, which begins with \
                `-----BEGIN CERTIFICATE-----`";
    faults.error(written.at, fault, cure);
    None
}

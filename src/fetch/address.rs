//! Which addresses are no business of a feed's.
use std::net::IpAddr;

use crate::domain::{Network, contains, special, unwrapped};

/// Why a connection was not opened, in words for the operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("refused: `{0}:` is not http or https")]
    Scheme(String),
    #[error("refused: the address has no host")]
    NoHost,
    #[error("refused: the address holds a user name or password")]
    UserInfo,
    #[error("refused: the address is {bytes} bytes long, {most} at most are taken")]
    TooLong { bytes: usize, most: usize },
    #[error("refused: `{0}` is a name for this machine or its own network")]
    LocalName(String),
    #[error("refused: {ip} is not a public address ({what})")]
    NotPublic { ip: IpAddr, what: &'static str },
    #[error("refused: `{name}` resolves to {ip}, which is not a public address ({what})")]
    ResolvesTo { name: String, ip: IpAddr, what: &'static str },
    #[error("`{name}` does not resolve: {why}")]
    Unresolved { name: String, why: String },
}

impl Refusal {
    /// The same refusal, said of the name that led to the address.
    pub(super) fn of(self, name: &str) -> Self {
        if let Self::NotPublic { ip, what } = self {
            return Self::ResolvesTo { name: name.to_owned(), ip, what };
        }
        self
    }
}

/// Refuses what is neither public nor in a network the operator allowed.
pub fn refuse(ip: IpAddr, allowed: &[Network]) -> Result<(), Refusal> {
    let ip = unwrapped(ip);
    let Some(what) = special(ip) else { return Ok(()) };
    if allowed.iter().any(|network| contains(*network, ip)) {
        return Ok(());
    }
    Err(Refusal::NotPublic { ip, what })
}

/// Refuses names that mean this machine or this network by definition (RFC 6761, 6762, 8375 and
/// what cloud machines call their metadata), whatever they resolve to.
pub(super) fn refuse_name(name: &str, allowed: &[Network]) -> Result<(), Refusal> {
    if !allowed.is_empty() {
        return Ok(());
    }
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let local = ["localhost", "local", "internal", "home.arpa", "ip6-localhost", "ip6-loopback"];
    let is_local = local.iter().any(|suffix| {
        name.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    });
    if is_local || name == "instance-data" {
        return Err(Refusal::LocalName(name));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> bool {
        refuse(text.parse().unwrap(), &[]).is_ok()
    }

    #[test]
    fn inside_addresses_are_refused_in_every_clothing() {
        let inside = "0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.254 127.0.0.1 127.255.255.254 \
            169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1 192.168.0.1 \
            198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 \
            :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:a9fe:a9fe 64:ff9b::7f00:1 64:ff9b:1::1 100::1 \
            2001::1 2001:10::1 2001:db8::1 2002:7f00:1:: 3fff::1 5f00::1 fc00::1 fd00:ec2::254 \
            fe80::1 febf:ffff::1 fec0::1 ff02::1";
        for address in inside.split_whitespace() {
            assert!(!public(address), "{address} passed");
        }
    }

    #[test]
    fn public_neighbours_are_not() {
        let outside = "9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 \
            169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 \
            192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255 1.1.1.1 8.8.8.8 \
            2001:4860:4860::8888 2606:4700:4700::1111 2001:200::1 2003::1 64:ff9c::1 \
            ::ffff:8.8.8.8";
        for address in outside.split_whitespace() {
            assert!(public(address), "{address} was refused");
        }
    }

    #[test]
    fn an_allowed_network_opens_only_itself() {
        let allowed = [("10.1.2.0".parse().unwrap(), 24)];
        assert!(refuse("10.1.2.9".parse().unwrap(), &allowed).is_ok());
        assert!(refuse("::ffff:10.1.2.9".parse().unwrap(), &allowed).is_ok());
        assert!(refuse("10.1.3.9".parse().unwrap(), &allowed).is_err());
        let everything = [("0.0.0.0".parse().unwrap(), 0)];
        assert!(refuse("127.0.0.1".parse().unwrap(), &everything).is_ok());
        assert!(refuse("::1".parse().unwrap(), &everything).is_err());
    }

    #[test]
    fn names_of_this_machine_are_refused_before_they_resolve() {
        for name in
            ["localhost", "LOCALHOST.", "a.localhost", "x.local", "metadata.google.internal"]
        {
            assert!(refuse_name(name, &[]).is_err(), "{name} passed");
        }
        for name in ["example.org", "locals.example", "mylocalhost"] {
            assert!(refuse_name(name, &[]).is_ok(), "{name} was refused");
        }
    }
}

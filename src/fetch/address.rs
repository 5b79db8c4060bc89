//! Which addresses are refused because of their text alone.
use std::net::IpAddr;

use url::{Host, Url};

use super::Refusal;
use crate::domain::{Network, special_host_name, special_range, unwrapped};

/// Bytes of a URL we are willing to ask for.
const URL_BYTES_MAX: usize = 8 << 10;
/// The lowest port that needs no privilege; below it only the web's own two are opened.
const PORT_FREE_MIN: u16 = 1_024;
/// Ports from [`PORT_FREE_MIN`] up at which something listens that a request could harm: the Fetch
/// Standard's bad ports, and stores, queues and control planes that take commands in the clear.
const PORTS_DENIED: [u16; 57] = [
    1433, 1434, 1521, 1719, 1720, 1723, 1883, 2049, 2181, 2375, 2376, 2379, 2380, 2525, 3306, 3389,
    3659, 4045, 4190, 4444, 5060, 5061, 5432, 5433, 5672, 5900, 5984, 5985, 6000, 6379, 6380, 6443,
    6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 7000, 7001, 8086, 8500, 9042, 9092, 9160, 9200,
    9300, 10080, 10250, 11211, 27017, 27018, 27019, 50000, 61616,
];

/// What an address is asked for as.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hop<'a> {
    /// It is of the origin the operator wrote: any port is his to name.
    pub(super) own: bool,
    /// Private networks it may be in.
    pub(super) allowed: &'a [Network],
}

/// Reads a foreign address, relative to `base` if there is one, and says whether it may be asked at
/// all, with nothing allowed: for links found in documents, before they are kept or followed. A name
/// is checked again when it resolves.
pub fn parse_public_url(text: &str, base: Option<&Url>) -> Result<Url, Refusal> {
    let url = parse_url(text, base)?;
    check_hop(&url, Hop { own: false, allowed: &[] })?;
    Ok(url)
}

/// Reads an address as its author wrote it. Where two readers could see two hosts, we see none.
pub(super) fn parse_url(text: &str, base: Option<&Url>) -> Result<Url, Refusal> {
    let text = text.trim_matches(' ');
    if text.len() > URL_BYTES_MAX {
        return Err(Refusal::TooLong { bytes: text.len(), most: URL_BYTES_MAX });
    }
    if text.contains('\\') {
        return Err(Refusal::Ambiguous("a backslash"));
    }
    if text.contains(|c: char| c.is_control() || (c.is_whitespace() && c != ' ')) {
        return Err(Refusal::Ambiguous("a control character"));
    }
    let url = base.map_or_else(|| Url::parse(text), |base| base.join(text));
    let url = url.map_err(|why| Refusal::Malformed(why.to_string()))?;
    // An empty user is no user to the parser, but the sign stands in the text all the same.
    let authority = text.split_once("//").map_or("", |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or("");
    if authority.contains('@') {
        return Err(Refusal::UserInfo);
    }
    Ok(url)
}

/// Whether this URL may be asked, as far as its text says. Names are checked when they resolve, by
/// the client's resolver.
pub(super) fn check_hop(url: &Url, hop: Hop<'_>) -> Result<(), Refusal> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refusal::Scheme(url.scheme().to_owned()));
    }
    if url.as_str().len() > URL_BYTES_MAX {
        return Err(Refusal::TooLong { bytes: url.as_str().len(), most: URL_BYTES_MAX });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refusal::UserInfo);
    }
    match url.host() {
        None => return Err(Refusal::NoHost),
        // reqwest never asks a resolver about literals, so they are checked here.
        Some(Host::Ipv4(ip)) => check_ip(IpAddr::V4(ip), hop.allowed)?,
        Some(Host::Ipv6(ip)) => check_ip(IpAddr::V6(ip), hop.allowed)?,
        Some(Host::Domain(name)) => {
            if let Some(fault) = special_host_name(name) {
                return Err(Refusal::Misnamed(fault));
            }
            check_name(name, hop.allowed)?;
        }
    }
    let port = url.port_or_known_default().unwrap_or(0);
    let common = matches!(port, 80 | 443)
        || (port >= PORT_FREE_MIN && PORTS_DENIED.binary_search(&port).is_err());
    if hop.own || common { Ok(()) } else { Err(Refusal::Port(port)) }
}

/// Refuses what is neither public nor in a network the operator allowed.
pub fn check_ip(ip: IpAddr, allowed: &[Network]) -> Result<(), Refusal> {
    let ip = unwrapped(ip);
    let Some(what) = special_range(ip) else { return Ok(()) };
    if allowed.iter().any(|network| network.contains(ip)) {
        return Ok(());
    }
    Err(Refusal::NotPublic { ip, what })
}

/// Refuses names that mean this machine or this network by definition (RFC 6761, 6762, 8375 and
/// what cloud machines call their metadata), whatever they resolve to.
fn check_name(name: &str, allowed: &[Network]) -> Result<(), Refusal> {
    if !allowed.is_empty() {
        return Ok(());
    }
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let local = [
        "localhost",
        "localhost.localdomain",
        "localdomain",
        "local",
        "internal",
        "home.arpa",
        "ip6-localhost",
        "ip6-loopback",
    ];
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
        check_ip(text.parse().unwrap(), &[]).is_ok()
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
    fn what_readers_disagree_about_is_refused_as_it_is_written() {
        for text in [
            "http://good.example\\@127.0.0.1/",
            "http:\\\\good.example/",
            "http://good.example/a\tb",
            "http://good\n.example/",
            "http://good.example/\u{0}",
            "http://a@good.example/",
            "http://:@good.example/",
            "http://a@127.0.0.1:80@good.example/",
            "http://1.1.1.1 &@2.2.2.2# @3.3.3.3/",
            "http://good..example/",
            "ftp://good.example/",
            "//",
            "good.example",
        ] {
            assert!(parse_public_url(text, None).is_err(), "{text:?} passed");
        }
        let label = "a".repeat(64);
        assert!(parse_public_url(&format!("http://{label}.example/"), None).is_err());
        assert!(
            parse_public_url(&format!("http://{}example/", "abcdefg.".repeat(32)), None).is_err()
        );
        assert!(
            parse_public_url(&format!("http://good.example/{}", "a".repeat(9_000)), None).is_err()
        );
        for text in
            ["http://good.example/a b", "https://good.example:8443/@x", "http://good.example./"]
        {
            assert!(parse_public_url(text, None).is_ok(), "{text:?} was refused");
        }
        let base = Url::parse("https://good.example/feed").unwrap();
        assert_eq!(
            parse_public_url(" ../a?b ", Some(&base)).unwrap().as_str(),
            "https://good.example/a?b"
        );
        assert!(parse_public_url("//127.0.0.1/", Some(&base)).is_err());
    }

    #[test]
    fn a_port_that_is_no_web_servers_is_opened_for_nobody_but_the_operator() {
        let at = |port: u16| Url::parse(&format!("http://good.example:{port}/")).unwrap();
        for port in [22, 25, 81, 465, 587, 1023, 3306, 5432, 6379, 9200, 11211] {
            assert_eq!(
                check_hop(&at(port), Hop { own: false, allowed: &[] }),
                Err(Refusal::Port(port))
            );
            assert_eq!(check_hop(&at(port), Hop { own: true, allowed: &[] }), Ok(()));
        }
        for port in [80, 443, 1024, 8080, 8443, 65_535] {
            assert_eq!(check_hop(&at(port), Hop { own: false, allowed: &[] }), Ok(()));
        }
        assert!(PORTS_DENIED.is_sorted(), "it is searched by halves");
    }

    #[test]
    fn an_allowed_network_opens_only_itself() {
        let allowed = [Network::new([10, 1, 2, 0], 24)];
        assert!(check_ip("10.1.2.9".parse().unwrap(), &allowed).is_ok());
        assert!(check_ip("::ffff:10.1.2.9".parse().unwrap(), &allowed).is_ok());
        assert!(check_ip("10.1.3.9".parse().unwrap(), &allowed).is_err());
        let everything = [Network::new([0, 0, 0, 0], 0)];
        assert!(check_ip("127.0.0.1".parse().unwrap(), &everything).is_ok());
        assert!(check_ip("::1".parse().unwrap(), &everything).is_err());
    }

    #[test]
    fn names_of_this_machine_are_refused_before_they_resolve() {
        for name in
            ["localhost", "LOCALHOST.", "a.localhost", "x.local", "metadata.google.internal"]
        {
            assert!(check_name(name, &[]).is_err(), "{name} passed");
        }
        for name in ["example.org", "locals.example", "mylocalhost"] {
            assert!(check_name(name, &[]).is_ok(), "{name} was refused");
        }
    }
}

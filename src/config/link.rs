//! Addresses on the web and networks, as the operator wrote them.
use std::net::IpAddr;

use url::{Host, Url};

use super::diagnostics::Diagnostics;
use super::words;
use crate::domain::{Network, Spanned, special_host_name, special_range, unwrapped};

/// Bytes of a URL: what servers commonly take (RFC 9110 section 4.1 asks for 8,000 octets).
const URL_BYTES_MAX: usize = 8_000;

/// Reads an `http` or `https` URL. `instead` says where a user and password belong.
pub(super) fn url(written: &Spanned, instead: &str, faults: &mut Diagnostics) -> Option<Url> {
    let fault = match parse_url(&written.text, instead) {
        Ok(url) => return Some(url),
        Err(fault) => fault,
    };
    faults.error(written.at.clone(), fault.0, fault.1);
    None
}

/// What is wrong, and what to write instead.
pub(super) type Rejection = (String, String);

/// The URL, or what is wrong with it and the way out.
pub(super) fn parse_url(text: &str, instead: &str) -> Result<Url, Rejection> {
    let fault = |what: &str, cure: &str| Err((what.to_owned(), cure.to_owned()));
    if text.len() > URL_BYTES_MAX {
        return fault("the URL is longer than 8,000 bytes", "shorten it");
    }
    if text.trim() != text {
        return fault("there is white space around the URL", "remove it");
    }
    if text.contains(|c: char| c.is_whitespace() || words::is_control_or_mark(c)) {
        return fault("there is white space in the URL", "write %20 for a space");
    }
    // The web's parsers read `\` as `/`, others do not: two readers would see two hosts.
    if text.contains('\\') {
        return fault("there is a backslash in the URL", "write `/`, or %5C if it is meant");
    }
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            let what = format!("{} has no scheme", words::quoted(text));
            let bare = !text.is_empty() && !text.starts_with(['/', '.']);
            let cure = if bare {
                format!("write \"https://{}\"", words::shortened(text))
            } else {
                "write the whole address: \"https://…\"".to_owned()
            };
            return Err((what, cure));
        }
        Err(error) => {
            return Err((
                format!("this is not a URL: {error}"),
                "write the whole address: \"https://…\"".to_owned(),
            ));
        }
    };
    if !matches!(url.scheme(), "http" | "https") {
        let what = format!("only http and https are spoken, not {}", words::quoted(url.scheme()));
        return Err((what, "write the https address".to_owned()));
    }
    if let Some(what) = url.host_str().and_then(special_host_name) {
        return Err((
            format!("the host's name is one {what}"),
            "write the name as it is".to_owned(),
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return fault("the URL holds a user or password, which others would read", instead);
    }
    Ok(url)
}

/// Reads a network as `10.0.0.0/8` or a lone address.
pub(super) fn network(written: &Spanned, faults: &mut Diagnostics) -> Option<Network> {
    match parse_network(&written.text) {
        Ok(network) => Some(network),
        Err((what, cure)) => {
            faults.error(written.at.clone(), what, cure);
            None
        }
    }
}

/// The network, or what is wrong with it and the way out.
pub(super) fn parse_network(text: &str) -> Result<Network, Rejection> {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
    let read = address.parse::<IpAddr>().ok().and_then(|address| {
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = prefix.map_or(Some(most), |p| p.parse().ok().filter(|bits| *bits <= most))?;
        Some((address, bits))
    });
    let Some((address, bits)) = read else {
        let what = format!("{} is not an address or network", words::quoted(text));
        return Err((what, "write \"10.0.0.0/8\", \"192.168.1.7\" or \"fd00::/8\"".to_owned()));
    };
    let first = first_address(address, bits);
    if first != address {
        let what = format!("{} is an address inside a network", words::quoted(text));
        let cure =
            format!("write \"{first}/{bits}\" for the network or \"{address}\" for the address");
        return Err((what, cure));
    }
    Ok(Network::new(address, bits))
}

/// The address with everything behind the prefix zero.
fn first_address(address: IpAddr, bits: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(bits.into())).unwrap_or(0);
            IpAddr::V4((v4.to_bits() & mask).into())
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128_u32.saturating_sub(bits.into())).unwrap_or(0);
            IpAddr::V6((v6.to_bits() & mask).into())
        }
    }
}

/// Whether a host, as written, is this very machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether a URL, as written, leads to a private address. A name is judged by itself: it is looked
/// up only when a message is sent.
pub(super) fn is_private(url: &Url) -> bool {
    let is_special = |ip: IpAddr| special_range(unwrapped(ip)).is_some();
    match url.host() {
        Some(Host::Ipv4(ip)) => is_special(ip.into()),
        Some(Host::Ipv6(ip)) => is_special(ip.into()),
        Some(Host::Domain(name)) => is_loopback(name) || special_host_name(name).is_some(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_address_is_known_in_every_spelling() {
        for (url, private) in [
            ("http://127.0.0.1:9/x", true),
            ("http://0x7f.1/", true),
            ("http://[::ffff:10.0.0.1]/", true),
            ("http://localhost/", true),
            ("https://hooks.example.org/", false),
            ("https://8.8.8.8/", false),
        ] {
            assert_eq!(is_private(&url.parse().unwrap()), private, "{url}");
        }
    }

    #[test]
    fn a_network_covers_whole_prefixes() {
        let net = |text: &str| network(&Spanned::without_place(text), &mut Diagnostics::default());
        let network_of =
            |text: &str, bits| Some(Network::new(text.parse::<IpAddr>().unwrap(), bits));
        assert_eq!(net("10.0.0.0/8"), network_of("10.0.0.0", 8));
        assert_eq!(net("192.168.1.7"), network_of("192.168.1.7", 32));
        assert_eq!(net("fd00::/8"), network_of("fd00::", 8));
        assert_eq!(net("::1"), network_of("::1", 128));
        assert_eq!(net("0.0.0.0/0"), network_of("0.0.0.0", 0));
        for wrong in
            ["", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "host", "10.0.0.0/8/8", "10.0.0.0/-1"]
        {
            assert_eq!(net(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_web_addresses_are_taken() {
        let read = |text: &str| parse_url(text, "elsewhere");
        assert_eq!(read("https://例え.jp/フィード").unwrap().host_str(), Some("xn--r8jz45g.jp"));
        for wrong in [
            "",
            "example.org",
            "/rss",
            "ftp://a.org/",
            "file:///etc/passwd",
            "https://",
            "https://a b/",
            "https://a.org\\@b.org/",
            "https://u:p@a.org/",
            "https://u@a.org/",
            " https://a.org/",
            "https://a.org/\n",
            "javascript:alert(1)",
            "http://[::1",
            "http://a.org:99999/",
            "http://a..org/",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(!format!("{:?}", read("https://u:hunter2@a.org/")).contains("hunter2"));
    }

    #[test]
    fn loopback_is_this_machine_only() {
        for host in ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.example.org", "10.0.0.1", "mail", "::2", "127.0.0.1.example.org"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}

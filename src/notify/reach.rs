//! Which addresses a webhook may reach. The operator wrote its URL, so this guards against
//! accidents and against names that turn inwards, not against the operator.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// An endpoint inside that the operator has not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the endpoint is at a private address; if that is meant, set `allow_private = true`")]
pub(super) struct Inside;

/// The one place where an address is judged.
///
/// A loopback address written out in the URL needs no leave: nobody but the operator can have meant
/// it. A *name* that resolves to loopback does need it, like every other inside address.
pub(super) fn admit(ip: IpAddr, written_out: bool, allow_private: bool) -> Result<(), Inside> {
    let ip = unwrapped(ip);
    let own = written_out && ip.is_loopback();
    if allow_private || own || is_public(ip) { Ok(()) } else { Err(Inside) }
}

/// Judges an address written out in the URL: those never reach the resolver.
pub(super) fn admit_url(url: &Url, allow_private: bool) -> Result<(), Inside> {
    match url.host() {
        Some(Host::Ipv4(ip)) => admit(IpAddr::V4(ip), true, allow_private),
        Some(Host::Ipv6(ip)) => admit(IpAddr::V6(ip), true, allow_private),
        Some(Host::Domain(_)) | None => Ok(()),
    }
}

/// Resolves names and refuses a name if any of its addresses is refused.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolver {
    pub(super) allow_private: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            for address in &found {
                admit(address.ip(), false, allow_private)?;
            }
            Ok::<Addrs, _>(Box::new(found.into_iter()))
        })
    }
}

/// The IPv4 address inside an IPv6 one (mapped, NAT64, 6to4), else the address itself.
fn unwrapped(ip: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = ip else { return ip };
    let v4 = |high: u16, low: u16| {
        IpAddr::V4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
    };
    match v6.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => v4(high, low),
        _ => ip,
    }
}

/// Not one of IANA's special-purpose blocks (reviewed 2026-11).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    !matches!(
        ip.octets(),
        [0 | 10 | 127 | 224..=255, ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [192, 168, ..]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
    )
}

/// Only `2000::/3` is given out, less the blocks for protocols and documentation.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let given_out = a & 0xe000 == 0x2000;
    let special = a == 0x2001 && (b < 0x200 || b == 0xdb8) || a == 0x3fff && b < 0x1000;
    given_out && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_addresses_need_leave() {
        for ip in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.31.255.255",
            "192.0.0.170",
            "192.168.0.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "fc00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "3fff::1",
            "::7f00:1",
            "5f00::1",
        ] {
            let ip: IpAddr = ip.parse().unwrap();
            assert_eq!(admit(ip, false, false), Err(Inside), "{ip}");
            assert_eq!(admit(ip, false, true), Ok(()), "{ip}");
        }
        for ip in [
            "8.8.8.8",
            "11.0.0.0",
            "100.128.0.0",
            "172.32.0.0",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
            "2001:200::1",
        ] {
            assert_eq!(admit(ip.parse().unwrap(), false, false), Ok(()), "{ip}");
        }
    }

    #[test]
    fn loopback_written_out_needs_no_leave_but_its_name_does() {
        let url = |text: &str| admit_url(&text.parse().unwrap(), false);
        assert_eq!(url("http://127.0.0.1:8080/hook"), Ok(()));
        assert_eq!(url("http://[::1]/hook"), Ok(()));
        assert_eq!(url("http://0x7f.1/hook"), Ok(()));
        assert_eq!(url("http://10.0.0.1/hook"), Err(Inside));
        assert_eq!(url("http://169.254.169.254/"), Err(Inside));
        assert_eq!(admit("127.0.0.1".parse().unwrap(), false, false), Err(Inside));
    }
}

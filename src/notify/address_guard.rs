//! Which addresses a webhook may reach. The operator wrote its URL, so this guards against
//! accidents and against names that lead to private addresses, not against the operator.

use std::net::{IpAddr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::domain::{special_range, unwrapped};

/// An endpoint inside that the operator has not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the endpoint is at a private address; if that is meant, set `allow_private = true`")]
pub(super) struct PrivateAddress;

/// The one place where an address is judged, whether it was written out or is what a name leads to.
pub(super) fn check_address(ip: IpAddr, allow_private: bool) -> Result<(), PrivateAddress> {
    if allow_private || special_range(unwrapped(ip)).is_none() {
        Ok(())
    } else {
        Err(PrivateAddress)
    }
}

/// Judges an address written out in the URL: those never reach the resolver.
pub(super) fn check_url(url: &Url, allow_private: bool) -> Result<(), PrivateAddress> {
    match url.host() {
        Some(Host::Ipv4(ip)) => check_address(IpAddr::V4(ip), allow_private),
        Some(Host::Ipv6(ip)) => check_address(IpAddr::V6(ip), allow_private),
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
                check_address(address.ip(), allow_private)?;
            }
            Ok::<Addrs, _>(Box::new(found.into_iter()))
        })
    }
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
            assert_eq!(check_address(ip, false), Err(PrivateAddress), "{ip}");
            assert_eq!(check_address(ip, true), Ok(()), "{ip}");
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
            assert_eq!(check_address(ip.parse().unwrap(), false), Ok(()), "{ip}");
        }
    }

    #[test]
    fn an_inside_address_written_out_is_judged_like_a_name_that_leads_there() {
        let url = |text: &str, allowed| check_url(&text.parse().unwrap(), allowed);
        for text in [
            "http://127.0.0.1:8080/hook",
            "http://[::1]/hook",
            "http://0x7f.1/hook",
            "http://10.0.0.1/hook",
            "http://169.254.169.254/",
        ] {
            assert_eq!(url(text, false), Err(PrivateAddress), "{text}");
            assert_eq!(url(text, true), Ok(()), "{text}");
        }
    }
}

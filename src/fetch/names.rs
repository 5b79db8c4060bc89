//! Resolves names, checks every address, and knows the addresses of this machine.
use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::{Refusal, check_ip};
use crate::domain::{Network, unwrapped};

/// Addresses one name may have; more is an attack on our memory, not a web server.
const ADDRESSES_MAX: usize = 32;
/// How long a name may take to resolve.
const RESOLVE_WAIT: Duration = Duration::from_secs(5);
/// The discard port (RFC 863); nothing is ever sent to it.
const NO_PORT: u16 = 9;

/// What a look-up comes to.
pub type Resolved = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;
/// Looks names up in place of the machine's own resolver.
pub type LookUp = Arc<dyn Fn(String) -> Resolved + Send + Sync>;

/// Who is asked about names.
#[derive(Clone, Default)]
pub(super) enum NameLookup {
    /// The machine's resolver, with its hosts file.
    #[default]
    System,
    Given(LookUp),
}

impl fmt::Debug for NameLookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Given(_) => "Given",
        })
    }
}

impl NameLookup {
    async fn look_up(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        match self {
            Self::System => {
                // One more than is taken, so that too many are seen to be too many.
                let found = tokio::net::lookup_host((name, 0)).await?;
                Ok(found.map(|address| address.ip()).take(ADDRESSES_MAX + 1).collect())
            }
            Self::Given(look_up) => look_up(name.to_owned()).await,
        }
    }
}

/// What a client may reach.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Access {
    /// Private networks, by the operator's word.
    pub(super) allowed: Vec<Network>,
    /// Addresses at which this program listens on the port in question.
    pub(super) own_listeners: Vec<IpAddr>,
}

impl Access {
    /// The last word on an address that is about to be connected to.
    pub(super) fn check(&self, ip: IpAddr) -> Result<(), Refusal> {
        let ip = unwrapped(ip);
        check_ip(ip, &self.allowed)?;
        // A listener at 0.0.0.0 or [::] answers at every address of this machine, and whoever
        // connects to 0.0.0.0 reaches the machine itself.
        let listening = self
            .own_listeners
            .iter()
            .map(|ours| unwrapped(*ours))
            .any(|ours| ours == ip || ours.is_unspecified() || ip.is_unspecified());
        if listening && is_this_machine(ip) {
            return Err(Refusal::NotPublic { ip, what: "this program listens there itself" });
        }
        let allowed = self.allowed.iter().any(|network| network.contains(ip));
        if !allowed && is_this_machine(ip) {
            return Err(Refusal::NotPublic { ip, what: "this machine" });
        }
        Ok(())
    }
}

/// Whether an address is one of this machine's own: then it is also the source the kernel would
/// choose to speak to it. A datagram socket is "connected", which sends nothing; it is not bound,
/// because a hardened service may not bind.
fn is_this_machine(ip: IpAddr) -> bool {
    if ip.is_loopback() || ip.is_unspecified() {
        return true;
    }
    let source = || -> io::Result<Option<SocketAddr>> {
        let to = SocketAddr::new(ip, NO_PORT);
        let kind = socket2::Type::DGRAM;
        let socket = socket2::Socket::new(socket2::Domain::for_address(to), kind, None)?;
        socket.connect(&to.into())?;
        Ok(socket.local_addr()?.as_socket())
    };
    // No route is no way to ourselves either.
    source().ok().flatten().is_some_and(|source| source.ip() == ip)
}

/// Resolves names, and refuses a name if any of its addresses is refused: a mixed answer is an
/// attack or a broken zone.
pub(super) struct Resolver {
    pub(super) names: NameLookup,
    pub(super) reach: Access,
}

impl Resolver {
    async fn checked(
        names: NameLookup,
        reach: Access,
        name: String,
    ) -> Result<Vec<SocketAddr>, Refusal> {
        let unresolved = |why: String| Refusal::Unresolved { name: name.clone(), why };
        let found = tokio::time::timeout(RESOLVE_WAIT, names.look_up(&name))
            .await
            .map_err(|_elapsed| unresolved(format!("no answer within {RESOLVE_WAIT:?}")))?
            .map_err(|why| unresolved(why.to_string()))?;
        if found.is_empty() {
            return Err(unresolved("it has no address".to_owned()));
        }
        if found.len() > ADDRESSES_MAX {
            return Err(Refusal::TooMany { name, most: ADDRESSES_MAX });
        }
        for ip in &found {
            reach.check(*ip).map_err(|refusal| refusal.of(&name))?;
        }
        // The port is the client's to fill in.
        Ok(found.into_iter().map(|ip| SocketAddr::new(ip, 0)).collect())
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (names, reach) = (self.names.clone(), self.reach.clone());
        Box::pin(async move {
            let addresses = Self::checked(names, reach, name.as_str().to_owned()).await?;
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

/// The listeners that own a port, by their addresses.
pub(super) fn on_port(listeners: &[SocketAddr], port: Option<u16>) -> Vec<IpAddr> {
    let here = listeners.iter().filter(|listener| Some(listener.port()) == port);
    let mut addresses: Vec<IpAddr> = here.map(|listener| unwrapped(listener.ip())).collect();
    // One that takes every address of IPv6 takes IPv4's as well.
    if addresses.contains(&IpAddr::V6(Ipv6Addr::UNSPECIFIED)) {
        addresses.push(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    }
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ips(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    async fn with(answer: io::Result<Vec<IpAddr>>) -> Result<Vec<SocketAddr>, Refusal> {
        let answer = std::sync::Mutex::new(Some(answer));
        let look_up: LookUp = Arc::new(move |_| {
            let answer = answer.lock().unwrap().take().unwrap();
            Box::pin(async move { answer })
        });
        Resolver::checked(NameLookup::Given(look_up), Access::default(), "a.example".to_owned())
            .await
    }

    #[tokio::test]
    async fn one_address_that_is_not_public_refuses_the_name() {
        let mixed = with(Ok(ips(&["192.0.9.8", "127.0.0.1"]))).await.unwrap_err();
        assert_eq!(
            mixed.to_string(),
            "refused: `a.example` resolves to 127.0.0.1, which is not a public address (loopback)"
        );
        assert!(with(Ok(ips(&["192.0.9.8", "::1"]))).await.is_err());
        assert!(with(Ok(ips(&["::ffff:10.0.0.1"]))).await.is_err());
        assert_eq!(with(Ok(ips(&["192.0.9.8", "2001:4860::1"]))).await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn an_answer_of_many_addresses_is_refused_whole() {
        let many = |count: u8| (0..count).map(|n| IpAddr::from([192, 0, 9, n])).collect();
        assert_eq!(with(Ok(many(32))).await.unwrap().len(), 32);
        let refusal = with(Ok(many(33))).await.unwrap_err();
        assert_eq!(refusal.to_string(), "refused: `a.example` resolves to more than 32 addresses");
    }

    #[tokio::test(start_paused = true)]
    async fn a_resolver_that_is_silent_or_empty_is_no_address() {
        let empty = with(Ok(Vec::new())).await.unwrap_err();
        assert_eq!(empty.to_string(), "`a.example` does not resolve: it has no address");
        let silent: LookUp = Arc::new(|_| Box::pin(std::future::pending()));
        let name = "a.example".to_owned();
        let refusal = Resolver::checked(NameLookup::Given(silent), Access::default(), name).await;
        let words = "`a.example` does not resolve: no answer within 5s";
        assert_eq!(refusal.unwrap_err().to_string(), words);
    }

    #[test]
    fn where_the_program_itself_listens_nothing_is_asked() {
        let listeners = ["127.0.0.1:8780".parse().unwrap(), "[::]:8781".parse().unwrap()];
        let allowed = vec![Network::new([127, 0, 0, 0], 8)];
        let to = |port, ip: &str| {
            let ours = on_port(&listeners, Some(port));
            Access { allowed: allowed.clone(), own_listeners: ours }.check(ip.parse().unwrap())
        };
        assert!(to(8780, "127.0.0.1").is_err());
        assert!(to(8780, "127.0.0.2").is_ok());
        assert!(to(8781, "127.0.0.1").is_err());
        assert!(to(8782, "127.0.0.1").is_ok());
    }
}

//! The gate: the only thing in the program that opens connections to foreign addresses.
//!
//! A check that exists on one path only is how every known reader was turned against its owner's
//! network. So there is one path: every address, whether written in the configuration, resolved
//! from a name or given by a redirect, passes [`Gate::vet`] or the resolver built on the same
//! table, and clippy refuses any other way to a client (`.clippy.toml`).

mod address;
mod answer;
mod body;
mod decode;
mod exchange;
mod freshness;
mod request;
mod tls;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Client;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use url::{Host, Url};

use crate::domain::Network;

pub use address::{Refusal, refuse};
pub use answer::{Answer, Failure, FailureKind, Fresh, Unchanged};
pub use decode::{Coding, decode};
pub use request::{Ask, Limits, Request};

/// How long a name may take to resolve and a connection to be made and secured.
const CONNECT_WAIT: Duration = Duration::from_secs(10);
/// Hops after which a redirect is a ring or a mistake (RFC 9110 section 15.4 leaves the number to
/// the client; browsers allow twenty, feeds need two).
const REDIRECTS_MAX: usize = 5;
/// Bytes of a URL we are willing to ask for.
const URL_BYTES_MAX: usize = 8 << 10;
/// Addresses one name may have; more is an attack on our memory, not a web server.
const ADDRESSES_MAX: usize = 32;
/// Bytes of one HTTP/2 header list, and headers of an HTTP/1 answer.
const HEADER_LIST_BYTES_MAX: u32 = 64 << 10;
const HEADERS_MAX: usize = 200;

/// Opens connections, if the address may be spoken to.
#[derive(Debug)]
pub struct Gate {
    user_agent: String,
    limits: Limits,
    /// One client for each set of private networks some feed was allowed; the empty set is the
    /// public internet's.
    clients: Mutex<HashMap<Vec<Network>, Client>>,
}

impl Gate {
    /// `contact` is a mail address or URL by which a publisher can reach the operator.
    pub fn new(contact: Option<&str>, limits: Limits) -> Self {
        let version = env!("CARGO_PKG_VERSION");
        let user_agent = match contact {
            Some(contact) => format!("wirewatch/{version} (feed monitor; +{contact})"),
            None => format!("wirewatch/{version} (feed monitor)"),
        };
        Self { user_agent, limits, clients: Mutex::default() }
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Whether this URL may be asked at all: what its text alone tells. Names are vetted when they
    /// resolve, by the client's resolver.
    fn vet(url: &Url, allowed: &[Network]) -> Result<(), Refusal> {
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
            None => Err(Refusal::NoHost),
            // reqwest never asks a resolver about literals, so they are vetted here.
            Some(Host::Ipv4(ip)) => refuse(IpAddr::V4(ip), allowed),
            Some(Host::Ipv6(ip)) => refuse(IpAddr::V6(ip), allowed),
            Some(Host::Domain(name)) => address::refuse_name(name, allowed),
        }
    }

    fn client(&self, allowed: &[Network]) -> Result<Client, Failure> {
        let mut clients = self.clients.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(client) = clients.get(allowed) {
            return Ok(client.clone());
        }
        let client = self.build(allowed).map_err(|why| Failure::setup(&why))?;
        clients.insert(allowed.to_vec(), client.clone());
        Ok(client)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the gate")]
    fn build(&self, allowed: &[Network]) -> Result<Client, reqwest::Error> {
        let builder = || {
            Client::builder()
                .user_agent(&self.user_agent)
                .redirect(Policy::none())
                .referer(false)
                // An environment proxy would resolve names for us, past the table.
                .no_proxy()
                .connect_timeout(CONNECT_WAIT)
                // A host is asked every few minutes: an idle connection would only cost memory,
                // some 40 KB each, and be closed by the server before it is used again.
                .pool_max_idle_per_host(0)
                .http1_max_headers(HEADERS_MAX)
                .http1_ignore_invalid_headers_in_responses(true)
                .http1_allow_spaces_after_header_name_in_responses(true)
                .http1_allow_obsolete_multiline_headers_in_responses(true)
                .http2_max_header_list_size(HEADER_LIST_BYTES_MAX)
                .dns_resolver(Arc::new(Resolver { allowed: allowed.to_vec() }))
        };
        // A bare machine has no certificate store, and then not even plain http would be possible.
        builder().build().or_else(|_no_store| {
            let bundled = webpki_root_certs::TLS_SERVER_ROOT_CERTS
                .iter()
                .filter_map(|der| reqwest::Certificate::from_der(der).ok());
            builder().tls_certs_only(bundled).build()
        })
    }
}

/// Resolves names, and refuses a name if any of its addresses is refused: a mixed answer is an
/// attack or a broken zone.
struct Resolver {
    allowed: Vec<Network>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.allowed.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|why| {
                Refusal::Unresolved { name: name.as_str().to_owned(), why: why.to_string() }
            })?;
            let mut addresses = Vec::new();
            for address in found.take(ADDRESSES_MAX) {
                refuse(address.ip(), &allowed).map_err(|refusal| refusal.of(name.as_str()))?;
                addresses.push(address);
            }
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

//! The gate: the only thing in the program that opens connections to foreign addresses.
//!
//! A check that exists on one path only is how every known reader was turned against its owner's
//! network. So there is one path: every address, whether written in the configuration, resolved
//! from a name or given by a redirect, passes one reading of its
//! text and, where it is a name, the resolver built on the same table, and clippy refuses any other way to a client (`.clippy.toml`).

mod address;
mod answer;
mod body;
mod budget;
mod cookies;
mod decode;
mod exchange;
mod failure;
mod freshness;
mod http1;
mod names;
mod pacer;
mod refusal;
mod request;
mod retry_after_header;
mod tls;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use url::Url;

use crate::domain::Network;

pub use address::{check_ip, parse_public_url};
pub use answer::{Answer, Fetched, Unchanged};
use budget::Budget;
pub use budget::ReadingShare;
pub use decode::{Coding, decode};
pub use failure::{Failure, FailureKind};
use http1::{Http1Hosts, HttpVersions};
use names::{Access, NameLookup, Resolver};
pub use names::{LookUp, Resolved};
pub use pacer::{Pacer, Pacing, Turn, Turns, WaitSignal};
pub use refusal::Refusal;
pub use request::{Limits, Request, RequestKind};
pub use retry_after_header::retry_after;

/// How long a name may take to resolve and a connection to be made and secured.
const CONNECT_WAIT: Duration = Duration::from_secs(10);
/// Hops after which a redirect is a ring or a mistake (RFC 9110 section 15.4 leaves the number to
/// the client; browsers allow twenty, feeds need two).
const REDIRECTS_MAX: usize = 5;
/// Bytes of one HTTP/2 header list, and headers of an HTTP/1 answer.
const HEADER_LIST_BYTES_MAX: u32 = 64 << 10;
const HEADERS_MAX: usize = 200;

/// Opens connections, if the address may be spoken to.
#[derive(Debug)]
pub struct Gate {
    user_agent: String,
    limits: Limits,
    names: NameLookup,
    listeners: Mutex<Vec<SocketAddr>>,
    pacer: Arc<Pacer>,
    budget: Arc<Budget>,
    /// One client for each set of private networks some feed was allowed; the empty set is the
    /// public internet's.
    clients: Mutex<HashMap<(Access, HttpVersions), Client>>,
    /// Hosts that offer HTTP/2 and cannot speak it.
    http1_hosts: Mutex<Http1Hosts>,
}

impl Gate {
    /// `contact` is a mail address or URL by which a publisher can reach the operator.
    pub fn new(contact: Option<&str>, limits: Limits) -> Self {
        let version = env!("CARGO_PKG_VERSION");
        let user_agent = match contact {
            Some(contact) => format!("wirewatch/{version} (feed monitor; +{contact})"),
            None => format!("wirewatch/{version} (feed monitor)"),
        };
        let (names, listeners) = (NameLookup::default(), Mutex::default());
        let pacer = Arc::new(Pacer::new(Pacing::default()));
        let (budget, clients) = (Arc::default(), Mutex::default());
        let http1_hosts = Mutex::default();
        Self { user_agent, limits, names, listeners, pacer, budget, clients, http1_hosts }
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The same gate with these manners; without them it takes turns at each host and leaves no gap.
    #[must_use]
    pub fn with_pacing(self, pacing: Pacing) -> Self {
        Self { pacer: Arc::new(Pacer::new(pacing)), ..self }
    }

    /// The same gate in the place of another, whose requests may still be under way: both share what
    /// hosts and memory allow.
    #[must_use]
    pub fn succeeding(self, before: &Self) -> Self {
        let same_manners = self.pacer.pacing() == before.pacer.pacing();
        let pacer = if same_manners { Arc::clone(&before.pacer) } else { self.pacer };
        Self { pacer, budget: Arc::clone(&before.budget), ..self }
    }

    /// Memory for a body of so many bytes that was not fetched as it is. Whoever holds some already
    /// must not wait for more.
    pub async fn memory(&self, bytes: usize) -> ReadingShare {
        self.budget.reading(bytes).await
    }

    /// Whose turn it is at each host, for those who wait before they ask.
    pub fn pacer(&self) -> &Pacer {
        &self.pacer
    }

    /// The same gate, asking somebody else about names.
    #[must_use]
    pub fn with_names(self, look_up: LookUp) -> Self {
        Self { names: NameLookup::Given(look_up), ..self }
    }

    /// Where this program itself listens: no feed, page or hub is ever asked there, whatever the
    /// operator allowed.
    pub fn keep_off(&self, listener: SocketAddr) {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    /// What may be reached at this URL's port.
    fn access(&self, url: &Url, allowed: &[Network]) -> Access {
        let listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        let ours = names::on_port(&listeners, url.port_or_known_default());
        Access { allowed: allowed.to_vec(), own_listeners: ours }
    }

    /// From now on the host of `url` is spoken to in HTTP/1.1.
    fn speak_http1(&self, url: &Url) {
        self.http1_hosts.lock().unwrap_or_else(PoisonError::into_inner).insert(url);
    }

    fn client(&self, reach: &Access, url: &Url) -> Result<Client, Failure> {
        let versions =
            self.http1_hosts.lock().unwrap_or_else(PoisonError::into_inner).versions(url);
        let key = (reach.clone(), versions);
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&key) {
            return Ok(client.clone());
        }
        let client = self.build(reach, versions).map_err(|why| Failure::setup(&why))?;
        clients.insert(key, client.clone());
        Ok(client)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the gate")]
    fn build(&self, reach: &Access, versions: HttpVersions) -> Result<Client, reqwest::Error> {
        let builder = || {
            let builder = Client::builder();
            let builder = match versions {
                HttpVersions::Any => builder,
                HttpVersions::Http1 => builder.http1_only(),
            };
            builder
                .user_agent(&self.user_agent)
                .redirect(Policy::none())
                .referer(false)
                // An environment proxy would resolve names for us, past the table.
                .no_proxy()
                .connect_timeout(CONNECT_WAIT)
                // Every wait has a deadline of its own, and no connection is used again: probes would
                // only cost five system calls a request.
                .tcp_keepalive(None)
                .tcp_keepalive_interval(None)
                .tcp_keepalive_retries(None)
                .tcp_user_timeout(None)
                // A host is asked every few minutes: an idle connection would only cost memory,
                // some 40 KB each, and be closed by the server before it is used again.
                .pool_max_idle_per_host(0)
                .http1_max_headers(HEADERS_MAX)
                .http1_ignore_invalid_headers_in_responses(true)
                .http1_allow_spaces_after_header_name_in_responses(true)
                .http1_allow_obsolete_multiline_headers_in_responses(true)
                .http2_max_header_list_size(HEADER_LIST_BYTES_MAX)
                .dns_resolver(Arc::new(Resolver {
                    names: self.names.clone(),
                    reach: reach.clone(),
                }))
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

//! Reads `[websub]`: where WebSub hubs reach this program.
use std::net::SocketAddr;

use url::Url;

use super::diagnostics::Diagnostics;
use super::document::{Section, Value};
use super::{link, words};

/// The keys of `[websub]`.
pub(super) const KEYS: [&str; 3] = ["listen", "public_url", "allow_public_listen"];

/// What is needed to listen for hubs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebSub {
    /// The address to listen on: a loopback address, unless another one is allowed explicitly.
    pub listen: SocketAddr,
    /// The address that hubs are given. It leads to `listen` through a proxy that does TLS.
    pub public_url: Url,
}

/// Reads `[websub]`; without it nothing listens and no hub is asked for anything.
pub(super) fn read_websub(
    section: Option<&Section<'_>>,
    faults: &mut Diagnostics,
) -> Option<WebSub> {
    let section = section?;
    section.reject_unknown_keys("`[websub]`", &KEYS, faults);
    let cure = "write listen = \"127.0.0.1:8780\"";
    let listen = section
        .required("`[websub]`", "listen", cure, faults)
        .and_then(|value| address(&value, section, faults));
    let cure =
        "write public_url = \"https://…\": the address at which your proxy passes requests on";
    let public_url = section
        .required("`[websub]`", "public_url", cure, faults)
        .and_then(|value| public(&value, faults));
    Some(WebSub { listen: listen?, public_url: public_url? })
}

/// Loopback by default: hubs come through a proxy that speaks TLS.
fn address(
    value: &Value<'_>,
    section: &Section<'_>,
    faults: &mut Diagnostics,
) -> Option<SocketAddr> {
    let allowed = match section.get("allow_public_listen") {
        Some(allowed) => allowed.flag(faults)?,
        None => false,
    };
    let written = value.string(faults)?;
    let Ok(address) = written.text.parse::<SocketAddr>() else {
        let what = format!("{} is not an address and a port", words::quoted(&written.text));
        faults.error(written.at, what, "write \"127.0.0.1:8780\" or \"[::1]:8780\"");
        return None;
    };
    if !address.ip().is_loopback() && !allowed {
        let what = format!("{address} can be reached from other machines, in plain text");
        let cure = "listen at 127.0.0.1 behind a proxy that speaks TLS, or, if it stands on another \
                    machine, write allow_public_listen = true";
        faults.error(written.at, what, cure);
        return None;
    }
    Some(address)
}

/// Hubs must reach it from outside, so it is https unless it is loopback.
fn public(value: &Value<'_>, faults: &mut Diagnostics) -> Option<Url> {
    let written = value.string(faults)?;
    let url = link::url(&written, "leave them out: hubs cannot log in", faults)?;
    let here = url.host_str().is_some_and(link::is_loopback);
    if url.scheme() != "https" && !here {
        // The secret that signs the pushes is no use where everybody can read along.
        let what = "hubs would reach us in plain text";
        faults.error(written.at, what, "write an https address");
        return None;
    }
    if url.query().is_some() || url.fragment().is_some() {
        let what = "the address has a query or a fragment, and our callbacks lie below it";
        faults.error(written.at, what, "write it without `?` and `#`");
        return None;
    }
    Some(url)
}

//! What is needed before the first command to a mail server: address, certificates, secrets.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::transport::smtp::client::{
    Certificate, CertificateStore, TlsParameters, TlsParametersBuilder,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::net::TcpStream;

use crate::domain::Email;
use crate::notify::server_text;

/// Tries every address of the server; each gets its share of `limit`, so that one that swallows
/// packets leaves time for the next.
#[expect(
    clippy::disallowed_methods,
    reason = "the mail server is the operator's own, and may stand inside"
)]
pub(super) async fn connect(
    host: &str,
    port: u16,
    limit: Duration,
) -> io::Result<(TcpStream, SocketAddr)> {
    let found: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await?.collect();
    let share = limit / u32::try_from(found.len()).unwrap_or(u32::MAX).max(1);
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in found {
        match tokio::time::timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                stream.set_nodelay(true)?;
                return Ok((stream, address));
            }
            Ok(Err(error)) => last = error,
            Err(_elapsed) => last = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(last)
}

/// A host in another script as its A-label; anything else as it is.
pub(super) fn ascii_host(host: &str) -> String {
    match url::Host::parse(host) {
        Ok(url::Host::Domain(ascii)) if !host.is_ascii() => ascii,
        Ok(_) | Err(_) => host.to_owned(),
    }
}

/// Whom to trust to be the mail server.
pub(super) struct Trust {
    /// Against the machine's store, or the bundled one where there is none, and the operator's own
    /// authority.
    pub(super) authorities: TlsParameters,
    /// The very certificate that `ca_file` holds, shown by the server itself. A self-signed one as
    /// `openssl req -x509` makes it is an authority's, which may not stand for a server.
    pub(super) pinned: Option<Pinned>,
}

/// One certificate that is trusted for itself.
pub(super) struct Pinned {
    /// They check the server's name and that it has the key, and no authority.
    pub(super) parameters: TlsParameters,
    pub(super) der: Vec<u8>,
}

/// How the server's certificate is checked.
pub(super) fn trust(host: &str, settings: &Email) -> Result<Trust, String> {
    let name = host.trim_matches(['[', ']']).to_owned();
    let chain = |error: lettre::transport::smtp::Error| server_text::error_chain(&error);
    let pem = settings.ca_file.as_ref().map(|path| read_pem(path)).transpose()?;
    let own = pem.as_ref().map(|(_, certificate)| certificate);
    let builder = || {
        let builder = TlsParameters::builder(name.clone());
        own.iter().fold(builder, |builder, own| builder.add_root_certificate((*own).clone()))
    };
    let bundled = || {
        let builder = builder().certificate_store(CertificateStore::None);
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
        let roots = roots.filter_map(|der| Certificate::from_der(der.to_vec()).ok());
        roots.fold(builder, TlsParametersBuilder::add_root_certificate).build()
    };
    let authorities = builder().build().or_else(|_no_store| bundled()).map_err(chain)?;
    let first = pem.as_ref().and_then(|(pem, _)| CertificateDer::from_pem_slice(pem).ok());
    let pinned = first.map(|der| {
        let builder =
            TlsParameters::builder(name.clone()).certificate_store(CertificateStore::None);
        let parameters = builder.dangerous_accept_invalid_certs(true).build().map_err(chain)?;
        Ok::<_, String>(Pinned { parameters, der: der.to_vec() })
    });
    Ok(Trust { authorities, pinned: pinned.transpose()? })
}

/// The operator's own certificate, as text and as lettre wants it.
fn read_pem(path: &Path) -> Result<(Vec<u8>, Certificate), String> {
    let fault = |what: &dyn std::fmt::Display| format!("`ca_file` {}: {what}", path.display());
    let pem = std::fs::read(path).map_err(|error| fault(&error))?;
    if !pem.windows(11).any(|text| text == b"-----BEGIN ") {
        return Err(fault(&"holds no certificate in PEM"));
    }
    let certificate = Certificate::from_pem(&pem).map_err(|error| fault(&error))?;
    Ok((pem, certificate))
}

/// The forms in which a careless server repeats a login, the longest first.
pub(super) fn login_forms(user: &str, password: &str) -> Vec<String> {
    let plain = STANDARD.encode(format!("\0{user}\0{password}"));
    let mut forms =
        vec![plain, STANDARD.encode(password), password.to_owned(), STANDARD.encode(user)];
    forms.retain(|form| !form.is_empty());
    forms
}

/// A CR without LF or an LF without CR.
pub(super) fn has_bare_line_ends(message: &[u8]) -> bool {
    let mut before = 0_u8;
    for &byte in message {
        if (byte == b'\n') != (before == b'\r') {
            return true;
        }
        before = byte;
    }
    before == b'\r'
}

//! Posts a signed body to an HTTP endpoint (Standard Webhooks 1.0.0).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};
use url::Url;

use crate::domain::{Outcome, PauseCause, Secret, Timestamp, Webhook};
use crate::health::duration_phrase;
use crate::notify::address_guard::{PrivateAddress, Resolver, check_url};
use crate::notify::{Outgoing, server_text};

/// How much of an answer is read; the rest is nobody's.
const ANSWER_BYTES_MAX: usize = 8 << 10;
/// How long an answer's body may take, once its status is known.
const ANSWER_WAIT: Duration = Duration::from_secs(2);
/// How long making the connection may take.
const CONNECT_WAIT: Duration = Duration::from_secs(10);
/// How long an idle connection is kept: shorter than most servers keep theirs.
const IDLE_KEPT: Duration = Duration::from_secs(30);
/// The longest wait a receiver can ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_hours(24);

const USER_AGENT: &str = concat!("wirewatch/", env!("CARGO_PKG_VERSION"));

/// One endpoint with its client and its keys.
pub(super) struct Endpoint {
    client: Client,
    url: Url,
    keys: Vec<hmac::Key>,
    timeout: Duration,
    allow_private: bool,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint").field("origin", &self.origin()).finish_non_exhaustive()
    }
}

impl Endpoint {
    pub(super) fn new(settings: &Webhook) -> Result<Self, String> {
        let keys: Option<Vec<hmac::Key>> = settings.secrets.iter().map(signing_key).collect();
        let keys = keys.ok_or("a secret is not `whsec_` and base64")?;
        let client =
            client(settings).map_err(|error| server_text::error_chain(&error.without_url()))?;
        Ok(Self {
            client,
            url: settings.url.clone(),
            keys,
            timeout: settings.timeout,
            allow_private: settings.allow_private,
        })
    }

    pub(super) fn exchange_max(&self) -> Duration {
        self.timeout.saturating_add(ANSWER_WAIT)
    }

    pub(super) async fn send(&self, outgoing: &Outgoing<'_>, now: Timestamp) -> Outcome {
        if let Err(inside) = check_url(&self.url, self.allow_private) {
            return Outcome::Paused { cause: PauseCause::NeedsPerson, why: inside.to_string() };
        }
        match self.request(outgoing, now).send().await {
            Ok(response) => self.response_outcome(response, now).await,
            Err(error) => self.connect_outcome(error),
        }
    }

    fn request(&self, outgoing: &Outgoing<'_>, now: Timestamp) -> reqwest::RequestBuilder {
        let id = format!("msg_{}", outgoing.id);
        let timestamp = now.unix_seconds().to_string();
        let mut request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", &timestamp)
            .header("idempotency-key", &id)
            .header("x-wirewatch-attempt", outgoing.attempt.to_string());
        if !self.keys.is_empty() {
            let signature = signatures(&self.keys, &id, &timestamp, outgoing.message);
            request = request.header("webhook-signature", signature);
        }
        request.body(outgoing.message.to_vec())
    }

    /// No status came back.
    fn connect_outcome(&self, error: reqwest::Error) -> Outcome {
        let error = error.without_url();
        if let Some(private) = private_address_in(&error) {
            // The name may lead elsewhere again: it is looked up after each rest.
            let why = format!("{}: {private}", self.origin());
            return Outcome::Paused { cause: PauseCause::ChannelBroken, why };
        }
        let why = if error.is_timeout() {
            format!("no answer within {}", duration_phrase(self.timeout))
        } else {
            server_text::error_chain(&error)
        };
        Outcome::Unavailable { after: None, why: format!("{}: {why}", self.origin()) }
    }

    /// 2xx alone is success; the receiver's wish when to come back is kept for 429 and 503.
    async fn response_outcome(&self, response: Response, now: Timestamp) -> Outcome {
        let status = response.status();
        let headers = response.headers().clone();
        let answer =
            server_text::redacted_reply(&String::from_utf8_lossy(&read_answer(response).await));
        if status.is_success() {
            return Outcome::Accepted { detail: status.to_string() };
        }
        let mut why = format!("{} answered {status}", self.origin());
        if status == StatusCode::GONE {
            why.push_str(": the endpoint wants no more messages; correct the URL or remove it");
            return Outcome::Paused { cause: PauseCause::NeedsPerson, why };
        }
        if status.is_redirection() {
            why.push_str(": redirects are not followed; update the URL to ");
            why.push_str(&self.moved_to(&headers));
        } else if !answer.is_empty() {
            why.push_str(": ");
            why.push_str(&answer);
        }
        let busy =
            matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
        let after = if busy { retry_after(&headers, now) } else { None };
        // What the receiver finds wrong with one body says nothing of the next. All other answers
        // would be the same for every message.
        if matches!(status.as_u16(), 400 | 409 | 411 | 413 | 415 | 422) {
            Outcome::Retry { why }
        } else {
            Outcome::Unavailable { after, why }
        }
    }

    /// Where a redirect points, without the parts of a URL that may be secret.
    fn moved_to(&self, headers: &HeaderMap) -> String {
        let location = headers.get(LOCATION).and_then(|value| value.to_str().ok());
        match location.and_then(|text| self.url.join(text).ok()) {
            Some(url) if url.has_host() => {
                let path = server_text::redacted_reply(url.path());
                format!("{}{path}", url.origin().ascii_serialization())
            }
            _ => "the one its owner names".to_owned(),
        }
    }

    /// Scheme, host and port: a path can be as secret as a password.
    fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the endpoint is the operator's own, and `reach` judges its address"
)]
fn client(settings: &Webhook) -> Result<Client, reqwest::Error> {
    let builder = || {
        Client::builder()
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .timeout(settings.timeout)
            .connect_timeout(CONNECT_WAIT.min(settings.timeout))
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(IDLE_KEPT)
            .dns_resolver(Resolver { allow_private: settings.allow_private })
    };
    // A bare machine has no certificate store, and then not even plain http would be possible.
    builder().build().or_else(|_no_store| {
        let bundled = webpki_root_certs::TLS_SERVER_ROOT_CERTS
            .iter()
            .filter_map(|der| reqwest::Certificate::from_der(der).ok());
        builder().tls_certs_only(bundled).build()
    })
}

/// The key behind `whsec_`, which may be left out like the base64 padding.
fn signing_key(secret: &Secret) -> Option<hmac::Key> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &ALPHABET,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let text = secret.expose().trim();
    let bytes = LENIENT.decode(text.strip_prefix("whsec_").unwrap_or(text)).ok()?;
    (!bytes.is_empty()).then(|| hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

/// One signature for each key, so that a receiver may change secrets at leisure.
fn signatures(keys: &[hmac::Key], id: &str, timestamp: &str, body: &[u8]) -> String {
    let signed: Vec<String> = keys
        .iter()
        .map(|key| {
            let mut signing = hmac::Context::with_key(key);
            for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
                signing.update(part);
            }
            format!("v1,{}", STANDARD.encode(signing.sign()))
        })
        .collect();
    signed.join(" ")
}

/// The beginning of an answer's body. The status already decided; a body that does not come, or
/// does not end, changes nothing.
async fn read_answer(mut response: Response) -> Vec<u8> {
    let mut answer = Vec::new();
    let all = async {
        while let Ok(Some(chunk)) = response.chunk().await {
            let room = ANSWER_BYTES_MAX.saturating_sub(answer.len());
            answer.extend(chunk.iter().take(room));
            if answer.len() >= ANSWER_BYTES_MAX {
                break;
            }
        }
    };
    // On time-out what came so far is used.
    tokio::time::timeout(ANSWER_WAIT, all).await.ok();
    answer
}

/// Seconds or an HTTP date (RFC 9110 section 10.2.3); nonsense is no wish at all.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let seconds = text.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX));
    }
    let date: SystemTime = httpdate::parse_http_date(text).ok()?;
    let date = date.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp(0).after(date).since(now).min(RETRY_AFTER_MAX))
}

/// Our own refusal, if it is what stopped the connection.
fn private_address_in(error: &reqwest::Error) -> Option<PrivateAddress> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(inner) = cause {
        if let Some(found) = inner.downcast_ref::<PrivateAddress>() {
            return Some(*found);
        }
        cause = inner.source();
    }
    None
}

#[cfg(test)]
mod tests;

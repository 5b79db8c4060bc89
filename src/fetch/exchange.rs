//! One request and its response, redirects followed hop by hop.
use std::net::IpAddr;
use std::time::Duration;

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap,
    HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LINK, LOCATION,
    RETRY_AFTER,
};
use reqwest::{Client, Response, StatusCode};
use tokio::time::{Instant, timeout_at};
use url::{Host, Url};

use super::address::{self, Hop, check_hop};
use super::body::{self, Unpacked};
use super::cookies::Cookies;
use super::freshness::freshness;
use super::http1;
use super::names::Access;
use super::{
    Answer, Failure, FailureKind, Fetched, Gate, Limits, REDIRECTS_MAX, Refusal, Request,
    RequestKind, Turn, Turns, Unchanged, retry_after,
};
use crate::domain::{Timestamp, Validators};
use crate::parse::link_header::{self, HeaderLink};

/// A validator longer than this is somebody's idea of a cookie: it is not kept.
const VALIDATOR_BYTES_MAX: usize = 1 << 10;
/// Lines of `HeaderLink` headers that are read.
const LINK_LINES_MAX: usize = 16;
/// A deadline that never comes, for limits no clock can hold.
const FOREVER: Duration = Duration::from_hours(24 * 365);

impl Gate {
    /// Asks, follows redirects, and reads the body, within the limits. `now` dates a `Retry-After`
    /// that is given as a date.
    pub async fn fetch(&self, request: Request<'_>, now: Timestamp) -> Answer {
        self.fetch_in_turn(request, Turns::default(), now).await
    }

    /// The same for a caller that has the turn at the first host already, or wants to know when the
    /// request waits for one. The time it waits counts for no limit.
    pub async fn fetch_in_turn(
        &self,
        request: Request<'_>,
        turns: Turns,
        now: Timestamp,
    ) -> Answer {
        let began = Instant::now();
        let limits = request.kind.limits(self.limits());
        let deadline = began.checked_add(limits.total).unwrap_or_else(|| began + FOREVER);
        let waited = Duration::ZERO;
        let mut exchange = Exchange { gate: self, request, turns, limits, deadline, waited, now };
        let followed = exchange.follow().await;
        let took = began.elapsed().saturating_sub(exchange.waited);
        match followed {
            Ok(Answer::Fetched(fetched)) => Answer::Fetched(Box::new(Fetched { took, ..*fetched })),
            Ok(Answer::Unchanged(unchanged)) => Answer::Unchanged(Unchanged { took, ..unchanged }),
            Ok(Answer::Failed(failure)) | Err(failure) => {
                Answer::Failed(Failure { took, ..failure })
            }
        }
    }
}

/// One request with all its hops.
struct Exchange<'a> {
    gate: &'a Gate,
    request: Request<'a>,
    turns: Turns,
    limits: Limits,
    deadline: Instant,
    /// How long it waited for turns.
    waited: Duration,
    now: Timestamp,
}

impl Exchange<'_> {
    async fn follow(&mut self) -> Result<Answer, Failure> {
        let mut url = self.request.url.clone();
        // The last address to which every hop was permanent.
        let mut moved_to = None;
        let mut permanent = true;
        let mut cookies = Cookies::default();
        for _ in 0..=REDIRECTS_MAX {
            let (response, mut turn) = self.send(&url, &cookies).await?;
            let status = response.status();
            if status == StatusCode::NOT_MODIFIED && self.request.validators.is_some() {
                let freshness = freshness(response.headers());
                return Ok(Answer::Unchanged(Unchanged { freshness, took: Duration::ZERO }));
            }
            if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
                let new_cookies = cookies.take(&url, response.headers());
                let next = next_hop(&url, &response, self.request)?;
                if next == url && !new_cookies {
                    let why = format!("{} to itself", status.as_u16());
                    return Err(Failure::new(FailureKind::Refused, why));
                }
                self.check_form_redirect(&url, status, &next)?;
                permanent &= matches!(status.as_u16(), 301 | 308);
                if permanent {
                    moved_to = Some(next.clone());
                }
                url = next;
                continue;
            }
            if !status.is_success() {
                let failure = status_failure(status, response.headers(), self.now);
                turn.answered(status.as_u16(), failure.retry_after);
                return Err(failure);
            }
            return self.read(url, response, turn, moved_to).await;
        }
        let why = format!(
            "more than {REDIRECTS_MAX} redirects; the last pointed to {}",
            without_query(&url)
        );
        Err(Failure::new(FailureKind::Refused, why))
    }

    /// A form may hold a secret: it is sent on only where the server kept the method, and to
    /// nobody else.
    fn check_form_redirect(&self, from: &Url, status: StatusCode, to: &Url) -> Result<(), Failure> {
        let is_form = matches!(self.request.kind, RequestKind::Form(_));
        let kept = matches!(status.as_u16(), 307 | 308) && from.origin() == to.origin();
        if is_form && !kept {
            let why =
                format!("{} to {}: a form is not sent on", status.as_u16(), without_query(to));
            return Err(Failure::new(FailureKind::Refused, why));
        }
        Ok(())
    }

    /// Sends the request of one hop. The address is checked before, and that of the peer after: a name
    /// may lead elsewhere at the second look.
    async fn send(&mut self, url: &Url, cookies: &Cookies) -> Result<(Response, Turn), Failure> {
        let request = self.request;
        // What the operator allowed holds for the origin it was written for, and nowhere else.
        let own = url.origin() == request.home.origin();
        let allowed = if own { request.allow_private } else { &[] };
        check_hop(url, Hop { own, allowed })?;
        let reach = self.gate.access(url, allowed);
        // A name is checked by the client's resolver, which is never asked about literals.
        match url.host() {
            Some(Host::Ipv4(ip)) => reach.check(IpAddr::V4(ip))?,
            Some(Host::Ipv6(ip)) => reach.check(IpAddr::V6(ip))?,
            Some(Host::Domain(_)) | None => (),
        }
        let turn = self.turn(url, !allowed.is_empty()).await;
        let mut headers = headers(request, own)?;
        cookies.add_to(&mut headers, url);
        let response = self.ask(url, &reach, headers).await?;
        if let Some(peer) = response.remote_addr() {
            reach.check(peer.ip())?;
        }
        Ok((response, turn))
    }

    /// Sends the question, by HTTP/1.1 where HTTP/2 does not work: some servers offer it and cannot
    /// speak it.
    async fn ask(
        &self,
        url: &Url,
        reach: &Access,
        headers: HeaderMap,
    ) -> Result<Response, Failure> {
        let client = self.gate.client(reach, url)?;
        match self.ask_by(&client, url, headers.clone()).await {
            Err(Unasked::Transport(error)) if http1::is_http2_trouble(&error) => {
                self.gate.speak_http1(url);
                // A form that was reset may have been taken.
                let again = !matches!(self.request.kind, RequestKind::Form(_))
                    || http1::is_http1_required(&error);
                if !again {
                    return Err(Failure::transport(&error));
                }
                let client = self.gate.client(reach, url)?;
                Ok(self.ask_by(&client, url, headers).await?)
            }
            asked => Ok(asked?),
        }
    }

    async fn ask_by(
        &self,
        client: &Client,
        url: &Url,
        headers: HeaderMap,
    ) -> Result<Response, Unasked> {
        let question = match self.request.kind {
            RequestKind::Feed | RequestKind::Page => client.get(url.clone()),
            RequestKind::Form(fields) => {
                let form = url::form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(fields)
                    .finish();
                let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
                client.post(url.clone()).header(CONTENT_TYPE, kind).body(form)
            }
        };
        let sent = question.headers(headers).send();
        let patience = Instant::now().checked_add(self.limits.first_byte);
        let until = patience.map_or(self.deadline, |patience| patience.min(self.deadline));
        timeout_at(until, sent)
            .await
            .map_err(|_elapsed| Unasked::Slow(self.too_slow(until < self.deadline)))?
            .map_err(Unasked::Transport)
    }

    /// The right to ask the host of `url`. The one before, if any, was given back: two requests that
    /// each held a host and waited for the other's would wait for ever.
    async fn turn(&mut self, url: &Url, own: bool) -> Turn {
        if let Some(first) = self.turns.first.take() {
            return first;
        }
        let pacer = self.gate.pacer();
        if let Some(turn) = pacer.try_turn(url, own) {
            return turn;
        }
        if let Some(waits) = &self.turns.waits {
            waits.send();
        }
        let began = Instant::now();
        let turn = pacer.turn(url, own).await;
        let waited = began.elapsed();
        self.waited = self.waited.saturating_add(waited);
        self.deadline = self.deadline.checked_add(waited).unwrap_or(self.deadline);
        turn
    }

    fn too_slow(&self, no_head: bool) -> Failure {
        let why = if no_head {
            format!("timed out: no answer within {:?}", self.limits.first_byte)
        } else {
            format!("timed out: no whole answer within {:?}", self.limits.total)
        };
        Failure::new(FailureKind::Timeout, why)
    }

    async fn read(
        &self,
        url: Url,
        mut response: Response,
        turn: Turn,
        moved_to: Option<Url>,
    ) -> Result<Answer, Failure> {
        let status = response.status().as_u16();
        let bounds = body::Bounds {
            bytes_max: self.limits.body_bytes_max,
            deadline: self.deadline,
            total: self.limits.total,
        };
        let received = if self.request.wants_body {
            body::receive(&mut response, bounds, &self.gate.budget).await?
        } else {
            body::ReceivedBody::default()
        };
        // The host is free for the next request while this body is unpacked and read.
        drop(turn);
        let headers = response.headers();
        let coding = header_text(headers, &CONTENT_ENCODING);
        let Unpacked { body, incomplete, memory } =
            body::unpack(received, coding, bounds.bytes_max, &self.gate.budget).await?;
        let body_expected =
            self.request.wants_body && !matches!(self.request.kind, RequestKind::Form(_));
        if body.is_empty() && body_expected {
            return Err(incomplete.unwrap_or_else(|| {
                Failure::unreadable(format!("the server answered {status} with nothing in it"))
            }));
        }
        let validators = if incomplete.is_some() {
            Validators::default()
        } else {
            Validators {
                etag: validator(headers, &ETAG),
                last_modified: validator(headers, &LAST_MODIFIED),
            }
        };
        Ok(Answer::Fetched(Box::new(Fetched {
            status,
            body,
            memory,
            content_type: header_text(headers, &CONTENT_TYPE).map(str::to_owned),
            validators,
            freshness: freshness(headers),
            links: links(headers),
            url,
            moved_to,
            incomplete,
            took: Duration::ZERO,
        })))
    }
}

/// Why there is no answer to a question.
enum Unasked {
    Slow(Failure),
    Transport(reqwest::Error),
}

impl From<Unasked> for Failure {
    fn from(unasked: Unasked) -> Self {
        match unasked {
            Unasked::Slow(failure) => failure,
            Unasked::Transport(error) => Self::transport(&error),
        }
    }
}

fn links(headers: &HeaderMap) -> Vec<HeaderLink> {
    let values = headers.get_all(LINK).iter().take(LINK_LINES_MAX);
    let values = values.filter_map(|value| std::str::from_utf8(value.as_bytes()).ok());
    values.flat_map(link_header::parse_links).take(link_header::LINKS_MAX).collect()
}

fn headers(request: Request<'_>, own: bool) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static(request.kind.accepts()));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip, br, zstd"));
    if let Some(validators) = request.validators {
        let pairs =
            [(IF_NONE_MATCH, &validators.etag), (IF_MODIFIED_SINCE, &validators.last_modified)];
        for (name, value) in pairs {
            // Sent back byte for byte; what is no header value was not kept.
            if let Some(value) = value.as_deref().and_then(|v| HeaderValue::from_str(v).ok()) {
                headers.insert(name, value);
            }
        }
    }
    if !own {
        return Ok(headers);
    }
    let bad = |name: &str| {
        Failure::new(FailureKind::Refused, format!("`{name}` is no valid request header"))
    };
    for (name, value) in request.headers {
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_bad| bad(name))?;
        headers.insert(key, HeaderValue::from_str(value).map_err(|_bad| bad(name))?);
    }
    if let Some(secret) = request.auth {
        let mut value =
            HeaderValue::from_str(secret.expose()).map_err(|_bad| bad("Authorization"))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(headers)
}

/// Where a redirect leads. Its text is read as strictly as any other address.
fn next_hop(url: &Url, response: &Response, request: Request<'_>) -> Result<Url, Failure> {
    let refused = |why: String| Failure::new(FailureKind::Refused, why);
    let status = response.status().as_u16();
    let Some(location) = response.headers().get(LOCATION) else {
        return Err(refused(format!("{status} without a Location")));
    };
    let location = std::str::from_utf8(location.as_bytes())
        .map_err(|_bytes| refused(format!("{status} to a Location that is no address")))?;
    let next = address::parse_url(location, Some(url))
        .map_err(|refusal| refused(format!("{status} to a Location that is {refusal}")))?;
    if url.scheme() == "https" && next.scheme() == "http" && !request.allow_downgrade {
        let next = without_query(&next);
        let advice = "`allow_downgrade = true` at the feed follows it, in the clear";
        return Err(refused(format!("{status} from https down to {next}: {advice}")));
    }
    Ok(next)
}

fn status_failure(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Failure {
    let reason = status.canonical_reason().map(|r| format!(" {r}")).unwrap_or_default();
    let kind = FailureKind::Status(status.as_u16());
    let why = format!("the server answered {}{reason}", status.as_u16());
    let retry_after = header_text(headers, &RETRY_AFTER).and_then(|value| retry_after(value, now));
    Failure { retry_after, ..Failure::new(kind, why) }
}

fn header_text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
}

fn validator(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    header_text(headers, name).filter(|v| v.len() <= VALIDATOR_BYTES_MAX).map(str::to_owned)
}

/// An address for people: without query, which may hold a token.
fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::refused(&refusal)
    }
}

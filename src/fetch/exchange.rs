//! One question and its answer, hop by hop.
use std::time::Duration;

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap,
    HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION,
    RETRY_AFTER,
};
use reqwest::{Response, StatusCode};
use url::Url;

use super::decode::too_large;
use super::{
    Answer, Coding, Failure, FailureKind, Fresh, Gate, REDIRECTS_MAX, Refusal, Request, decode,
    refuse,
};
use crate::domain::{Moment, Validators};

/// Feeds first, anything after: some servers answer 406 to a list without `*/*`.
const ACCEPTED: &str = "application/rss+xml, application/atom+xml, application/feed+json, \
    application/rdf+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.5";
/// A validator longer than this is somebody's idea of a cookie: it is not kept.
const VALIDATOR_BYTES_MAX: usize = 1 << 10;

impl Gate {
    /// Asks, follows redirects, and reads the whole body, within the limits. `now` dates a
    /// `Retry-After` that is given as a date.
    pub async fn fetch(&self, request: Request<'_>, now: Moment) -> Answer {
        let limits = self.limits();
        match tokio::time::timeout(limits.total, self.follow(request, now)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(failure)) => Answer::Failed(failure),
            Err(_elapsed) => {
                let why = format!("timed out: no whole answer within {:?}", limits.total);
                Answer::Failed(Failure::new(FailureKind::Timeout, why))
            }
        }
    }

    async fn follow(&self, request: Request<'_>, now: Moment) -> Result<Answer, Failure> {
        let mut url = request.url.clone();
        // The last address to which every hop was permanent.
        let mut moved_to = None;
        let mut permanent = true;
        for _ in 0..=REDIRECTS_MAX {
            let response = self.ask(&url, request).await?;
            let status = response.status();
            if status == StatusCode::NOT_MODIFIED && request.validators.is_some() {
                return Ok(Answer::Unchanged);
            }
            if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
                let next = next_hop(&url, &response)?;
                permanent &= matches!(status.as_u16(), 301 | 308);
                if permanent {
                    moved_to = Some(next.clone());
                }
                url = next;
                continue;
            }
            if !status.is_success() {
                return Err(refused_by_server(status, response.headers(), now));
            }
            return self.read(url, response, moved_to).await;
        }
        let why =
            format!("more than {REDIRECTS_MAX} redirects; the last pointed to {}", shown(&url));
        Err(Failure::new(FailureKind::Refused, why))
    }

    /// One hop: vetted, asked, and the peer vetted again.
    async fn ask(&self, url: &Url, request: Request<'_>) -> Result<Response, Failure> {
        // What the operator allowed holds for the origin it was written for, and nowhere else.
        let own = url.origin() == request.url.origin();
        let allowed = if own { request.allow_private } else { &[] };
        Self::vet(url, allowed).map_err(|refusal| Failure::refused(&refusal))?;
        let client = self.client(allowed)?;
        let headers = headers(request, own)?;
        let sent = client.get(url.clone()).headers(headers).send();
        let response = tokio::time::timeout(self.limits().first_byte, sent)
            .await
            .map_err(|_elapsed| {
                let why = format!("timed out: no answer within {:?}", self.limits().first_byte);
                Failure::new(FailureKind::Timeout, why)
            })?
            .map_err(|error| Failure::transport(&error))?;
        if let Some(peer) = response.remote_addr() {
            refuse(peer.ip(), allowed).map_err(|refusal| Failure::refused(&refusal))?;
        }
        Ok(response)
    }

    async fn read(
        &self,
        url: Url,
        mut response: Response,
        moved_to: Option<Url>,
    ) -> Result<Answer, Failure> {
        let most = self.limits().body_bytes_max;
        let promised = response.content_length();
        if promised.is_some_and(|bytes| bytes > u64::try_from(most).unwrap_or(u64::MAX)) {
            return Err(too_large(most));
        }
        let mut body = Vec::with_capacity(
            promised.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(0).min(most),
        );
        // Chunks are copied: kept as they come, each pins a whole read buffer, and a server that
        // sends single bytes would cost a hundred times its body.
        while let Some(chunk) =
            response.chunk().await.map_err(|error| Failure::transport(&error))?
        {
            if body.len().saturating_add(chunk.len()) > most {
                return Err(too_large(most));
            }
            body.extend_from_slice(&chunk);
        }
        let headers = response.headers();
        let coding = Coding::of(text(headers, &CONTENT_ENCODING), &body)?;
        let validators = Validators {
            etag: validator(headers, &ETAG),
            last_modified: validator(headers, &LAST_MODIFIED),
        };
        let content_type = text(headers, &CONTENT_TYPE).map(str::to_owned);
        let body = decode(coding, body, most)?;
        Ok(Answer::Fresh(Box::new(Fresh { body, content_type, validators, url, moved_to })))
    }
}

fn headers(request: Request<'_>, own_origin: bool) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static(ACCEPTED));
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
    if !own_origin {
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

fn next_hop(url: &Url, response: &Response) -> Result<Url, Failure> {
    let astray = |why: String| Failure::new(FailureKind::Refused, why);
    let status = response.status().as_u16();
    let Some(location) = response.headers().get(LOCATION) else {
        return Err(astray(format!("{status} without a Location")));
    };
    let next = std::str::from_utf8(location.as_bytes())
        .ok()
        .and_then(|location| url.join(location.trim()).ok())
        .ok_or_else(|| astray(format!("{status} to a Location that is no address")))?;
    if url.scheme() == "https" && next.scheme() == "http" {
        return Err(astray(format!("{status} from https down to {}", shown(&next))));
    }
    if &next == url {
        return Err(astray(format!("{status} to itself")));
    }
    Ok(next)
}

fn refused_by_server(status: StatusCode, headers: &HeaderMap, now: Moment) -> Failure {
    let reason = status.canonical_reason().map(|r| format!(" {r}")).unwrap_or_default();
    Failure {
        kind: FailureKind::Status(status.as_u16()),
        why: format!("the server answered {}{reason}", status.as_u16()),
        retry_after: text(headers, &RETRY_AFTER).and_then(|value| retry_after(value, now)),
    }
}

/// Seconds or a date (RFC 9110 section 10.2.3). A date in the past is no wish at all.
pub(crate) fn retry_after(value: &str, now: Moment) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    let since_epoch = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    let wait = Moment(0).after(since_epoch).since(now);
    (!wait.is_zero()).then_some(wait)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
}

fn validator(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    text(headers, name).filter(|v| v.len() <= VALIDATOR_BYTES_MAX).map(str::to_owned)
}

/// An address for people: without query, which may hold a token.
fn shown(url: &Url) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_or_date_and_nonsense_is_no_wish() {
        let now = Moment(784_111_777_000); // Sun, 06 Nov 1994 08:49:37 GMT
        assert_eq!(retry_after("120", now), Some(Duration::from_mins(2)));
        let date = "Sun, 06 Nov 1994 08:50:37 GMT";
        assert_eq!(retry_after(date, now), Some(Duration::from_mins(1)));
        for nonsense in ["", "-5", "NaN", "soon", "Thu, 01 Jan 1970 00:00:01 GMT", "1e12"] {
            assert_eq!(retry_after(nonsense, now), None, "{nonsense}");
        }
        assert_eq!(retry_after("999999999999", now).unwrap().as_secs(), 999_999_999_999);
    }
}

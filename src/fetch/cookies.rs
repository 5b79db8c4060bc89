//! Cookies within one exchange: some servers set one at the first visit and send the reader back.
//! They live from hop to hop, go to no other host, and are forgotten at the end.
use reqwest::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use url::Url;

/// Cookies kept in one exchange.
const COOKIES_MAX: usize = 16;
/// Bytes of a name with its value (RFC 6265 section 6.1 asks for 4096).
const COOKIE_BYTES_MAX: usize = 4 << 10;

#[derive(Debug)]
struct Cookie {
    name: String,
    value: String,
    /// The host that set it. A wider `Domain` is not believed: only that host gets it back.
    host: String,
    path: String,
    secure: bool,
}

/// The cookies of an exchange.
#[derive(Debug, Default)]
pub(super) struct Cookies(Vec<Cookie>);

impl Cookies {
    /// Takes what an answer of `url` sets. Says whether the next request differs by it.
    pub(super) fn take(&mut self, url: &Url, headers: &HeaderMap) -> bool {
        let values = headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut changed = false;
        for cookie in values.filter_map(|value| read(url, value)).take(COOKIES_MAX) {
            let same = |kept: &Cookie| {
                (&kept.name, &kept.host, &kept.path) == (&cookie.name, &cookie.host, &cookie.path)
            };
            if self.0.iter().any(|kept| same(kept) && kept.value == cookie.value) {
                continue;
            }
            self.0.retain(|kept| !same(kept));
            if self.0.len() < COOKIES_MAX {
                changed = true;
                self.0.push(cookie);
            }
        }
        changed
    }

    /// Adds to the operator's own cookies those that are for `url`.
    pub(super) fn add_to(&self, headers: &mut HeaderMap, url: &Url) {
        let own = headers.get(COOKIE).and_then(|own| own.to_str().ok()).map(str::to_owned);
        let ours = self.0.iter().filter(|cookie| cookie.is_for(url));
        let ours = ours.map(|cookie| format!("{}={}", cookie.name, cookie.value));
        let all: Vec<String> = own.into_iter().chain(ours).collect();
        if let Ok(value) = HeaderValue::from_str(&all.join("; "))
            && !all.is_empty()
        {
            headers.insert(COOKIE, value);
        }
    }
}

impl Cookie {
    fn is_for(&self, url: &Url) -> bool {
        let path = url.path();
        let below = path.strip_prefix(self.path.as_str());
        let below = below.is_some_and(|rest| {
            rest.is_empty() || rest.starts_with('/') || self.path.ends_with('/')
        });
        url.host_str() == Some(&self.host) && below && (!self.secure || url.scheme() == "https")
    }
}

/// Reads one `Set-Cookie` (RFC 6265 section 5.2). One that is to be deleted is none.
fn read(url: &Url, value: &str) -> Option<Cookie> {
    let mut parts = value.split(';');
    let (name, value) = parts.next()?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    if name.is_empty() || name.len().saturating_add(value.len()) > COOKIE_BYTES_MAX {
        return None;
    }
    let folder = url.path().rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut cookie = Cookie {
        name: name.to_owned(),
        value: value.to_owned(),
        host: url.host_str()?.to_owned(),
        path: if folder.is_empty() { "/".to_owned() } else { folder.to_owned() },
        secure: false,
    };
    for attribute in parts {
        let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
        match key.trim().to_ascii_lowercase().as_str() {
            "path" if value.trim().starts_with('/') => value.trim().clone_into(&mut cookie.path),
            "secure" => cookie.secure = true,
            "max-age" if value.trim().parse::<i64>().is_ok_and(|seconds| seconds <= 0) => {
                return None;
            }
            _ => (),
        }
    }
    Some(cookie)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(set: &[&str], from: &str, to: &str) -> Option<String> {
        let mut answer = HeaderMap::new();
        for value in set {
            answer.append(SET_COOKIE, HeaderValue::from_str(value).unwrap());
        }
        let mut cookies = Cookies::default();
        cookies.take(&Url::parse(from).unwrap(), &answer);
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("own=1"));
        cookies.add_to(&mut headers, &Url::parse(to).unwrap());
        let all = headers.get(COOKIE)?.to_str().ok()?.to_owned();
        all.strip_prefix("own=1").map(|ours| ours.trim_start_matches("; ").to_owned())
    }

    #[test]
    fn a_cookie_goes_back_to_its_host_and_path_and_to_nobody_else() {
        let from = "https://a.example/news/feed";
        let set = ["s=1; Path=/; HttpOnly", "t=2", "u=3; Secure; Path=/news"];
        let to = |url| sent(&set, from, url).unwrap();
        assert_eq!(to("https://a.example/news/feed"), "s=1; t=2; u=3");
        assert_eq!(to("https://a.example/"), "s=1");
        assert_eq!(to("http://a.example/newspaper"), "s=1");
        assert_eq!(to("http://a.example/news/x"), "s=1; t=2");
        assert_eq!(to("https://b.example/news/feed"), "");
        assert_eq!(sent(&["s=1; Domain=example; Max-Age=0"], from, from).unwrap(), "");
    }

    #[test]
    fn a_cookie_set_again_is_no_reason_to_ask_again() {
        let url = Url::parse("https://a.example/").unwrap();
        let mut answer = HeaderMap::new();
        answer.append(SET_COOKIE, HeaderValue::from_static("s=1"));
        let mut cookies = Cookies::default();
        assert!(cookies.take(&url, &answer));
        assert!(!cookies.take(&url, &answer));
    }
}

//! Addresses as they may be shown: without the keys that some publishers put into them.
use url::Url;

/// What is shown in the place of a key.
const MASK: &str = "***";
/// Parameters whose values are keys, by a part of their name in lower case.
const KEY_NAMES: [&str; 10] =
    ["key", "token", "secret", "pass", "pwd", "auth", "sig", "credential", "session", "hash"];

/// An address without passwords and keys, for notices, logs and terminals. What is no address is
/// given back as it is.
pub fn masked_url(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else { return address.to_owned() };
    let has_user = !url.username().is_empty() || url.password().is_some();
    let is_key = |name: &str| {
        let name = name.to_lowercase();
        KEY_NAMES.iter().any(|part| name.contains(part))
    };
    let has_key = url.query_pairs().any(|(name, _)| is_key(&name));
    if !has_user && !has_key {
        return address.to_owned();
    }
    if has_user && (url.set_username(MASK).is_err() || url.set_password(None).is_err()) {
        return MASK.to_owned();
    }
    if has_key {
        let pairs = url.query().unwrap_or_default().split('&').map(|pair| {
            let name = pair.split('=').next().unwrap_or_default();
            if is_key(name) { format!("{name}={MASK}") } else { pair.to_owned() }
        });
        let query = pairs.collect::<Vec<_>>().join("&");
        url.set_query(Some(&query));
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_passwords_in_addresses_are_not_shown() {
        for (address, shown) in [
            ("https://a.example/f?x=1", "https://a.example/f?x=1"),
            ("https://a.example/f?API_KEY=s3cret&x=1", "https://a.example/f?API_KEY=***&x=1"),
            (
                "https://a.example/f?x=1&access_token=s3cret",
                "https://a.example/f?x=1&access_token=***",
            ),
            ("https://me:s3cret@a.example/f", "https://***@a.example/f"),
            ("no address", "no address"),
        ] {
            assert_eq!(masked_url(address), shown);
        }
    }
}

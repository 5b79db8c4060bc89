//! An address as a person types it.
use url::Url;

use super::super::fail::CommandError;
use crate::config;
use crate::domain::Network;
use crate::parse::feed_links::without_feed_scheme;

/// What is to be asked.
pub(super) struct SiteAddress {
    /// In the order they are to be tried: without a scheme there are two.
    pub(super) urls: Vec<Url>,
    pub(super) allow_private: Vec<Network>,
}

impl SiteAddress {
    /// The spelling that is tried first, for messages.
    pub(super) fn shown(&self) -> String {
        self.urls.first().map(ToString::to_string).unwrap_or_default()
    }
}

/// Reads an address, with or without a scheme, and the networks it may be in.
pub(super) fn parse_address(
    text: &str,
    allow_private: &[String],
) -> Result<SiteAddress, CommandError> {
    let text = without_feed_scheme(text);
    let whole = text.contains("://");
    let candidates = if whole {
        vec![text.clone()]
    } else {
        vec![format!("https://{text}"), format!("http://{text}")]
    };
    let mut urls = Vec::new();
    for candidate in candidates {
        let url = config::check_url(&candidate)
            .map_err(|(what, cure)| CommandError::Usage(format!("{what}; {cure}")))?;
        urls.push(url);
    }
    let network = |text: &String| {
        config::check_network(text)
            .map_err(|(what, cure)| CommandError::Usage(format!("--allow-private: {what}; {cure}")))
    };
    let allow_private = allow_private.iter().map(network).collect::<Result<_, _>>()?;
    Ok(SiteAddress { urls, allow_private })
}

//! `extract`: the article of a page, as the daemon would read it.
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use url::Url;

use super::fail::CommandError;
use super::input::read_whole;
use super::screen::{BOLD, DIM, json, styled};
use super::setup::{Invocation, runtime};
use crate::app;
use crate::config::Config;
use crate::domain::Timestamp;
use crate::fetch::{
    Answer, Coding, FailureKind, Fetched, Gate, Limits, Request, RequestKind, decode,
};
use crate::pages::{self, PageArticle};

/// The contract of `extract --json`: absent values null.
#[derive(serde::Serialize)]
struct Extracted<'a> {
    title: Option<&'a str>,
    authors: &'a [String],
    published: Option<Timestamp>,
    url: Option<&'a str>,
    language: Option<&'a str>,
    text: Option<&'a str>,
}

/// An address is fetched; everything else is taken for a file.
pub(super) fn extract(
    setting: &Invocation,
    what: &str,
    as_json: bool,
) -> Result<ExitCode, CommandError> {
    let address = Url::parse(what).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let article = match &address {
        Some(url) => extract_url(setting, url)?,
        None => extract_file(Path::new(what))?,
    };
    if as_json {
        json(&extracted(&article))?;
    } else {
        write_article(setting, &article)?;
    }
    Ok(if article.text.is_empty() { ExitCode::from(65) } else { ExitCode::SUCCESS })
}

/// Files are unpacked like bodies from the network, by the same caps.
fn extract_file(file: &Path) -> Result<PageArticle, CommandError> {
    let bytes = read_whole(file).map_err(CommandError::Input)?;
    let most = Limits::default().body_bytes_max;
    let coding = Coding::of(None, &bytes).map_err(|failure| CommandError::Input(failure.why))?;
    let body = decode(coding, bytes, most).map_err(|failure| CommandError::Input(failure.why))?;
    pages::read_page(&body, None, None, &app::wall()).map_err(CommandError::Input)
}

/// Asks as the daemon would: through the gate, and with what the operator allowed the feed of that
/// origin.
fn extract_url(setting: &Invocation, url: &Url) -> Result<PageArticle, CommandError> {
    let config = setting.load().ok();
    let contact = config.as_ref().and_then(|config| config.service.contact.clone());
    let gate = Gate::new(contact.as_deref(), Limits::default());
    let now = app::wall().now();
    let answer = runtime()?.block_on(gate.fetch(request(config.as_ref(), url), now));
    match answer {
        Answer::Fetched(fresh) => {
            let Fetched { body, content_type, url, .. } = *fresh;
            pages::read_page(&body, content_type.as_deref(), Some(&url), &app::wall())
                .map_err(CommandError::Input)
        }
        // What we would not ask is the asker's mistake, what a server does not give is not.
        Answer::Failed(failure) if failure.kind == FailureKind::Refused => {
            Err(CommandError::Input(failure.why))
        }
        Answer::Failed(failure) => Err(CommandError::Unavailable(failure.why)),
        Answer::Unchanged(_) => {
            Err(CommandError::Unavailable("the server sent no page".to_owned()))
        }
    }
}

/// The feed of the same origin lends its headers and its permission for private addresses.
fn request<'a>(config: Option<&'a Config>, url: &'a Url) -> Request<'a> {
    let feed = config
        .and_then(|config| config.feeds.iter().find(|feed| feed.url.origin() == url.origin()));
    feed.map_or_else(|| Request::typed(url, RequestKind::Page), |feed| Request::page(feed, url))
}

/// Empty is absent in the contract.
fn extracted(article: &PageArticle) -> Extracted<'_> {
    Extracted {
        title: article.title.as_deref(),
        authors: &article.authors,
        published: article.published,
        url: article.url.as_deref(),
        language: article.language.as_deref(),
        text: Some(article.text.as_str()).filter(|text| !text.is_empty()),
    }
}

/// Text for people; a page comes from a stranger, so it is cleaned.
fn write_article(setting: &Invocation, article: &PageArticle) -> Result<(), CommandError> {
    let mut out = setting.screen.out();
    writeln!(out, "{}", styled(BOLD, article.title.as_deref().unwrap_or("(no title)")))?;
    let published = article.published.map(|at| at.to_string());
    let authors = (!article.authors.is_empty()).then(|| article.authors.join(", "));
    let about: Vec<String> = [authors, published, article.language.clone(), article.url.clone()]
        .into_iter()
        .flatten()
        .collect();
    if !about.is_empty() {
        writeln!(out, "{}", styled(DIM, &about.join("  ")))?;
    }
    if article.text.is_empty() {
        writeln!(out, "\nno article was found on this page")?;
    } else {
        writeln!(out, "\n{}", article.text)?;
    }
    if article.cut.is_some() {
        writeln!(out, "{}", styled(DIM, "(a bound was hit; there may be more on the page)"))?;
    }
    Ok(())
}

//! Reads the `Link` header (RFC 8288). Servers name a hub, the feed's own address or an alternate
//! there.

/// Links read of one header. No honest server sends more.
pub const LINKS_MAX: usize = 64;
/// Bytes of one header line that are read.
pub const LINE_BYTES_MAX: usize = 16 << 10;
/// Parameters read per link.
const PARAMETERS_MAX: usize = 32;

/// One link as the server wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderLink {
    /// Relative to the address the response came from.
    pub target: String,
    /// Relation types in lower case; a link may have several.
    pub rels: Vec<String>,
    /// The media type, in lower case and without parameters.
    pub kind: Option<String>,
}

impl HeaderLink {
    /// Whether the link has this relation, given in lower case.
    pub fn is(&self, rel: &str) -> bool {
        self.rels.iter().any(|own| own == rel)
    }
}

/// Reads one header line. What is not a link is skipped up to the next comma. A link without `rel`
/// is not taken, nor one with `anchor`: that is about another document.
pub fn parse_links(header: &str) -> Vec<HeaderLink> {
    let mut rest = header.get(..header.floor_char_boundary(LINE_BYTES_MAX)).unwrap_or(header);
    let mut links = Vec::new();
    while links.len() < LINKS_MAX {
        rest = rest.trim_start_matches(|c: char| c == ',' || c.is_ascii_whitespace());
        if rest.is_empty() {
            break;
        }
        let Some((target, after)) = rest.strip_prefix('<').and_then(|r| r.split_once('>')) else {
            rest = rest.split_once(',').map_or("", |(_, after)| after);
            continue;
        };
        let (link, after) = parameters(target, after);
        links.extend(link);
        rest = after;
    }
    links
}

/// Reads `;name=value` pairs up to the comma that ends the link.
fn parameters<'a>(target: &str, mut rest: &'a str) -> (Option<HeaderLink>, &'a str) {
    let mut link = HeaderLink { target: target.trim().to_owned(), ..HeaderLink::default() };
    let mut anchored = false;
    for _ in 0..PARAMETERS_MAX {
        rest = rest.trim_start();
        let Some(after) = rest.strip_prefix(';') else { break };
        let after = after.trim_start();
        let end = after.find([';', ',', '=']).unwrap_or(after.len());
        let (name, after) = after.split_at_checked(end).unwrap_or((after, ""));
        let (value, after) = match after.strip_prefix('=') {
            Some(after) => value(after.trim_start()),
            None => (String::new(), after),
        };
        rest = after;
        match name.trim().to_ascii_lowercase().as_str() {
            // Only the first `rel` counts (RFC 8288 section 3.3).
            "rel" if link.rels.is_empty() => {
                // Any white space separates two relations, a vertical tab too.
                let words = value.split_whitespace().map(str::to_ascii_lowercase);
                link.rels = words.collect();
            }
            "type" if link.kind.is_none() => {
                let kind = value.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
                link.kind = (!kind.is_empty()).then_some(kind);
            }
            "anchor" => anchored = true,
            _ => (),
        }
    }
    let rest = rest.find(',').and_then(|at| rest.get(at..)).unwrap_or("");
    let taken = !anchored && !link.target.is_empty() && !link.rels.is_empty();
    (taken.then_some(link), rest)
}

/// A token, or a quoted string without its escapes.
fn value(rest: &str) -> (String, &str) {
    let Some(quoted) = rest.strip_prefix('"') else {
        let end = rest.find([';', ',']).unwrap_or(rest.len());
        let (token, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
        return (token.trim().to_owned(), rest);
    };
    let mut text = String::new();
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => text.extend(chars.next()),
            other => text.push(other),
        }
    }
    (text, chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(header: &str) -> Vec<(String, String)> {
        parse_links(header).into_iter().map(|link| (link.target, link.rels.join(" "))).collect()
    }

    fn pair(target: &str, rels: &str) -> (String, String) {
        (target.to_owned(), rels.to_owned())
    }

    #[test]
    fn a_hub_and_the_feeds_own_address_are_found() {
        let header = "<https://hub.example/>; rel=\"hub\", <https://a.example/f,eed>; rel=self";
        let expected =
            [pair("https://hub.example/", "hub"), pair("https://a.example/f,eed", "self")];
        assert_eq!(found(header), expected);
        assert!(parse_links("<u>;rel=\"Hub preload\"")[0].is("hub"));
        let typed =
            parse_links("</feed>; REL = alternate ; type=\"application/RSS+xml; charset=utf-8\"");
        assert_eq!(typed[0].kind.as_deref(), Some("application/rss+xml"));
        assert_eq!(parse_links("<u>; rel=\"hub\u{b}self\"")[0].rels, ["hub", "self"]);
    }

    #[test]
    fn quotes_may_hold_commas_and_escapes() {
        let header = "<a>; title=\"one, \\\"two\\\"; rel=x\"; rel=next,<b>;rel=hub";
        assert_eq!(found(header), [pair("a", "next"), pair("b", "hub")]);
    }

    #[test]
    fn a_broken_link_does_not_cost_the_others() {
        for nothing in ["", ",", "<", "<a", "<a>", "<a>;", "a; rel=hub", "<>; rel=hub", "<a>;rel"] {
            assert!(found(nothing).is_empty(), "{nothing}");
        }
        assert_eq!(found("junk, <b>; rel=hub"), [pair("b", "hub")]);
        assert_eq!(found("<a>; rel=\"hub"), [pair("a", "hub")]);
        assert!(found("<a>; rel=hub; anchor=\"/other\"").is_empty(), "another document's link");
        assert_eq!(found(&"<a>;rel=x,".repeat(1_000)).len(), LINKS_MAX);
    }
}

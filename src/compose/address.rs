//! Reads the mail addresses of the configuration, and writes them as mail servers need them.

use lettre::Address;

/// The sender of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// Clean: without controls and quotes round it.
    pub name: Option<String>,
    pub address: Address,
}

/// Reads `Display Name <address>`, `"Display Name" <address>` or a bare address.
pub fn mailbox(text: &str) -> Option<Mailbox> {
    let text = text.trim();
    let Some((name, rest)) = text.rsplit_once('<') else {
        return Some(Mailbox { name: None, address: address(text)? });
    };
    let name = super::foreign_text::single_line(name);
    let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(&name);
    let name = Some(name.replace("\\\"", "\"")).filter(|name| !name.is_empty());
    Some(Mailbox { name, address: address(rest.strip_suffix('>')?)? })
}

/// Reads a bare address; a domain in another script is turned into its A-label (RFC 5890), for
/// servers without SMTPUTF8. A local part in another script stays as it is.
pub fn address(text: &str) -> Option<Address> {
    let (local, domain) = text.trim().rsplit_once('@')?;
    if domain.is_ascii() {
        return Address::new(local, domain).ok();
    }
    match url::Host::parse(domain).ok()? {
        url::Host::Domain(ascii) => Address::new(local, ascii).ok(),
        url::Host::Ipv4(_) | url::Host::Ipv6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(Option<String>, String)> {
        mailbox(text).map(|box_| (box_.name, box_.address.to_string()))
    }

    #[test]
    fn names_and_addresses_are_told_apart() {
        let at = |name: Option<&str>| Some((name.map(str::to_owned), "a@b.example".to_owned()));
        assert_eq!(read("a@b.example"), at(None));
        assert_eq!(read("<a@b.example>"), at(None));
        assert_eq!(read("News Desk <a@b.example>"), at(Some("News Desk")));
        assert_eq!(read("\"Desk, <News>\" <a@b.example>"), at(Some("Desk, <News>")));
        assert_eq!(read("서울 <a@b.example>"), at(Some("서울")));
        assert_eq!(read("a\r\nBcc: x@y <a@b.example>"), at(Some("a Bcc: x@y")));
        for bad in ["", "a", "a@", "@b", "a b@c.example", "a@b\r\nX: y.example", "A <a@b"] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_domain_in_another_script_becomes_an_a_label() {
        assert_eq!(address("a@bücher.example").unwrap().to_string(), "a@xn--bcher-kva.example");
        assert_eq!(address("用户@例え.テスト").unwrap().user(), "用户");
        assert_eq!(address("a@[192.0.2.1]").unwrap().domain(), "[192.0.2.1]");
    }
}

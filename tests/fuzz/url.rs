//! Any text as an address: what is admitted is public, whoever reads it, and reading it again
//! changes nothing.
#![no_main]
use std::net::IpAddr;

use libfuzzer_sys::fuzz_target;
use wirewatch::fetch::admit;

/// The special blocks of both registries, as numbers of 128 bits and prefix lengths; IPv4's stand
/// where IPv6 maps them.
const SHUT: [(&str, u32); 30] = [
    ("::ffff:0.0.0.0", 104),
    ("::ffff:10.0.0.0", 104),
    ("::ffff:100.64.0.0", 106),
    ("::ffff:127.0.0.0", 104),
    ("::ffff:169.254.0.0", 112),
    ("::ffff:172.16.0.0", 108),
    ("::ffff:192.0.0.0", 120),
    ("::ffff:192.0.2.0", 120),
    ("::ffff:192.88.99.0", 120),
    ("::ffff:192.168.0.0", 112),
    ("::ffff:198.18.0.0", 111),
    ("::ffff:198.51.100.0", 120),
    ("::ffff:203.0.113.0", 120),
    ("::ffff:224.0.0.0", 100),
    ("::ffff:240.0.0.0", 100),
    ("::", 96),
    ("::ffff:0:0:0", 96),
    ("64:ff9b::", 96),
    ("64:ff9b:1::", 48),
    ("100::", 63),
    ("2001::", 23),
    ("2001:db8::", 32),
    ("2002::", 16),
    ("3fff::", 20),
    ("5f00::", 16),
    ("fc00::", 7),
    ("fe80::", 10),
    ("fec0::", 10),
    ("ff00::", 8),
    ("::ffff:255.255.255.255", 128),
];

fn number(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(v4) => u128::from(v4.to_ipv6_mapped()),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

fn shut(ip: IpAddr) -> bool {
    SHUT.iter().any(|(block, bits)| {
        let block = u128::from(block.parse::<std::net::Ipv6Addr>().expect("a block"));
        number(ip) >> (128 - bits) == block >> (128 - bits)
    })
}

fuzz_target!(|text: &str| {
    let base = url::Url::parse("https://news.example/a/feed").expect("an address");
    for base in [None, Some(&base)] {
        let Ok(url) = admit(text, base) else { continue };
        assert!(matches!(url.scheme(), "http" | "https"), "{url}");
        assert!(url.username().is_empty() && url.password().is_none(), "{url}");
        let host = url.host_str().expect("a host");
        // The standard library is the second opinion, with the brackets and the last dot off.
        let bare = host.trim_matches(['[', ']']);
        if let Ok(ip) = bare.strip_suffix('.').unwrap_or(bare).parse::<IpAddr>() {
            assert!(!shut(ip), "{text:?} is {ip}");
        }
        let lower = host.trim_end_matches('.').to_ascii_lowercase();
        assert!(lower != "localhost" && !lower.ends_with(".localhost"), "{text:?}");
        assert_eq!(admit(url.as_str(), None).as_ref(), Ok(&url), "{text:?} reads otherwise again");
    }
});

//! Every special block of the address registries, at its edges and just outside them, in every way
//! an address can be written. What is expected is worked out here from the blocks as the registries
//! print them, with code of its own.
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wirewatch::fetch::parse_public_url;

/// IANA's special-purpose registry for IPv4, with multicast and the reserved rest.
const V4: [&str; 15] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
];

/// The same for IPv6; `::ffff:0:0/96` is left out, its addresses are IPv4's.
const V6: [&str; 15] = [
    "::/96",
    "::ffff:0:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
];

/// First and last address of a block, as numbers.
fn edges(block: &str, width: u32) -> (u128, u128) {
    let (address, bits) = block.split_once('/').unwrap();
    let first = match address.parse::<IpAddr>().unwrap() {
        IpAddr::V4(v4) => u128::from(u32::from(v4)),
        IpAddr::V6(v6) => u128::from(v6),
    };
    let size = 1_u128 << (width - bits.parse::<u32>().unwrap());
    (first, first + (size - 1))
}

fn is_special(address: u128, blocks: &[&str], width: u32) -> bool {
    blocks.iter().any(|block| {
        let (first, last) = edges(block, width);
        (first..=last).contains(&address)
    })
}

/// The edges of every block, a place inside each, and the neighbours of both edges.
fn addresses(blocks: &[&str], width: u32) -> BTreeSet<u128> {
    let highest = if width == 32 { u128::from(u32::MAX) } else { u128::MAX };
    let mut found = BTreeSet::new();
    for block in blocks {
        let (first, last) = edges(block, width);
        found.extend([first, last, first + (last - first) / 3, (first + 1).min(last)]);
        found.extend(first.checked_sub(1));
        found.extend(last.checked_add(1).filter(|next| *next <= highest));
    }
    found
}

/// Every way to write an IPv4 address that some reader of addresses takes for it.
fn spellings(ip: Ipv4Addr) -> Vec<String> {
    let [a, b, c, d] = ip.octets();
    let number = u32::from(ip);
    let dotted = ip.to_string();
    let wide: String = dotted
        .chars()
        .map(|c| char::from_u32(u32::from(c) + 0xfee0).filter(|_| c != '.').unwrap_or('．'))
        .collect();
    let percent = dotted.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02x}"));
    vec![
        dotted.clone(),
        format!("{number}"),
        format!("{number:#x}"),
        format!("0{number:o}"),
        format!("{a:#x}.{b:#x}.{c:#x}.{d:#x}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("{a:#x}.{}", number & 0xff_ffff),
        format!("{a}.{b}.{}", number & 0xffff),
        format!("{dotted}."),
        dotted.replace('.', "。"),
        wide,
        percent,
        format!("[::ffff:{dotted}]"),
        format!("[::ffff:{:x}:{:x}]", number >> 16, number & 0xffff),
    ]
}

/// Ways to carry an IPv4 address inside an IPv6 one: refused whatever they carry.
fn carriers(ip: Ipv4Addr) -> [String; 7] {
    let (high, low) = (u32::from(ip) >> 16, u32::from(ip) & 0xffff);
    [
        format!("[::{high:x}:{low:x}]"),
        format!("[::ffff:0:{high:x}:{low:x}]"),
        format!("[64:ff9b::{high:x}:{low:x}]"),
        format!("[64:ff9b:1::{high:x}:{low:x}]"),
        format!("[2002:{high:x}:{low:x}::]"),
        format!("[2001:0:{high:x}:{low:x}:8000::1]"),
        format!("[2600:9000::5efe:{high:x}:{low:x}]"),
    ]
}

/// What was checked, and what came out otherwise than expected.
#[derive(Default)]
struct Table {
    rows: usize,
    wrong: Vec<String>,
}

impl Table {
    fn row(&mut self, url: &str, public: bool) {
        self.rows += 1;
        let verdict = parse_public_url(url, None);
        if verdict.is_ok() != public {
            let expected = if public { "allowed" } else { "refused" };
            self.wrong.push(format!("{url:?} should be {expected}: {verdict:?}"));
        }
    }
}

#[test]
fn every_special_block_is_shut_in_every_spelling_and_its_neighbours_are_open() {
    let mut table = Table::default();
    let mut open = BTreeSet::new();
    for address in addresses(&V4, 32) {
        let public = !is_special(address, &V4, 32);
        let ip = Ipv4Addr::from(u32::try_from(address).unwrap());
        for host in spellings(ip) {
            table.row(&format!("http://{host}/feed"), public);
        }
        table.row(&format!("https://{ip}:8443/"), public);
        for host in carriers(ip) {
            table.row(&format!("https://{host}/"), false);
        }
        open.extend(public.then_some(IpAddr::V4(ip)));
    }
    for address in addresses(&V6, 128) {
        let public = !is_special(address, &V6, 128);
        let ip = Ipv6Addr::from(address);
        table.row(&format!("http://[{ip}]/"), public);
        let groups = ip.segments().map(|group| format!("{group:04X}")).join(":");
        table.row(&format!("https://[{groups}]:8080/x"), public);
        open.extend(public.then_some(IpAddr::V6(ip)));
    }
    println!("{} rows, {} addresses just outside", table.rows, open.len());
    assert!(table.wrong.is_empty(), "{}", table.wrong.join("\n"));
    assert!(table.rows >= 400 && open.len() >= 40, "{} {}", table.rows, open.len());
}

/// Hosts that mean this machine or its network, or are no host at all.
const NAMES: &[&str] = &[
    "localhost",
    "LOCALHOST",
    "localhost.",
    "foo.localhost",
    "localhost.localdomain",
    "ip6-localhost",
    "ip6-loopback",
    "metadata.google.internal",
    "instance-data",
    "printer.local",
    "x.internal",
    "x.home.arpa",
    "ｌｏｃａｌｈｏｓｔ",
    "local\u{ad}host",
    "%6cocalhost",
    "127\u{ad}.0.0.1",
    "①②⑦.⓪.⓪.①",
    "0x7f.1",
    "127.1",
    "127.0.1",
    "0",
    "0x0",
    "00",
    "017700000001",
    "0x00007f.0x1",
    "a..b",
    "[fe80::1%25eth0]",
    "[::1",
    "[::ffff:0x7f.0.0.1]",
    "256.256.256.256",
    "127.0.0.0x100",
    "4294967296",
];

/// Whole addresses that mislead, and other ways to a socket or a file.
const TRICKS: &[&str] = &[
    "http:127.0.0.1",
    "http:/127.0.0.1",
    "http:///127.0.0.1",
    "http:\\\\127.0.0.1",
    "http://news.example\\@127.0.0.1/",
    "http://127.0.0.1\\@news.example/",
    "http://foo@127.0.0.1:80@news.example/",
    "http://news.example@127.0.0.1/",
    "http://1.1.1.1 &@2.2.2.2# @3.3.3.3/",
    "http://127.0.0.1#@news.example/",
    "http://127.0.0.1?@news.example/",
    "http://127.0.0.1\t/",
    "http://12\t7.0.0.1/",
    "http://127.0\n.0.1/",
    "http://news.example\r\nHost: 127.0.0.1/",
    "http://news.example\u{0}.127.0.0.1/",
    "http://news.example\u{2028}/",
    "http://@news.example/",
    "http://:@news.example/",
    "http://news.example:22/",
    "http://news.example:25/",
    "http://news.example:6379/",
    "http://news.example:0/",
    "http://news.example:65536/",
    "http://",
    "http:///",
    "//127.0.0.1/",
    "/feed",
    "",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_x",
    "ftp://news.example/",
    "unix:/run/x.sock",
    "jar:http://news.example!/",
    "data:text/xml,<rss/>",
    "dict://127.0.0.1:11211/",
    "ldap://127.0.0.1/",
    "ws://127.0.0.1/",
    "javascript:alert(1)",
    "blob:http://127.0.0.1/x",
];

/// What looks like one of those and is not.
const HARMLESS: &[&str] = &[
    "http://news.example/",
    "https://news.example./feed",
    "https://뉴스.example/",
    "http://news.example:8080/a b?c=d#@127.0.0.1",
    "http://news.example/127.0.0.1",
    "http://127.0.0.1.example/",
    "http://locals.example/",
    "http://mylocalhost/",
    "http://internal.example/",
    "HTTPS://NEWS.EXAMPLE/%5C",
    "https://news.example/@user/feed",
    "https://news.example?@",
];

#[test]
fn inside_names_and_tricks_of_writing_are_refused() {
    let mut table = Table::default();
    for name in NAMES {
        for scheme in ["http", "https"] {
            table.row(&format!("{scheme}://{name}/"), false);
        }
    }
    for url in TRICKS {
        table.row(url, false);
    }
    for url in HARMLESS {
        table.row(url, true);
    }
    assert!(table.wrong.is_empty(), "{}", table.wrong.join("\n"));
}

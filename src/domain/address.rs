//! Which addresses are nobody's business on the public internet. One table for everything that opens
//! connections: a check that exists twice is soon two different checks.
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A range of addresses in CIDR notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    /// Its first address.
    pub address: IpAddr,
    /// The bits that all its addresses have in common.
    pub prefix_bits: u8,
}

impl Network {
    /// The network of this first address and this many common bits.
    pub fn new(address: impl Into<IpAddr>, prefix_bits: u8) -> Self {
        Self { address: address.into(), prefix_bits }
    }

    /// Whether an address lies in the network; one family never lies in the other's.
    pub fn contains(self, ip: IpAddr) -> bool {
        match (self.address, ip) {
            (IpAddr::V4(network), IpAddr::V4(ip)) => {
                let shift = 32_u32.saturating_sub(u32::from(self.prefix_bits));
                let top = |address: Ipv4Addr| u32::from(address).checked_shr(shift).unwrap_or(0);
                top(network) == top(ip)
            }
            (IpAddr::V6(network), IpAddr::V6(ip)) => {
                let shift = 128_u32.saturating_sub(u32::from(self.prefix_bits));
                let top = |address: Ipv6Addr| u128::from(address).checked_shr(shift).unwrap_or(0);
                top(network) == top(ip)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

/// Bytes of a host name without its final dot, and of one of its parts.
const NAME_BYTES_MAX: usize = 253;
const LABEL_BYTES_MAX: usize = 63;

type V4Range = (u32, u8, &'static str);
type V6Range = (u128, u8, &'static str);

/// IANA's special-purpose registry for IPv4, and what else is not a public unicast address.
const V4: [V4Range; 15] = [
    (0x0000_0000, 8, "this network"),
    (0x0a00_0000, 8, "private"),
    (0x6440_0000, 10, "carrier-grade NAT"),
    (0x7f00_0000, 8, "loopback"),
    (0xa9fe_0000, 16, "link-local and cloud metadata"),
    (0xac10_0000, 12, "private"),
    (0xc000_0000, 24, "protocol assignments"),
    (0xc000_0200, 24, "documentation"),
    (0xc058_6300, 24, "6to4 relay"),
    (0xc0a8_0000, 16, "private"),
    (0xc612_0000, 15, "benchmarking"),
    (0xc633_6400, 24, "documentation"),
    (0xcb00_7100, 24, "documentation"),
    (0xe000_0000, 4, "multicast"),
    (0xf000_0000, 4, "reserved"),
];

/// The same for IPv6. What carries an IPv4 address inside (NAT64, 6to4, Teredo) is refused whole:
/// no news server is only reachable that way, and each has been used to reach an inside address.
const V6: [V6Range; 16] = [
    (0x0064_ff9b_0000_0000_0000_0000_0000_0000, 96, "NAT64"),
    (0x0064_ff9b_0001_0000_0000_0000_0000_0000, 48, "local NAT64"),
    (0x0100_0000_0000_0000_0000_0000_0000_0000, 64, "discard"),
    (0x2001_0000_0000_0000_0000_0000_0000_0000, 23, "Teredo and protocol assignments"),
    (0x2001_0db8_0000_0000_0000_0000_0000_0000, 32, "documentation"),
    (0x2002_0000_0000_0000_0000_0000_0000_0000, 16, "6to4"),
    (0x3fff_0000_0000_0000_0000_0000_0000_0000, 20, "documentation"),
    (0x5f00_0000_0000_0000_0000_0000_0000_0000, 16, "segment routing"),
    (0xfc00_0000_0000_0000_0000_0000_0000_0000, 7, "private"),
    (0xfe80_0000_0000_0000_0000_0000_0000_0000, 10, "link-local"),
    (0xfec0_0000_0000_0000_0000_0000_0000_0000, 10, "site-local"),
    (0xff00_0000_0000_0000_0000_0000_0000_0000, 8, "multicast"),
    (0x0000_0000_0000_0000_0000_0000_0000_0001, 128, "loopback"),
    (0x0000_0000_0000_0000_0000_0000_0000_0000, 96, "unspecified and IPv4-compatible"),
    (0x0000_0000_0000_0000_ffff_0000_0000_0000, 96, "IPv4-translated"),
    (0x0100_0000_0000_0001_0000_0000_0000_0000, 64, "dummy prefix"),
];

/// The upper half of an ISATAP interface identifier (RFC 5214 section 6.1), without the bit that
/// says whether the IPv4 address after it is a public one: a tunnel into a site under any prefix.
const ISATAP: u64 = 0x0000_5efe;
const ISATAP_GLOBAL_BIT: u64 = 0x0200_0000;

/// An IPv4 address in IPv6's clothes is judged as what it is.
pub fn unwrapped(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(ip, IpAddr::V4),
        IpAddr::V4(_) => ip,
    }
}

/// What an address is if it is not a public unicast one; `None` if it is.
pub fn special_range(ip: IpAddr) -> Option<&'static str> {
    let ip = unwrapped(ip);
    match ip {
        IpAddr::V4(v4) => V4
            .iter()
            .find(|(net, bits, _)| Network::new(Ipv4Addr::from(*net), *bits).contains(ip))
            .map(|(_, _, what)| if v4 == Ipv4Addr::BROADCAST { "broadcast" } else { *what }),
        IpAddr::V6(v6) => V6
            .iter()
            .find(|(net, bits, _)| Network::new(Ipv6Addr::from(*net), *bits).contains(ip))
            .map(|(_, _, what)| *what)
            .or_else(|| is_isatap(v6).then_some("ISATAP tunnel")),
    }
}

fn is_isatap(ip: Ipv6Addr) -> bool {
    let [.., a, b, _, _] = ip.segments();
    let upper = (u64::from(a) << 16) | u64::from(b);
    upper & !ISATAP_GLOBAL_BIT == ISATAP
}

/// What is wrong with a host name by its length (RFC 1035 section 2.3.4): a resolver would be asked
/// something no zone can hold. `None` for a name that may exist, and for addresses.
pub fn special_host_name(host: &str) -> Option<&'static str> {
    let name = host.strip_suffix('.').unwrap_or(host);
    if name.len() > NAME_BYTES_MAX {
        return Some("longer than 253 bytes");
    }
    if name.starts_with('[') {
        return None;
    }
    name.split('.').find_map(|label| match label.len() {
        0 => Some("with an empty part between its dots"),
        1..=LABEL_BYTES_MAX => None,
        _ => Some("with a part longer than 63 bytes"),
    })
}

//! What in an address says where a reader came from, and not what is read. A table of our own;
//! names are compared in lower case.
use crate::domain::PageRules;

/// Parameters that carry no content on any host.
const PARAMETERS: &[&str] = &[
    // advertising clicks
    "adgroupid",
    "adid",
    "campaign_id",
    "campaignid",
    "mkwid",
    "pcrid",
    "dclid",
    "ef_id",
    "epik",
    "fbclid",
    "gad_campaignid",
    "gad_source",
    "gbraid",
    "gclid",
    "gclsrc",
    "irclickid",
    "irgwc",
    "li_fat_id",
    "msclkid",
    "qclid",
    "rdt_cid",
    "s_kwcid",
    "sccid",
    "scclid",
    "tblci",
    "ttclid",
    "twclid",
    "wbraid",
    "wickedid",
    "yclid",
    "ysclid",
    "zanpid",
    // mail and newsletters
    "bxid",
    "cndid",
    "hasha",
    "mailing_id",
    "regi_id",
    "_bta_c",
    "_bta_tid",
    "_hsenc",
    "_hsmi",
    "_ke",
    "_kx",
    "ck_subscriber_id",
    "dm_i",
    "ecid",
    "emci",
    "emdi",
    "mkt_tok",
    "ml_subscriber",
    "ml_subscriber_hash",
    "rb_clickid",
    "s_cid",
    "sfmc_id",
    "sfmc_sub",
    "vgo_ee",
    // analytics and sharing
    ".tsrc",
    "cachebuster",
    "echobox",
    "esrc",
    "hootpostid",
    "isappinstalled",
    "leadsource",
    "ref_src",
    "ref_url",
    "referringsource",
    "share_from",
    "share_medium",
    "share_source",
    "share_token",
    "shareadraft",
    "socialflow",
    "sms_ss",
    "spm",
    "ss_source",
    "tsrc",
    "wprov",
    "xng_share_origin",
    "yptr",
    "__s",
    "__tn__",
    "__twitter_impression",
    "_branch_match_id",
    "_branch_referrer",
    "_ga",
    "_gac",
    "_gl",
    "_openstat",
    "ab_channel",
    "action_object_map",
    "action_ref_map",
    "action_type_map",
    "algo_expid",
    "algo_pvid",
    "cmpid",
    "dicbo",
    "ex_cid",
    "ftag",
    "guce_referrer",
    "guce_referrer_sig",
    "guccounter",
    "icid",
    "igsh",
    "igshid",
    "intcid",
    "intcmp",
    "mbid",
    "mibextid",
    "ncid",
    "ocid",
    "partner_source",
    "rcm",
    "refsrc",
    "rss_id",
    "scid",
    "share_id",
    "sharetype",
    "smid",
    "smtyp",
    "soc_src",
    "soc_trk",
    "sr_share",
    "sref",
    "srsltid",
    "taid",
    "traffic_source",
    "trk",
    "trkcampaign",
    "trkinfo",
    "xtor",
    "xts",
    // sessions
    "cfid",
    "cftoken",
    "jsessionid",
    "phpsessid",
    // feeds
    "feedname",
    "feedtype",
    "rssfeed",
    // viewers of accelerated pages
    "amp_gsa",
    "amp_js_v",
    "amp_latest_update_time",
    "aoh",
    "usqp",
];

/// Beginnings of such names.
const PREFIXES: &[&str] = &[
    "__cft__",
    "_hs",
    "aspsessionid",
    "at_",
    "cm_mmc",
    "dpg_",
    "fb_",
    "ga_",
    "gaa_",
    "hsa_",
    "itm_",
    "iterable_",
    "matomo_",
    "mc_",
    "mkt_",
    "mtm_",
    "ns_campaign",
    "ns_fee",
    "ns_linkname",
    "ns_mchannel",
    "ns_source",
    "oly_",
    "pk_",
    "piwik_",
    "sc_channel",
    "sc_cid",
    "stm_",
    "tw_",
    "utm_",
    "utm-",
    "vero_",
    "wt.",
    "wt_",
];

/// Parameters that name a version of the page for another screen.
const MOBILE_SEGMENTS: &[&str] =
    &["amp", "isamp", "ismobile", "mobile", "mobileview", "nonamp", "print", "printable"];

/// Parameters that say where a reader came from, if their value is one of [`ORIGINS`].
const ORIGIN_NAMES: &[&str] = &[
    "campaign",
    "channel",
    "cid",
    "cmp",
    "feed",
    "from",
    "medium",
    "mod",
    "output",
    "outputtype",
    "partner",
    "ref",
    "referer",
    "referrer",
    "rss",
    "share",
    "source",
    "src",
    "view",
    "via",
];

/// Where readers come from, as those values are written.
const ORIGINS: &[&str] = &[
    "1",
    "amp",
    "app",
    "atom",
    "email",
    "facebook",
    "fb",
    "feed",
    "feedburner",
    "flipboard",
    "google",
    "googlenews",
    "instagram",
    "kakao",
    "kakaotalk",
    "linkedin",
    "mail",
    "mobile",
    "naver",
    "newsletter",
    "print",
    "push",
    "reddit",
    "rss",
    "share",
    "sns",
    "social",
    "t.co",
    "telegram",
    "true",
    "twitter",
    "whatsapp",
    "x",
    "yahoo",
];

/// Parameters that mean nothing on these hosts (and their subdomains) alone.
const ON_HOSTS: &[(&str, &[&str])] = &[
    ("blogspot.com", &["m"]),
    ("bbc.co.uk", &["ns_fee", "post", "pinned_post_locator", "pinned_post_asset_id"]),
    ("dailymail.co.uk", &["ico", "ito"]),
    ("economist.com", &["fsrc"]),
    ("ft.com", &["ftcamp", "segmentid", "sharetype", "shareType"]),
    ("marketwatch.com", &["mod", "siteid"]),
    ("naver.com", &["cds", "lfrom", "mid", "mode", "ntype", "sid", "sid1", "sid2"]),
    (
        "nytimes.com",
        &[
            "instance_id",
            "nl",
            "segment_id",
            "smid",
            "te",
            "user_id",
            "_r",
            "action",
            "emc",
            "hp",
            "partner",
            "region",
            "searchresultposition",
        ],
    ),
    ("theguardian.com", &["cmp"]),
    ("twitter.com", &["s", "t"]),
    ("washingtonpost.com", &["hpid", "itid", "tid"]),
    ("wsj.com", &["mod", "reflink"]),
    ("x.com", &["s", "t"]),
    ("youtube.com", &["feature", "pp", "si"]),
    ("youtu.be", &["feature", "pp", "si"]),
];

/// Whether a parameter (name and decoded value, both in lower case) says nothing of the content of
/// a page on `host`.
pub(super) fn is_tracking(host: &str, (name, value): (&str, &str), rules: &PageRules) -> bool {
    if rules.keep.iter().any(|kept| kept.matches(name)) {
        return false;
    }
    rules.drop.iter().any(|dropped| dropped.matches(name))
        || PARAMETERS.contains(&name)
        || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        // "?fl" alone; with a value it may be a floor.
        || (name == "fl" && value.is_empty())
        || is_numbered_click(name)
        || (MOBILE_SEGMENTS.contains(&name) && matches!(value, "" | "0" | "1" | "true" | "false" | "yes"))
        || (ORIGIN_NAMES.contains(&name) && is_origin(name, value))
        || ON_HOSTS.iter().any(|(of, names)| within(host, of) && names.contains(&name))
}

fn is_origin(name: &str, value: &str) -> bool {
    // `source=1` and `view=1` may choose content; `rss=1` and `share=true` cannot.
    let flag = matches!(value, "1" | "true");
    if flag && !matches!(name, "rss" | "feed" | "share") {
        return false;
    }
    ORIGINS.contains(&value)
        || value.starts_with("rss")
        || value.ends_with("rss")
        || (matches!(name, "ref" | "referer" | "referrer") && looks_like_host(value))
}

/// Newsletters and blogs add their own host as `ref`.
fn looks_like_host(value: &str) -> bool {
    let value = value.strip_prefix("https://").or(value.strip_prefix("http://")).unwrap_or(value);
    let host = value.trim_end_matches('/');
    let last = host.rsplit_once('.').map_or("", |(_, last)| last);
    last.len() >= 2
        && last.bytes().all(|b| b.is_ascii_lowercase())
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
        && !matches!(last, "html" | "htm" | "php" | "md" | "txt")
}

/// "sf123456789=1", as a scheduler of posts numbers its clicks.
fn is_numbered_click(name: &str) -> bool {
    let digits = name.strip_prefix("sf").unwrap_or_default();
    digits.len() >= 6 && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Whether `host` is `domain` or lies under it.
pub(super) fn within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

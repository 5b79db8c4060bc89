//! What reading a clean feed costs beside feed-rs alone, in one run: the two take turns.
#![expect(clippy::print_stdout, reason = "the figures are what a bench is for")]
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use wirewatch::parse::{ResponseContext, document, repaired_xml};

/// Turns each contestant takes.
const ROUNDS: usize = 41;

const SENTENCES: [&str; 6] = [
    "The defence ministers agreed on Tuesday to restore the pact in full.",
    "Officials in the capital said the export controls would be reviewed within weeks.",
    "지소미아 정상화에 합의한 양국은 후속 협의를 이어 가기로 했다.",
    "輸出規制の強化について、政府は来週にも方針を発表する見通しだ。",
    "Shares of chip makers fell as much as 3.4 per cent in early trading.",
    "“We will see what happens,” a spokesman told reporters on the way out.",
];

fn words(sentences: usize, seed: usize) -> String {
    (0..sentences)
        .filter_map(|n| SENTENCES.get((n * 7 + seed * 3) % SENTENCES.len()))
        .copied()
        .collect::<Vec<_>>()
        .join(" ")
}

fn paragraphs(count: usize, seed: usize) -> String {
    let mut html = String::new();
    for n in 0..count {
        let text = words(4, seed + n);
        writeln!(html, "<p>{text} <a href=\"https://e.example/{n}\">more</a></p>")
            .unwrap_or_default();
    }
    html
}

/// A feed as blogs write it; without paragraphs it carries summaries only.
fn rss(items: usize, paragraphs_each: usize) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" \
         xmlns:wfw=\"http://wellformedweb.org/CommentAPI/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:atom=\"http://www.w3.org/2005/Atom\" \
         xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\" xmlns:slash=\"http://purl.org/rss/1.0/modules/slash/\">\n<channel>\n\
         <title>Harbour Wire</title>\n<atom:link href=\"https://e.example/feed/\" rel=\"self\" type=\"application/rss+xml\" />\n\
         <link>https://e.example</link>\n<description>News</description>\n<language>en-GB</language>\n<sy:updatePeriod>hourly</sy:updatePeriod>\n",
    );
    for n in 0..items {
        let content = match paragraphs_each {
            0 => String::new(),
            count => {
                format!("<content:encoded><![CDATA[{}]]></content:encoded>\n", paragraphs(count, n))
            }
        };
        write!(
            xml,
            "<item>\n<title>Ministers agree on item {n}: {}</title>\n<link>https://e.example/2024/05/item-{n}/</link>\n\
             <comments>https://e.example/2024/05/item-{n}/#respond</comments>\n<dc:creator><![CDATA[Ann Lee]]></dc:creator>\n\
             <pubDate>Tue, 28 May 2024 15:{:02}:05 +0000</pubDate>\n<category><![CDATA[World]]></category>\n<category><![CDATA[Trade]]></category>\n\
             <guid isPermaLink=\"false\">https://e.example/?p={n}</guid>\n<description><![CDATA[{}]]></description>\n{content}\
             <wfw:commentRss>https://e.example/2024/05/item-{n}/feed/</wfw:commentRss>\n<slash:comments>{n}</slash:comments>\n</item>\n",
            words(1, n),
            n % 60,
            words(3, n),
        )
        .unwrap_or_default();
    }
    xml + "</channel>\n</rss>\n"
}

/// A feed with its content escaped.
fn atom(entries: usize, paragraphs_each: usize) -> String {
    let escape = |html: &str| html.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\">\n<title>Harbour Wire</title>\n\
         <link href=\"https://e.example/atom.xml\" rel=\"self\"/>\n<link href=\"https://e.example/\"/>\n<updated>2024-05-28T15:04:05Z</updated>\n<id>https://e.example/</id>\n",
    );
    for n in 0..entries {
        let content = match paragraphs_each {
            0 => String::new(),
            count => {
                format!("<content type=\"html\">{}</content>\n", escape(&paragraphs(count, n)))
            }
        };
        write!(
            xml,
            "<entry>\n<title type=\"html\">Ministers agree on item {n}: {}</title>\n<link href=\"https://e.example/2024/05/item-{n}/\"/>\n\
             <updated>2024-05-28T15:{:02}:05Z</updated>\n<published>2024-05-28T15:{:02}:05+00:00</published>\n<id>https://e.example/?p={n}</id>\n\
             <author><name>Ann Lee</name></author>\n<category term=\"World\"/>\n<summary>{}</summary>\n{content}</entry>\n",
            words(1, n),
            n % 60,
            n % 60,
            words(3, n),
        )
        .unwrap_or_default();
    }
    xml + "</feed>\n"
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times.get(times.len() / 2).map_or(0.0, Duration::as_secs_f64)
}

fn main() {
    println!("feed        bytes   feed-rs     ours  ratio   mend   read   (times in us)");
    for (name, feed) in [
        ("rss 20k", rss(20, 0)),
        ("rss 150k", rss(25, 11)),
        ("rss 1m", rss(60, 35)),
        ("atom 20k", atom(24, 0)),
        ("atom 150k", atom(25, 10)),
        ("atom 1m", atom(60, 33)),
    ] {
        let bytes = feed.as_bytes();
        let (mut alone, mut ours, mut mending) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            alone.push(timed(|| drop(black_box(feed_rs::parser::parse(black_box(bytes))))));
            ours.push(timed(|| {
                drop(black_box(document(black_box(bytes), &ResponseContext::default())));
            }));
            mending.push(timed(|| {
                drop(black_box(repaired_xml(black_box(bytes), &ResponseContext::default())));
            }));
        }
        let (alone, ours, mending) = (median(alone), median(ours), median(mending));
        let share = mending / ours * 100.0;
        println!(
            "{name:<9} {:>8} {:>9.1} {:>8.1} {:>6.2} {share:>5.0}% {:>5.0}%",
            bytes.len(),
            alone * 1e6,
            ours * 1e6,
            alone / ours,
            100.0 - share,
        );
    }
}

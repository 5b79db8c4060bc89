//! Tripwires listen where a request must never come, in a network of their own; everything a
//! hostile publisher can say is said, and none of them is touched.
//!
//! The namespace is made with `unshare` and `ip`, which needs the rights for it. Where it cannot be
//! made the test says so aloud and proves nothing.
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use url::Url;
use wirewatch::config::{self, Directories};
use wirewatch::domain::{Feed, Timestamp};
use wirewatch::fetch::{Answer, FailureKind, Gate, Limits, LookUp, Request, RequestKind};

use crate::test_app::TestApp;

/// Where nobody may come: this machine, its networks, the cloud's metadata, and an address that is
/// public but this machine's own.
const INSIDE: [&str; 8] = [
    "127.0.0.1",
    "::1",
    "169.254.169.254",
    "10.0.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "fd00::1",
    "198.100.1.1",
];
/// A publisher on the public internet, and one inside that the operator allowed.
const PUBLISHER: &str = "8.8.8.8";
const ALLOWED: &str = "10.0.0.2";
const CODES: [u16; 5] = [301, 302, 303, 307, 308];

#[test]
fn nothing_a_publisher_says_reaches_the_operators_network() {
    let mut script = String::from("ip link set lo up");
    for address in INSIDE.iter().filter(|a| !matches!(**a, "127.0.0.1" | "::1")) {
        let bits = if address.contains(':') { "128 nodad" } else { "32" };
        let (bits, flag) = bits.split_once(' ').unwrap_or((bits, ""));
        write!(script, " && ip addr add {address}/{bits} dev lo {flag}").unwrap();
    }
    write!(script, " && ip addr add {ALLOWED}/32 dev lo").unwrap();
    // Reached like a stranger's: the kernel would not choose it as a source of its own.
    write!(script, " && ip route add local {PUBLISHER}/32 dev lo src 127.0.0.3").unwrap();
    script += " && exec \"$0\" --exact ssrf::live::in_the_namespace --ignored --nocapture";
    let mut child = Command::new("unshare");
    child.args(["-n", "--", "sh", "-c", &script]).arg(std::env::current_exe().unwrap());
    // An environment that would lead every request into a tripwire.
    for proxy in
        ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"]
    {
        child.env(proxy, "http://127.0.0.1:8080");
    }
    let output = match child.output() {
        Ok(output) => output,
        Err(why) => return aloud(&why.to_string()),
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    if !said.contains("running 1 test") {
        return aloud(&complaint);
    }
    println!("{said}");
    assert!(output.status.success(), "{said}\n{complaint}");
    assert!(said.contains("tripwires stayed silent"), "{said}");
}

fn aloud(why: &str) {
    let why = format!(
        "NOT PROVED that no request reaches the operator's own network: no network namespace can \
         be made here (run as root): {}",
        why.trim()
    );
    crate::report_skipped("ssrf::live", &why);
}

/// Every connection the tripwires saw.
#[derive(Clone, Default)]
struct Tripped(Arc<Mutex<Vec<SocketAddr>>>);

impl Tripped {
    fn listen(&self, at: SocketAddr) {
        let listener = TcpListener::bind(at).unwrap_or_else(|why| panic!("{at}: {why}"));
        let seen = self.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                seen.0.lock().unwrap().push(stream.unwrap().local_addr().unwrap());
            }
        });
    }

    fn none(&self, doing: &str) {
        let seen = self.0.lock().unwrap();
        assert!(seen.is_empty(), "{doing}: {seen:?} were reached");
    }
}

/// Answers `/to/CODE/REST` with a redirect to `http://REST`, and everything else with a feed whose
/// every link leads inside.
fn publish(at: SocketAddr) {
    let listener = TcpListener::bind(at).unwrap_or_else(|why| panic!("{at}: {why}"));
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(move || answer(stream.unwrap()));
        }
    });
}

fn answer(mut stream: TcpStream) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let Some(Ok(line)) = lines.next() else { return };
    let _head: Vec<_> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let path = line.split(' ').nth(1).unwrap_or("/");
    let redirect = path.strip_prefix("/to/").and_then(|rest| rest.split_once('/'));
    let reply = if let Some((code, to)) = redirect {
        format!("HTTP/1.1 {code} x\r\nLocation: http://{to}\r\nContent-Length: 0\r\n\r\n")
    } else {
        let body = "<rss version=\"2.0\" xmlns:a=\"http://www.w3.org/2005/Atom\"><channel>\
            <title>t</title><a:link rel=\"hub\" href=\"http://127.0.0.1/\"/>\
            <a:link rel=\"self\" href=\"http://10.0.0.1/\"/><item><title>GSOMIA</title>\
            <link>http://169.254.169.254/</link><guid>http://127.0.0.1/x</guid>\
            <enclosure url=\"http://127.0.0.1/e.mp3\"/></item></channel></rss>";
        format!(
            "HTTP/1.1 200 OK\r\nAlt-Svc: h2=\"127.0.0.1:8080\"; ma=86400\r\n\
             Refresh: 0; url=http://127.0.0.1/\r\nLink: <http://127.0.0.1/>; rel=preload\r\n\
             Content-Type: application/rss+xml\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    // A client that has gone away is its own affair.
    stream.write_all(reply.as_bytes()).ok();
}

/// Names as a hostile zone answers them.
fn zone() -> LookUp {
    let asked = Mutex::new(0_u32);
    Arc::new(move |name: String| {
        let list: &[&str] = match name.as_str() {
            "honest.example" => &[PUBLISHER],
            "mixed.example" => &[PUBLISHER, "127.0.0.1"],
            "mixed-six.example" => &[PUBLISHER, "::1"],
            "mapped.example" => &["::ffff:127.0.0.1"],
            "inside.example" => &["10.0.0.1"],
            "metadata.example" => &["169.254.169.254"],
            "sixtofour.example" => &["2002:7f00:1::"],
            "own.example" => &["198.100.1.1"],
            "many.example" => &[PUBLISHER; 33],
            "rebind.example" => {
                let mut asked = asked.lock().unwrap();
                *asked += 1;
                if *asked == 1 { &[PUBLISHER] } else { &["127.0.0.1"] }
            }
            _ => &[],
        };
        let found: Vec<IpAddr> = list.iter().map(|ip| ip.parse().unwrap()).collect();
        Box::pin(async move { Ok(found) })
    })
}

const HOUSE: &str = "[poll]\nper_host_gap = \"0s\"\n[[channel]]\nname = \"screen\"\nkind = \"console\"\n\
    [[watch]]\nname = \"w\"\nnotify = [\"screen\"]\nany = [\"GSOMIA\"]\n";

/// A feed as the operator's configuration makes it.
fn feed(url: &str, allow: &[&str]) -> Feed {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wirewatch.toml");
    let text =
        format!("{HOUSE}[[feed]]\nname = \"f\"\nurl = \"{url}\"\nallow_private = {allow:?}\n");
    std::fs::write(&path, text).unwrap();
    let directories = Directories { state: Some(folder.path()), credentials: None };
    match config::load(&path, directories) {
        Ok(mut config) => config.feeds.remove(0),
        Err(broken) => panic!("{broken}"),
    }
}

struct Attack {
    gate: Gate,
    tripped: Tripped,
    said: usize,
}

impl Attack {
    async fn ask(&self, request: Request<'_>) -> Answer {
        self.gate.fetch(request, Timestamp(0)).await
    }

    /// Asks, and demands a refusal in words and silent tripwires.
    async fn refused(&mut self, request: Request<'_>) {
        let (url, ask) = (request.url.to_string(), request.kind);
        self.said += 1;
        match self.ask(request).await {
            Answer::Failed(failure) => {
                assert_eq!(failure.kind, FailureKind::Refused, "{url}: {}", failure.why);
            }
            answer @ (Answer::Fetched(_) | Answer::Unchanged(_)) => {
                panic!("{url} as {ask:?}: {answer:?}")
            }
        }
        self.tripped.none(&url);
    }
}

fn bracketed(ip: &str) -> String {
    if ip.contains(':') { format!("[{ip}]") } else { ip.to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs in the namespace the test above makes"]
async fn in_the_namespace() {
    // Outside its namespace nobody can listen at these, and nothing is asked.
    let tripped = Tripped::default();
    for ip in INSIDE {
        for port in [80, 8080] {
            tripped.listen(SocketAddr::new(ip.parse().unwrap(), port));
        }
    }
    for ip in [PUBLISHER, ALLOWED] {
        publish(SocketAddr::new(ip.parse().unwrap(), 80));
    }
    let limits = Limits { total: Duration::from_secs(8), ..Limits::default() };
    let gate = Gate::new(None, limits).with_names(zone());
    let mut attack = Attack { gate, tripped, said: 0 };
    // Without these two, silence below would prove nothing.
    let honest = feed("http://honest.example/feed", &[]);
    let fresh = attack.ask(Request::feed(&honest, None)).await;
    assert!(matches!(fresh, Answer::Fetched(_)), "{fresh:?}");
    let permitted = feed("http://10.0.0.2/feed", &[ALLOWED]);
    let fresh = attack.ask(Request::feed(&permitted, None)).await;
    assert!(matches!(fresh, Answer::Fetched(_)), "{fresh:?}");
    written(&mut attack).await;
    redirected(&mut attack).await;
    named(&mut attack).await;
    linked(&mut attack, &honest, &permitted).await;
    polled(&attack).await;
    tripwires_work(&attack);
    println!("{} attempts; {} tripwires stayed silent", attack.said, INSIDE.len() * 2);
}

async fn written(attack: &mut Attack) {
    for ip in INSIDE {
        for port in ["", ":8080"] {
            let url = format!("http://{}{port}/", bracketed(ip));
            attack.refused(Request::feed(&feed(&url, &[]), None)).await;
        }
    }
    for host in ["127.1", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]"] {
        attack.refused(Request::feed(&feed(&format!("http://{host}/"), &[]), None)).await;
    }
}

async fn redirected(attack: &mut Attack) {
    for code in CODES {
        for ip in INSIDE {
            let url = format!("http://honest.example/to/{code}/{}/x", bracketed(ip));
            attack.refused(Request::feed(&feed(&url, &[]), None)).await;
        }
        for host in ["127.1", "0x7f000001", "localhost", "a.localhost", "127.0.0.1:8080"] {
            let url = format!("http://honest.example/to/{code}/{host}/");
            attack.refused(Request::feed(&feed(&url, &[]), None)).await;
        }
        // By way of another honest hop, and from a private feed to its neighbour.
        let url = format!("http://honest.example/to/{code}/honest.example/to/{code}/10.0.0.1/");
        attack.refused(Request::feed(&feed(&url, &[]), None)).await;
        let url = format!("http://{ALLOWED}/to/{code}/10.0.0.1/");
        attack.refused(Request::feed(&feed(&url, &[ALLOWED, "10.0.0.1"]), None)).await;
        let url = format!("http://honest.example/to/{code}/{PUBLISHER}:6379/");
        attack.refused(Request::feed(&feed(&url, &[]), None)).await;
    }
}

async fn named(attack: &mut Attack) {
    for name in [
        "mixed.example",
        "mixed-six.example",
        "mapped.example",
        "inside.example",
        "metadata.example",
        "sixtofour.example",
        "own.example",
        "many.example",
    ] {
        for code in CODES {
            let url = format!("http://honest.example/to/{code}/{name}/");
            attack.refused(Request::feed(&feed(&url, &[]), None)).await;
        }
        attack.refused(Request::feed(&feed(&format!("http://{name}/"), &[]), None)).await;
    }
    // Public when it is first looked up, this machine when it is looked up again.
    let url = "http://rebind.example/to/302/rebind.example:8080/";
    attack.refused(Request::feed(&feed(url, &[]), None)).await;
}

/// Article links, hubs and whatever else a document names.
async fn linked(attack: &mut Attack, honest: &Feed, permitted: &Feed) {
    for ip in INSIDE {
        let url = Url::parse(&format!("http://{}/article", bracketed(ip))).unwrap();
        let form = [("hub.mode", "subscribe")];
        for source in [honest, permitted] {
            attack.refused(Request::page(source, &url)).await;
            attack.refused(Request::linked_from(source, &url, RequestKind::Form(&form))).await;
            attack.refused(Request::found(&source.url, &url, RequestKind::Feed)).await;
        }
        attack.refused(Request::typed(&url, RequestKind::Page)).await;
    }
    for code in CODES {
        let url = Url::parse(&format!("http://{PUBLISHER}/to/{code}/127.0.0.1/")).unwrap();
        attack.refused(Request::page(honest, &url)).await;
        attack.refused(Request::linked_from(honest, &url, RequestKind::Form(&[("a", "b")]))).await;
    }
}

/// The whole daemon, with its own resolver and its own way of following what a feed says.
async fn polled(attack: &Attack) {
    let mut config = HOUSE.to_owned();
    let mut urls = vec![format!("http://{PUBLISHER}/feed")];
    urls.extend(INSIDE.map(|ip| format!("http://{}/", bracketed(ip))));
    urls.extend(CODES.map(|code| format!("http://{PUBLISHER}/to/{code}/127.0.0.1/{code}")));
    for (n, url) in urls.iter().enumerate() {
        write!(config, "[[feed]]\nname = \"f{n}\"\nurl = \"{url}\"\n").unwrap();
    }
    let mut home = TestApp::open(&config).await;
    for _ in 0..2 {
        let round = home.poll().await;
        assert_eq!(round.failed + 1, round.polled, "all but one are refused");
        home.hand.advance(Duration::from_hours(2));
    }
    attack.tripped.none("polling");
}

#[expect(clippy::disallowed_methods, reason = "a tripwire is tried by hand")]
fn tripwires_work(attack: &Attack) {
    for ip in INSIDE {
        let touched = TcpStream::connect(SocketAddr::new(ip.parse().unwrap(), 80));
        assert!(touched.is_ok(), "{ip}: {touched:?}");
    }
    // The listeners' threads note it in their own time.
    while attack.tripped.0.lock().unwrap().len() < INSIDE.len() {
        thread::yield_now();
    }
}

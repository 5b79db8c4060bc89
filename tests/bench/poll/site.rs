//! A thousand news sites on loopback: files made by the made-up wire, served by an nginx of our own.
//!
//! Each feed has an address in `127.0.0.0/8` of its own, so that each is another host to a client
//! and no resolver is measured.
use std::fs::{self, File};
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, UNIX_EPOCH};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::world::feed_formats::{FeedFormat, Item, render};
use crate::world::news_generator::{Newsroom, Plan, newsrooms};

/// Items in each feed.
pub const ITEMS: usize = 26;
/// How many of them are new at noon.
const NEW_ITEMS: usize = 2;
/// These two make a feed of 26 items about 50 KB, and 14 KB packed, as real ones are.
const PARAGRAPHS: usize = 2;
const NAMES: usize = 72;
/// What the watch of the measured daemon looks for; one article in so many has it.
pub const TERMS: [&str; 4] = ["Cobra Gold", "GSOMIA", "export control", "輸出規制"];
const ONE_IN: usize = 50;
/// The morning's `Last-Modified`; noon is an hour later.
const MORNING_UNIX_S: u64 = 1_795_160_000;
const READY: Duration = Duration::from_secs(10);

/// What the sites show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    Morning,
    /// The morning's feeds with the newest two items on top and the oldest two gone.
    Noon,
}

impl Edition {
    fn folder(self) -> &'static str {
        match self {
            Self::Morning => "morning",
            Self::Noon => "noon",
        }
    }
}

/// The sites, until dropped.
pub struct Site {
    pub feeds: u32,
    pub mean_bytes: usize,
    pub mean_packed_bytes: usize,
    /// A file with the address of each feed on a line.
    pub list: PathBuf,
    root: PathBuf,
    nginx: Child,
}

impl Site {
    /// Writes the files and starts the server.
    pub fn build(root: &Path, feeds: u32) -> Self {
        let count = usize::try_from(feeds).unwrap();
        let plan = Plan {
            seed: 1,
            feeds: count,
            paragraphs: PARAGRAPHS,
            names: NAMES,
            terms: TERMS.map(str::to_owned).to_vec(),
            one_in: ONE_IN,
        };
        for edition in [Edition::Morning, Edition::Noon] {
            fs::create_dir(root.join(edition.folder())).unwrap();
        }
        let (mut plain_bytes, mut sent_bytes) = (0, 0);
        for (at, mut room) in newsrooms(&plan).into_iter().enumerate() {
            let mut items = room.window(ITEMS);
            plain_bytes += write(root, Edition::Morning, at, &room, &items).0;
            items.splice(0..0, room.window(NEW_ITEMS));
            items.truncate(ITEMS);
            sent_bytes += write(root, Edition::Noon, at, &room, &items).1;
        }
        let port = free_port();
        let list = root.join("feeds.txt");
        let urls: String = (0..count).map(|at| url(at, port) + "\n").collect();
        fs::write(&list, urls).unwrap();
        let nginx = start_nginx(root, port);
        let site = Self {
            feeds,
            mean_bytes: plain_bytes / count,
            mean_packed_bytes: sent_bytes / count,
            list,
            root: root.to_owned(),
            nginx,
        };
        site.show(Edition::Morning);
        wait_for(port);
        site
    }

    /// Shows this edition at all sites, at once.
    pub fn show(&self, edition: Edition) {
        let next = self.root.join("next");
        std::os::unix::fs::symlink(edition.folder(), &next).unwrap();
        fs::rename(next, self.root.join("current")).unwrap();
    }

    /// Name and address of each feed.
    pub fn feeds(&self) -> Vec<(String, String)> {
        let list = fs::read_to_string(&self.list).unwrap();
        list.lines()
            .enumerate()
            .map(|(at, url)| (format!("feed-{at:04}"), url.to_owned()))
            .collect()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // Without a master process there is only this one to end.
        drop(self.nginx.kill());
        drop(self.nginx.wait());
    }
}

fn url(at: usize, port: u16) -> String {
    format!("http://127.0.{}.{}:{port}/{at:04}.xml", 1 + at / 250, 1 + at % 250)
}

/// Writes one feed, plain and packed; the size of each.
fn write(
    root: &Path,
    edition: Edition,
    at: usize,
    newsroom: &Newsroom,
    items: &[Item],
) -> (usize, usize) {
    let rendering = if at.is_multiple_of(4) { FeedFormat::Atom } else { FeedFormat::Rss2 };
    let body = render(rendering, &newsroom.head, items);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&body).unwrap();
    let packed = gzip.finish().unwrap();
    let hour = u64::from(edition == Edition::Noon);
    let changed = UNIX_EPOCH + Duration::from_secs(MORNING_UNIX_S + hour * 3_600);
    for (name, bytes) in [(format!("{at:04}.xml"), &body), (format!("{at:04}.xml.gz"), &packed)] {
        let mut file = File::create(root.join(edition.folder()).join(name)).unwrap();
        file.write_all(bytes).unwrap();
        file.set_modified(changed).unwrap();
    }
    (body.len(), packed.len())
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

fn start_nginx(root: &Path, port: u16) -> Child {
    let root_shown = root.display();
    let temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("  {kind}_temp_path {root_shown}/temp;\n"))
        .concat();
    let conf = format!(
        "daemon off;\nmaster_process off;\npid {root_shown}/nginx.pid;\n\
         error_log {root_shown}/nginx.log;\nevents {{ worker_connections 4096; }}\n\
         http {{\n  access_log off;\n{temp}  types {{ application/rss+xml xml; }}\n  server {{\n\
         \x20   listen 0.0.0.0:{port} backlog=4096;\n    allow 127.0.0.0/8;\n    deny all;\n\
         \x20   root {root_shown}/current;\n    gzip_static on;\n    etag on;\n  }}\n}}\n"
    );
    let path = root.join("nginx.conf");
    fs::write(&path, conf).unwrap();
    Command::new("nginx")
        .arg("-e")
        .arg(root.join("nginx.log"))
        .arg("-c")
        .arg(path)
        .stdin(Stdio::null())
        .spawn()
        .expect("nginx is needed (Debian: apt-get install nginx-light)")
}

#[expect(clippy::disallowed_methods, reason = "the bench looks whether its own server is up")]
fn wait_for(port: u16) {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let until = Instant::now() + READY;
    while TcpStream::connect(address).is_err() {
        assert!(Instant::now() < until, "nginx did not come up");
        std::thread::sleep(Duration::from_millis(10));
    }
}

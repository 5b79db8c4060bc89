//! A full disk stops polling and sending, loses nothing, and is over when there is room again. The disk
//! is a small one in memory; where the test may not mount one it says so and is skipped.
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::harness::daemon::Daemon;
use crate::harness::feed_formats::Item;
use crate::harness::feed_server::FeedServer;
use crate::harness::unix_ms;
use crate::harness::webhook_receiver::WebhookReceiver;

/// A mounted file system of its own, unmounted when dropped.
struct Disk(PathBuf);

impl Disk {
    fn mount(at: PathBuf, size: &str) -> Option<Self> {
        std::fs::create_dir_all(&at).unwrap();
        let options = format!("size={size}");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&at).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(Self(at))
    }

    /// Takes all the room there is left.
    fn fill(&self) {
        use std::io::Write;
        let mut ballast = std::fs::File::create(self.0.join("ballast")).unwrap();
        for size in [64 << 10, 4 << 10, 1] {
            while ballast.write_all(&vec![7; size]).is_ok() {}
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

fn config(folder: &Path, hooks: &WebhookReceiver, feed: &str) -> String {
    crate::write_secret(&folder.join("secret"));
    format!(
        "[poll]\nfloor = \"1s\"\n[store]\npath = \"disk/wirewatch.db\"\n\
         [[channel]]\nname = \"hook\"\nkind = \"webhook\"\nallow_private = true\nurl = \"{}\"\nsecret_file = \"secret\"\n\
         [[watch]]\nname = \"gsomia\"\nnotify = [\"hook\"]\nany = [\"GSOMIA\"]\n\
         [[feed]]\nname = \"feed\"\nurl = \"{feed}\"\nevery = \"1s\"\n\
         allow_private = [\"127.0.0.0/8\"]\nbacklog = \"all\"\n",
        hooks.url("/")
    )
}

fn recent_item(id: &str) -> Item {
    Item::new(id, &format!("GSOMIA bulletin {id}")).dated(unix_ms() / 1_000)
}

#[test]
fn a_full_disk_holds_everything_up_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(folder.path().join("disk"), "1m") else {
        crate::report_skipped("the full disk", "this machine lets the test mount none");
        return;
    };
    let feeds = FeedServer::open();
    let feed = feeds.feed("/feed");
    let hooks = WebhookReceiver::open(folder.path());
    feed.publish(recent_item("before"));
    let mut daemon = Daemon::new(env!("CARGO_BIN_EXE_wirewatch"), folder.path());
    daemon.write("wirewatch.toml", &config(folder.path(), &hooks, &feed.url()));
    daemon.start(&["run"]);
    assert_eq!(hooks.wait_for(1, Duration::from_secs(20)).len(), 1);
    disk.fill();
    feed.publish(recent_item("during").saying(&"a long report ".repeat(4_000)));
    daemon.wait_for_text("the disk is full", Duration::from_secs(30));
    assert_eq!(hooks.received().len(), 1, "nothing is sent that was not recorded");
    assert!(daemon.ended().is_none(), "it waits, it does not die");
    disk.make_room();
    feed.publish(recent_item("after"));
    let received = hooks.wait_for(3, Duration::from_secs(30));
    let mut titles: Vec<String> = received
        .iter()
        .map(|received| received.json()["data"]["title"].as_str().unwrap().to_owned())
        .collect();
    titles.sort();
    assert_eq!(
        titles,
        ["GSOMIA bulletin after", "GSOMIA bulletin before", "GSOMIA bulletin during"]
    );
    assert!(daemon.stop(Duration::from_secs(25)).success());
    let db = rusqlite::Connection::open(folder.path().join("disk/wirewatch.db")).unwrap();
    let ok: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(ok, "ok");
    drop(db);
    drop(disk);
}

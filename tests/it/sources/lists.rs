//! Lists of feeds in and out.
use super::{bad, config_folder, feeds_toml, good};

const LIST: &str = "<opml version='1.0'><head><title>Old reader</title></head><body>\n\
    <outline text='Asia'>\n\
    <outline text='연합 & Co' type='rss' xmlurl='https://yna.example/rss?a=1&b=2'/>\n\
    <outline text='Paper again' xmlUrl='https://www.paper.example/rss'/>\n\
    <outline text='Secret' xmlUrl='https://u:p@pay.example/rss'/>\n\
    </outline>\n\
    <outline text='Wire' xmlUrl='feed://wire.example/f'/><outline text='Wire' xmlUrl='https://wire2.example/f'>\n\
    <outline text='cmd' xmlUrl='exec:rm'/>\n";

#[test]
fn a_list_is_added_and_what_is_not_taken_is_named_by_line() {
    let folder = config_folder();
    std::fs::write(folder.path().join("old.opml"), LIST).unwrap();
    let before = feeds_toml(folder.path());
    let (dry, said) = good(folder.path(), &["feeds", "import", "old.opml", "--dry-run"], "");
    assert!(dry.contains("name = \"wire-2\"") && said.contains("3 feeds would be added"), "{said}");
    assert_eq!(feeds_toml(folder.path()), before, "a dry run changes nothing");
    let (_, said) = good(folder.path(), &["feeds", "import", "old.opml"], "");
    for line in [
        "old.opml:4: https://www.paper.example/rss is already there, as `paper`",
        "old.opml:5: the URL holds a user or password, which others would read",
        "old.opml:8: “exec:rm” is not a web address",
        "3 feeds added to feeds.toml, 3 lines not taken",
    ] {
        assert!(said.contains(line), "{line} is not in\n{said}");
    }
    let after = feeds_toml(folder.path());
    let added = after.strip_prefix(&before).unwrap();
    assert!(added.contains("# From old.opml: Old reader"), "{added}");
    let table: toml::Table = added.parse().unwrap();
    let feed = &table["feed"][0];
    assert_eq!(feed["name"].as_str(), Some("yna"));
    assert_eq!(feed["url"].as_str(), Some("https://yna.example/rss?a=1&b=2"));
    assert_eq!(feed["title"].as_str(), Some("연합 & Co"));
    assert_eq!(feed["tags"][0].as_str(), Some("Asia"));
    assert_eq!(table["feed"][1]["url"].as_str(), Some("http://wire.example/f"));
    good(folder.path(), &["check"], "");
    let (_, said) = good(folder.path(), &["feeds", "import", "-"], LIST);
    assert!(said.contains("0 feeds added"), "{said}");
    assert_eq!(feeds_toml(folder.path()), after);
}

#[test]
fn an_exported_list_imports_as_the_same_feeds() {
    let folder = config_folder();
    std::fs::write(folder.path().join("old.opml"), LIST).unwrap();
    good(folder.path(), &["feeds", "import", "old.opml"], "");
    let (list, _) = good(folder.path(), &["feeds", "export"], "");
    assert!(
        list.contains("text=\"연합 &amp; Co\"") && list.contains("category=\"/Asia\""),
        "{list}"
    );
    let other = config_folder();
    std::fs::write(other.path().join("feeds.toml"), "").unwrap();
    good(other.path(), &["feeds", "import", "-"], &list);
    let tables = |text: &str| {
        let table: toml::Table = text.parse().unwrap();
        let mut feeds = table["feed"].as_array().unwrap().clone();
        feeds.sort_by_key(|feed| feed["name"].as_str().unwrap().to_owned());
        feeds
    };
    assert_eq!(tables(&feeds_toml(other.path())), tables(&feeds_toml(folder.path())));
    let (again, _) = good(other.path(), &["feeds", "export"], "");
    assert_eq!(again, list);
}

#[test]
fn what_is_no_list_is_refused() {
    let folder = config_folder();
    std::fs::write(folder.path().join("page.html"), "<html>hello</html>").unwrap();
    let said = bad(folder.path(), &["feeds", "import", "page.html"], 65);
    assert!(said.contains("it is not OPML"), "{said}");
    let said = bad(folder.path(), &["feeds", "import", "none.opml"], 65);
    assert!(said.contains("none.opml: No such file"), "{said}");
}

#[test]
fn lists_of_other_programs_are_read() {
    let Some(corpora) = crate::corpora::folder("lists_of_other_programs_are_read") else { return };
    let unpacked = crate::corpora::unpack(&corpora, "peer-feed-suites.tar.xz");
    let mut read = 0;
    let mut feeds = 0;
    let mut folders = vec![unpacked.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "opml") {
                let body = std::fs::read(&path).unwrap();
                if let Ok(list) = wirewatch::parse::opml::parse(&body) {
                    read += 1;
                    feeds += list.feeds.len();
                    let back = wirewatch::parse::opml::to_xml(&list);
                    let again = wirewatch::parse::opml::parse(back.as_bytes());
                    let same = again.map_or(0, |again| again.feeds.len());
                    assert_eq!(same, list.feeds.len(), "{}", path.display());
                }
            }
        }
    }
    assert!(read >= 30 && feeds >= 40, "{read} lists, {feeds} feeds");
}

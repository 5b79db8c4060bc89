//! When an article was published, in all the ways in which pages say it.
use wirewatch::pages::read_page;

use super::article::clock;

const DAY: &str = "2024-03-05";

/// The date of a page, or `none`.
fn day(head: &str, body: &str, language: &str, url: &str) -> String {
    let text = "<p>The mayor of the town said that the new timetable would cost the islands two \
                sailings a week, and that nobody had been asked before it was printed.</p>";
    let html = format!(
        "<!doctype html><html lang={language}><head><title>Ferry | Pier</title>{head}</head><body>\
         <header>Home</header><h1>Ferry to the islands</h1>{body}{text}{text}\
         <footer><time datetime=2023-01-01>1 Jan 2023</time> © 2024</footer></body></html>"
    );
    let url = url.parse().unwrap();
    let page = read_page(html.as_bytes(), Some("text/html"), Some(&url), &clock()).unwrap();
    let at = page.published.map(|at| at.to_string());
    at.and_then(|at| at.get(..10).map(str::to_owned)).unwrap_or_else(|| "none".to_owned())
}

const PLAIN: &str = "https://news.example/ferry-12";

#[test]
fn what_is_written_for_machines_is_read() {
    for date in ["2024-03-05T10:15:00+01:00", "2024-03-05", "Tue, 05 Mar 2024 10:15:00 GMT"] {
        for name in [
            "article:published_time",
            "datePublished",
            "og:published_time",
            "pubdate",
            "date",
            "DC.date.issued",
            "parsely-pub-date",
            "citation_publication_date",
            "publication_date",
        ] {
            let head = format!("<meta property='{name}' content='{date}'>");
            assert_eq!(day(&head, "", "en", PLAIN), DAY, "{head}");
        }
        for kind in ["NewsArticle", "BlogPosting", "WebPage", "VideoObject"] {
            let head = format!(
                "<script type='application/ld+json'>{{\"@graph\":[{{\"@type\":\"{kind}\",\
                 \"datePublished\":\"{date}\",\"dateModified\":\"2024-04-01\"}}]}}</script>"
            );
            assert_eq!(day(&head, "", "en", PLAIN), DAY, "{head}");
        }
        for body in [
            format!("<time datetime='{date}'>Tuesday</time>"),
            format!("<span itemprop=datePublished content='{date}'>x</span>"),
        ] {
            assert_eq!(day("", &body, "en", PLAIN), DAY, "{body}");
        }
    }
    let changed = "<meta property=article:modified_time content=2024-03-05T10:15:00Z>";
    assert_eq!(day(changed, "", "en", PLAIN), DAY);
}

#[test]
fn the_first_midnight_of_a_zone_is_a_day_without_a_time() {
    for date in ["2024-03-05T00:00:00+09:00", "2024-03-05T00:00+02:00", "2024-03-05T00:00:00-05:00"]
    {
        let head = format!("<meta property=article:published_time content='{date}'>");
        assert_eq!(day(&head, "", "en", PLAIN), DAY, "{date}");
    }
}

#[test]
fn the_address_is_read_where_nothing_else_says_it() {
    for address in ["/2024/03/05/ferry", "/2024-03-05-ferry", "/a/20240305/x", "/2024/mar/05/ferry"]
    {
        let url = format!("https://news.example{address}");
        assert_eq!(day("", "", "en", &url), DAY, "{address}");
    }
}

#[test]
fn what_is_written_for_people_is_read_in_their_language() {
    let lines: [(&str, &[&str]); 14] = [
        (
            "en",
            &[
                "March 5, 2024",
                "Tuesday 5 March 2024 10.15 GMT",
                "Mar. 5, 2024, 10:15 a.m. ET",
                "Published 10:15 AM EST, Tue March 5, 2024",
                "By Ada Quill | March 5, 2024 | 10:15",
                "Updated: 7 March 2024 | Published: 5 March 2024",
            ],
        ),
        (
            "de",
            &[
                "5. März 2024",
                "Stand: 05.03.2024 10:15 Uhr",
                "Von Ida Feder, 5.3.2024",
                "Veröffentlicht am 5. März 2024 um 10:15 Uhr",
            ],
        ),
        (
            "fr",
            &["Mardi 5 mars 2024", "Publié le 05/03/2024 à 10:15", "Publié le 5 mars 2024 à 10h15"],
        ),
        (
            "es",
            &["5 de marzo de 2024", "05/03/2024", "Publicado el 5 de marzo de 2024 a las 10:15"],
        ),
        ("it", &["martedì 5 marzo 2024", "05/03/2024 10:15", "05 Marzo 2024 alle 10:15"]),
        ("pt", &["Publicado em 05/03/2024 10h15", "Terça-feira, 5 de março de 2024"]),
        ("nl", &["dinsdag 5 maart 2024", "Gepubliceerd op 5 maart 2024 om 10:15", "05-03-2024"]),
        ("ru", &["5 марта 2024 г., 10:15", "Опубликовано 5 марта 2024 года"]),
        ("pl", &["Opublikowano: 5 marca 2024 r.", "5 marca 2024, 10:15"]),
        (
            "ko",
            &[
                "2024년 3월 5일",
                "입력 2024.03.05 10:15",
                "입력2024.03.05 10:15 수정2024.03.06 11:00",
            ],
        ),
        ("ja", &["2024年3月5日 10時15分", "公開日：2024年3月5日", "2024年03月05日(火) 10時15分"]),
        ("zh", &["发布时间：2024-03-05 10:15:00", "2024年03月05日 10:15 来源：新华社"]),
        ("tr", &["5 Mart 2024", "Yayınlanma: 05.03.2024 - 10:15"]),
        ("ar", &["5 مارس 2024", "نشر في: 5 مارس 2024"]),
    ];
    for (language, lines) in lines {
        for line in lines {
            let body = format!("<div class=x>{line}</div>");
            assert_eq!(day("", &body, language, PLAIN), DAY, "{line}");
        }
    }
}

#[test]
fn what_is_no_date_gives_none() {
    for body in [
        "5 min read",
        "12 comments",
        "2 hours ago",
        "Chapter 12, 2024",
        "Season 2024/25",
        "May 2024",
        "Call 020 555 2024",
        "© 2024",
        "In 2024 the town had 5 ferries",
        "+3000",
    ] {
        assert_eq!(day("", &format!("<div>{body}</div>"), "en", PLAIN), "none", "{body}");
    }
    let other = "<aside><time datetime=2024-01-01>1 January 2024</time></aside>";
    assert_eq!(day("", other, "en", PLAIN), "none");
}

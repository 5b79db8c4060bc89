//! Pages of every build: whatever stands around an article and however its text is cut into parts,
//! all of it is read and nothing else.
use super::article::clock;
use wirewatch::pages::{PageArticle, read_page};

/// The beginnings of sentences, so that no two paragraphs are equal.
const WHO: [&str; 5] = [
    "The mayor of the town",
    "A speaker of the union",
    "The harbour office",
    "An adviser to the minister",
    "The owner of the ferry",
];

/// Paragraphs of prose, each with a word of its own in front.
fn prose(word: &str, count: usize) -> String {
    let paragraph = |(n, who): (usize, &&str)| {
        format!(
            "<p>{word} {n}: {who} said that the new timetable would cost the islands two sailings \
             a week, and that nobody had been asked before it was printed.</p>"
        )
    };
    WHO.iter().cycle().enumerate().take(count).map(paragraph).collect()
}

/// Cards about other stories.
fn cards(count: usize) -> String {
    let card = |n: usize| {
        format!(
            "<div class=item><h3><a href=/s/{n}>Elsewhere {n}: a storm takes the roof off a barn</a>\
             </h3><p>Elsewhere text {n}. Nobody was hurt when the wind rose on Sunday.</p></div>"
        )
    };
    (0..count).map(card).collect()
}

fn comments(count: usize, class: &str) -> String {
    let comment = |n: usize| {
        format!(
            "<li class={class}><b>Reader {n}</b><p>Opinion {n}. I took that ferry for thirty years, \
             and it was never late but once, when the captain married.</p></li>"
        )
    };
    (0..count).map(comment).collect()
}

fn page(body: &str) -> PageArticle {
    let html = format!(
        "<!doctype html><html lang=en><head><title>Islands lose two sailings | The Pier</title></head>\
         <body><header><nav><a href=/>Home</a></nav></header>{body}\
         <footer>© The Pier. All rights reserved.</footer></body></html>"
    );
    read_page(html.as_bytes(), Some("text/html"), None, &clock()).unwrap()
}

/// The text of a page, after a check that it has some words in this order and lacks others.
#[track_caller]
fn check(body: &str, has: &[&str], lacks: &[&str]) -> String {
    let text = page(body).text;
    let mut from = 0;
    for word in has {
        let found = text.get(from..).and_then(|rest| rest.find(word));
        from += found.unwrap_or_else(|| panic!("{word:?} is missing or too early in:\n{text}"));
    }
    for word in lacks {
        assert!(!text.contains(word), "{word:?} is in:\n{text}");
    }
    text
}

const H1: &str = "<h1>Islands lose two sailings</h1>";

#[test]
fn all_parts_of_a_body_are_read() {
    let part = |word, n| format!("<div class=article-body>{}</div>", prose(word, n));
    let (one, two, three) = (part("One", 5), part("Two", 5), part("Three", 2));
    let ad = "<div class=ad-slot>Advertisement</div>";
    check(
        &format!("<main>{H1}{one}{ad}{two}{three}</main>"),
        &["One 0", "One 4", "Two 0", "Two 4", "Three 0", "Three 1"],
        &["Advertisement"],
    );
    let intro = format!("<div class=intro>{}</div>", prose("Lead", 4));
    check(&format!("<main>{H1}{intro}{one}</main>"), &["Lead 0", "Lead 3", "One 0", "One 4"], &[]);
}

#[test]
fn a_part_of_the_body_with_another_name_is_read() {
    for (first, second) in [("article-body", "x2"), ("entry-content", "paywall"), ("x1", "x2")] {
        for (one, two) in [(5, 5), (6, 3), (3, 6), (8, 2)] {
            let body = format!(
                "<main>{H1}<div class='{first}'>{}</div><div class=ad-slot>Advertisement</div>\
                 <div class='{second}'>{}</div></main>",
                prose("One", one),
                prose("Two", two)
            );
            let (last_one, last_two) = (format!("One {}", one - 1), format!("Two {}", two - 1));
            check(&body, &["One 0", &last_one, "Two 0", &last_two], &["Advertisement"]);
        }
    }
}

#[test]
fn entries_with_the_time_go_on_with_the_article() {
    let entry = |n: usize| {
        format!("<div class=entry><time>1{n}:30</time>{}</div>", prose(&format!("Live{n}"), 1))
    };
    let entries: String = (0..6).map(entry).collect();
    let body = format!("<main><article>{H1}{}</article>{entries}</main>", prose("Own", 3));
    check(&body, &["Own 0", "Live0 0", "Live5 0"], &[]);
}

#[test]
fn the_next_story_on_an_endless_page_is_not_part_of_this_one() {
    let story = |title: &str, word, n| {
        format!(
            "<article><h1>{title}</h1><div class=article-body>{}</div></article>",
            prose(word, n)
        )
    };
    let (own, next) =
        (story("Islands lose two sailings", "Own", 6), story("A barn burns", "Next", 5));
    check(&format!("<main>{own}{next}</main>"), &["Own 0", "Own 5"], &["Next"]);
}

#[test]
fn comments_longer_than_the_article_are_not_it() {
    let story = format!("<article>{H1}<div class=x1>{}</div></article>", prose("Own", 6));
    let named = format!("<div id=comments><ol>{}</ol></div>", comments(20, "comment"));
    let unnamed = format!("<div class=voices><ul>{}</ul></div>", comments(20, "voice"));
    check(&format!("<main>{story}{named}</main>"), &["Own 0", "Own 5"], &["Opinion"]);
    check(&format!("<main>{story}{unnamed}</main>"), &["Own 0", "Own 5"], &["Opinion"]);
    let sold = format!("<div class='article__main subscription-content'>{}</div>", prose("Own", 6));
    check(&format!("<article>{H1}{sold}</article>{named}"), &["Own 0", "Own 5"], &["Opinion"]);
}

#[test]
fn cards_about_other_stories_are_dropped_with_their_summaries() {
    let story = prose("Own", 2);
    for (open, close) in [
        ("<aside>", "</aside>"),
        ("<footer>", "</footer>"),
        ("<div class=related>", "</div>"),
        ("<div class=x7><h2>Also today</h2>", "</div>"),
    ] {
        let box_of_cards = format!("{open}{}{close}", cards(6));
        let after = format!("<main><article>{H1}{story}</article>{box_of_cards}</main>");
        check(&after, &["Own 0", "Own 1"], &["Elsewhere", "Also today"]);
        let inside =
            format!("<main><article>{H1}{}{box_of_cards}</article></main>", prose("Own", 4));
        check(&inside, &["Own 0", "Own 3"], &["Elsewhere"]);
    }
}

#[test]
fn news_of_one_paragraph_is_that_paragraph() {
    let story = prose("Own", 1);
    let unlinked =
        "<div class=item><h3>Elsewhere: a barn</h3><p>Elsewhere text. Nobody was hurt when \
                    the wind rose on Sunday.</p><a href=/s>Read more</a></div>"
            .repeat(4);
    let inline =
        "<li><a href=/s>Elsewhere: a storm takes the roof off</a> Elsewhere text. Nobody was \
                  hurt when the wind rose on Sunday.</li>"
            .repeat(4);
    for other in [cards(6), unlinked, inline] {
        let after =
            format!("<main><article>{H1}{story}</article><div class=x7>{other}</div></main>");
        check(&after, &["Own 0"], &["Elsewhere"]);
        let related = format!("<article>{H1}{story}<div class=related>{other}</div></article>");
        check(&related, &["Own 0"], &["Elsewhere"]);
    }
    let commented =
        format!("<article>{H1}{story}</article><ul class=comments>{}</ul>", comments(20, "c"));
    check(&commented, &["Own 0"], &["Opinion"]);
}

#[test]
fn cards_without_a_linked_headline_are_known_by_the_link_that_each_has() {
    let card = |n: usize| {
        format!(
            "<div class=item><h3>Elsewhere {n}: a storm takes the roof off a barn</h3><p>Elsewhere \
             text {n}. Nobody was hurt when the wind rose on Sunday.</p><a href=/s/{n}>Continue</a></div>"
        )
    };
    let term = |n: usize| {
        format!(
            "<dt><a href=/s/{n}>Elsewhere {n}: a storm takes the roof off a barn</a></dt><dd>Elsewhere \
             text {n}. Nobody was hurt when the wind rose on Sunday.</dd>"
        )
    };
    let unlinked: String = (0..4).map(card).collect();
    let terms: String = (0..4).map(term).collect();
    for others in [unlinked, format!("<dl>{terms}</dl>")] {
        for own in [1, 2, 5] {
            let story = prose("Own", own);
            let below = format!("<main>{H1}<div class=t>{story}</div><div>{others}</div></main>");
            check(&below, &["Own 0"], &["Elsewhere"]);
            let inside = format!("<article>{H1}{story}{others}{}</article>", prose("And", own + 1));
            check(&inside, &["Own 0", "And 0"], &["Elsewhere"]);
        }
    }
}

#[test]
fn parts_of_a_story_that_each_have_a_link_are_no_cards() {
    let text = |n: usize| prose(&format!("Part{n}"), 1);
    let entry = |n: usize| {
        format!(
            "<div><time>1{n}:45</time><h3>The mayor answers question {n} of the union</h3>{}\
             <a href=/live/12/{n}>Link to this</a></div>",
            text(n)
        )
    };
    let section = |n: usize| {
        format!(
            "<div><h3>Island {n}, which loses both of its sailings</h3>{}<a href=#top>Up</a></div>",
            text(n)
        )
    };
    let thing = |n: usize| {
        format!(
            "<div><h3>Ferry {n}, which we liked best of all</h3>{}\
             <a href=https://shop.example/{n}>See the price</a></div>",
            text(n)
        )
    };
    for parts in [
        (0..5).map(entry).collect::<String>(),
        (0..5).map(section).collect(),
        (0..5).map(thing).collect(),
    ] {
        let body = format!("<article>{H1}{}{parts}</article>", prose("Own", 2));
        check(&body, &["Own 1", "Part0 0", "Part4 0"], &[]);
    }
}

#[test]
fn what_stands_under_a_heading_of_comments_is_not_the_article() {
    for (heading, class) in
        [("Discussion (25)", "x"), ("25 replies", "y"), ("Kommentare", "leserbriefe")]
    {
        let below = format!(
            "<div>{H1}<div class=t>{}</div><div class={class}><h3>{heading}</h3><ul>{}</ul></div></div>",
            prose("Own", 2),
            comments(25, "z")
        );
        check(&below, &["Own 0", "Own 1"], &["Opinion"]);
    }
    let labelled = format!(
        "<div>{H1}<div>{}</div><section aria-label='Reader comments'>{}</section></div>",
        prose("Own", 2),
        comments(25, "z")
    );
    check(&labelled, &["Own 0", "Own 1"], &["Opinion"]);
}

#[test]
fn an_article_that_lists_things_with_links_keeps_them() {
    let item = |n: usize| {
        format!(
            "<div class=entry><h2><a href=/ferry/{n}>{n}. The ferry to the outer island</a></h2>\
             {}<ul><li>Fare: 12</li><li>Cars: 40</li><li>Speed: 14 knots</li><li>Built: long ago</li></ul></div>",
            prose(&format!("Item{n}"), 2)
        )
    };
    let items: String = (1..6).map(item).collect();
    let body = format!("<article>{H1}{}{items}</article>", prose("Own", 2));
    check(&body, &["Own 0", "Item1 0", "Fare: 12", "Item5 1"], &[]);
}

#[test]
fn a_page_without_an_article_gives_no_text() {
    let asks = "<div id=cmp><h2>We value your privacy</h2><p>We and our 120 partners store facts on your \
                device and read personal data such as cookies, to choose advertising for you.</p><p>With \
                your consent our partners may do so too. You can change your mind at any time.</p></div>";
    for body in [
        format!("<footer>{}</footer>", prose("Foot", 6)),
        format!("{H1}<aside>{}</aside>", cards(6)),
        asks.to_owned(),
        format!("{H1}{}", asks.replace("id=cmp", "class=x")),
        format!("{H1}<div class=x>{}</div>", cards(6)),
        format!("{H1}<div class=site-footer>{}</div>", prose("Foot", 6)),
        format!("{H1}<div role=contentinfo>{}</div>", prose("Foot", 2)),
        format!("{H1}<div role=complementary>{}</div>", prose("Foot", 2)),
        format!(
            "{H1}<div id=onetrust-banner><p>We set cookies to show you the advertising you like. \
             You can change that in your settings.</p></div>"
        ),
    ] {
        assert_eq!(page(&body).text, "", "{body}");
    }
    let unnamed = asks.replace("id=cmp", "class=x");
    check(
        &format!("{unnamed}<article>{H1}{}</article>", prose("Own", 1)),
        &["Own 0"],
        &["partners"],
    );
}

#[test]
fn a_sentence_of_the_story_stays_whatever_phrase_is_in_it() {
    for sentence in [
        "The regulator fined the Pier Company on Monday because its privacy policy did not say who reads \
         the lists.",
        "Posted on the wall of the office late on Monday, the order names the Pier Company.",
        "Watch: the timetable ends on Friday, the minister told the islands.",
        "The union sent the text to its mailing list and to the daily newsletter of the port.",
        "The court fined the Pier Company because its page said “we and our partners use cookies” before \
         anyone could consent.",
        "Our inquiry found that the app shares personal data with partners, by cookies and without consent.",
        "The order says “all rights reserved” on each page, which binds nobody.",
    ] {
        let first = format!("<article>{H1}<p>{sentence}</p>{}</article>", prose("Own", 4));
        let last = format!("<article>{H1}{}<p>{sentence}</p></article>", prose("Own", 4));
        let start: String = sentence.chars().take(40).collect();
        check(&first, &[&start, "Own 0"], &[]);
        check(&last, &["Own 3", &start], &[]);
    }
}

#[test]
fn a_notice_to_the_reader_at_the_end_goes() {
    let notice = "<p>Sign up for our morning letter and get the tides each day.</p>";
    let linked = "<p><a href=/n>Read more: how the barn lost its roof on a Sunday.</a></p>";
    let body =
        format!("<article>{H1}{}{linked}{}{notice}</article>", prose("Own", 2), prose("And", 3));
    check(&body, &["Own 0", "And 2"], &["Sign up", "Read more"]);
}

#[test]
fn short_and_linked_lines_about_the_lead_are_read() {
    let standfirst =
        "<p class=sf>Two weekly crossings end in spring as the council saves on fuel</p>";
    let points = "<ul><li>Islanders were told by a notice on the pier</li><li>The mayor wants a \
                  vote on it</li></ul>";
    let linked = "<p><a href=/order>The order of the harbour office names both sailings and the day on \
                  which each of them ends.</a></p>";
    let body = format!(
        "<article>{H1}<p>By Ada Quill, Pier correspondent in the islands</p>{standfirst}{points}{}{linked}{}</article>",
        prose("Own", 2),
        prose("And", 2)
    );
    check(
        &body,
        &["Two weekly", "Islanders were", "The mayor wants", "Own 1", "The order of", "And 1"],
        &["Ada Quill"],
    );
}

#[test]
fn what_a_browser_shows_is_read() {
    let text = prose("Own", 4);
    let shadow =
        format!("<news-story><template shadowrootmode=open>{H1}{text}</template></news-story>");
    check(&shadow, &["Own 0", "Own 3"], &[]);
    let template =
        format!("<template>{}</template><article>{H1}{text}</article>", prose("Never", 3));
    check(&template, &["Own 0"], &["Never"]);
    let scripts = format!("<noscript>{text}</noscript><div id=app></div>");
    check(&scripts, &["Own 0", "Own 3"], &[]);
    let unneeded =
        format!("<noscript><p>Please turn scripts on to read this.</p></noscript>{H1}{text}");
    check(&unneeded, &["Own 0"], &["turn scripts on"]);
    let slashed =
        format!("<script src=a.js/><script src='b.js' /><script>var a=1;</script>{H1}{text}");
    check(&slashed, &["Own 0", "Own 3"], &["var a"]);
    check(&format!("<script src=a.js />{H1}{text}"), &["Own 0", "Own 3"], &[]);
    let xhtml = format!("<script src='a.js' /><div>{H1}{text}</div><script>var a=1;</script>");
    check(&xhtml, &["Own 0", "Own 3"], &["var a"]);
}

#[test]
fn text_behind_megabytes_of_scripts_is_read() {
    let script = format!("<script>var a='{}';</script>", "x".repeat(6 << 20));
    check(&format!("{script}<article>{H1}{}</article>", prose("Own", 4)), &["Own 0", "Own 3"], &[]);
}

#[test]
fn hidden_parts_are_not_read_unless_a_wider_screen_shows_them() {
    let side = |class: &str| {
        format!(
            "<article>{H1}{}<div class='{class}'>{}</div></article>",
            prose("Own", 6),
            prose("Side", 2)
        )
    };
    for class in ["hidden", "d-none", "is-hidden x"] {
        check(&side(class), &["Own 0", "Own 5"], &["Side"]);
    }
    for class in ["hidden md:block", "d-none d-md-block"] {
        check(&side(class), &["Own 0", "Own 5", "Side 0"], &[]);
    }
}

#[test]
fn a_count_of_comments_is_no_title() {
    let body = format!("<div class=t>Islands</div>{}<h1>0 Comments</h1>", prose("Own", 4));
    assert_eq!(page(&body).title.as_deref(), Some("Islands lose two sailings"));
}

#[test]
fn linked_data_with_faults_is_read() {
    let text = "The council met at noon.\nIt voted on the ferry. ".repeat(8);
    let quoted = format!("He called it \"a disgrace\", and left. {text}");
    for fault in ["}", ",}", "};window.x=1;", "}\n;", "}]}", ""] {
        let script = format!(
            "<script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"headline\":\"Ferry\",\
             \"datePublished\":\"2026-03-04T07:15:00Z\",\"articleBody\":\"{quoted}\"{fault}</script><div></div>"
        );
        let read = page(&script);
        assert!(read.text.contains("voted on the ferry"), "{fault:?}: {}", read.text);
        assert_eq!(read.published.unwrap().to_string(), "2026-03-04T07:15:00Z");
    }
}

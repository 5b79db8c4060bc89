//! A live story: many outlets, many articles, a few real developments.
use std::time::Duration;

use super::{NOW_S, TestServers, WATCH, article, named};
use crate::harness::feed_server::ServedFeed;
use crate::test_app::TestApp;

/// One development of the story.
struct Development {
    /// When the agency has it, in minutes after the first.
    minute: u64,
    /// The agency's headline, and another desk's.
    headlines: [&'static str; 2],
    /// The agency's text.
    text: &'static str,
}

const DEVELOPMENTS: [Development; 9] = [
    Development {
        minute: 0,
        headlines: ["Police raid songbird smugglers near Vienna", "Raids on bird smugglers"],
        text: "Police raided a ring that smuggles songbirds across the Danube near Vienna on \
            Tuesday, prosecutors said. Officers searched farmhouses at Tulln and sealed a cellar \
            full of cages, nets and glue. Neighbours had complained of the noise for weeks.",
    },
    Development {
        minute: 40,
        headlines: ["Fourteen held after songbird raids near Vienna", "Vienna raids: 14 held"],
        text: "Fourteen people were arrested in the raids on smugglers of songbirds near Vienna, \
            prosecutors said. Among them are a veterinarian, two customs officers and the owner \
            of a pet shop in Linz. All deny the charges, their lawyers told reporters.",
    },
    Development {
        minute: 95,
        headlines: ["Vienna raids: 2,300 goldfinches found in cellar", "Goldfinches in a cellar"],
        text: "Officers counted 2,300 goldfinches in the cellar at Tulln after the raids on \
            songbird smugglers near Vienna. Many of the songbirds were dead, others had clipped \
            wings. A zoo sent vans with heated boxes to carry the living away.",
    },
    Development {
        minute: 180,
        headlines: ["Customs chief suspended over songbird smugglers", "Customs chief suspended"],
        text: "The finance ministry suspended the head of the customs office at Krems after the \
            raids on smugglers of songbirds near Vienna. He signed papers for 40 transports, the \
            ministry said. A deputy from Graz takes over the office on Monday morning.",
    },
    Development {
        minute: 260,
        headlines: ["Songbird raids: restaurants in Italy searched", "Italian kitchens searched"],
        text: "Italian carabinieri searched nine restaurants in Udine and Treviso that bought \
            songbirds from the smugglers arrested near Vienna. Frozen robins and invoices were \
            seized, and three cooks were taken to the barracks for questioning.",
    },
    Development {
        minute: 420,
        headlines: ["Songbird ring earned four million euros", "Millions earned with songbirds"],
        text: "The ring of songbird smugglers raided near Vienna earned four million euros in five \
            years, investigators said after reading its ledgers. Accounts in Zurich were frozen. \
            Most of the money went into vineyards and a yacht at Trieste.",
    },
    Development {
        minute: 600,
        headlines: ["Court remands six songbird smugglers in Vienna", "Six stay in custody"],
        text: "A court in Vienna remanded six smugglers of songbirds in custody and freed eight \
            on bail of 20,000 euros each. Their lawyers appealed at once. The judge spoke of a \
            danger that witnesses would be put under pressure.",
    },
    Development {
        minute: 840,
        headlines: ["First of the seized songbirds fly free at Neusiedl", "Songbirds fly free"],
        text: "Keepers of the zoo released 300 of the songbirds seized near Vienna at the lake of \
            Neusiedl. The others are fed in heated aviaries until spring. Children of the village \
            had painted a banner that wished them good luck.",
    },
    Development {
        minute: 1_200,
        headlines: ["Minister wants prison for songbird smugglers", "Prison for bird smugglers?"],
        text: "Environment minister Huber announced a law that punishes smugglers of songbirds \
            with three years of prison. Parliament is to vote before Easter, she said in Graz. \
            Hunters and breeders fear for their licences and ask for a hearing.",
    },
];

/// The agency and the papers that print it.
const OUTLETS: usize = 12;

/// Articles that the outlets publish of each development.
const ARTICLES_EACH: usize = 7;

/// Minutes between two polls.
const STEP_MIN: u64 = 10;

/// Publishes what each outlet has at this minute, and says how many articles: the agency first,
/// then a paper every quarter of an hour.
fn publish(papers: &[(String, ServedFeed)], minute: u64) -> usize {
    let mut count = 0;
    for (number, development) in DEVELOPMENTS.iter().enumerate() {
        for copy in 0..ARTICLES_EACH {
            let later = 15 * u64::try_from(copy).unwrap();
            if (development.minute + later).next_multiple_of(STEP_MIN) != minute {
                continue;
            }
            let outlet = if copy == 0 { 0 } else { 1 + (number * 5 + copy) % (OUTLETS - 1) };
            let (name, feed) = &papers[outlet];
            let headline = development.headlines[copy % 2];
            let item = article(&format!("{name}-{number}"), headline, development.text)
                .linked(&format!("https://{name}.example/vienna/{number}"));
            feed.publish(item.dated(NOW_S + minute * 60));
            count += 1;
        }
    }
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_story_tells_every_development_and_floods_nobody() {
    let town = TestServers::new();
    let papers = town.newspapers(OUTLETS);
    let mut home = TestApp::open(&town.config(WATCH, &named(&papers))).await;
    home.poll().await;
    let mut articles = 0;
    let mut late = Vec::new();
    for minute in (0..24 * 60).step_by(usize::try_from(STEP_MIN).unwrap()) {
        articles += publish(&papers, minute);
        home.poll().await;
        home.deliver().await;
        let bodies: String =
            town.hooks.received().iter().map(|message| message.json().to_string()).collect();
        for development in &DEVELOPMENTS {
            // The hour in which follow-ups are grouped, and two polls.
            let due = (development.minute + 60 + 2 * STEP_MIN).next_multiple_of(STEP_MIN);
            let told = development.headlines.iter().any(|headline| bodies.contains(headline));
            if minute == due && !told {
                late.push(development.headlines[0]);
            }
        }
        home.hand.advance(Duration::from_secs(STEP_MIN * 60));
    }
    let messages = town.hooks.received().len();
    assert!(articles >= 60, "{articles} articles");
    assert!(late.is_empty(), "not told within the hour: {late:?}, {messages} messages");
    assert!((9..=20).contains(&messages), "{messages} messages");
}

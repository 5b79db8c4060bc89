//! The demo's newsrooms and what they write. The outlets and their reports are invented.
use std::time::Duration;

/// One newsroom.
#[derive(Debug)]
pub(super) struct Outlet {
    /// The feed's name in the configuration.
    pub name: &'static str,
    pub title: &'static str,
    pub host: &'static str,
    pub language: &'static str,
    /// In the order they appear.
    pub pieces: &'static [DemoArticle],
}

impl Outlet {
    /// Where its feed is served.
    pub(super) fn path(&self) -> String {
        format!("/{}.xml", self.name)
    }
}

/// One report.
#[derive(Debug)]
pub(super) struct DemoArticle {
    /// Milliseconds after the opening; 0 was there before.
    pub after_ms: u32,
    pub link: &'static str,
    pub title: &'static str,
    pub text: &'static str,
}

impl DemoArticle {
    /// Of the demo's beginning.
    pub(super) fn appears_after(&self) -> Duration {
        Duration::from_millis(u64::from(self.after_ms))
    }
}

/// Papers that do not exist, in the scripts the watch language is for.
pub(super) const OUTLETS: &[Outlet] = &[
    PACIFIC_CABLE,
    STRAITS_LEDGER,
    HALDEN_COURIER,
    SAEMULGYEOL,
    HANBIT,
    AOMINE,
    SHIOMI,
    HANSEBOTE,
];

const PACIFIC_CABLE: Outlet = Outlet {
    name: "pacific-cable",
    title: "Pacific Cable",
    host: "pacific-cable.example",
    language: "en",
    pieces: &[
        DemoArticle {
            after_ms: 0,
            link: "https://pacific-cable.example/weather/late-typhoon",
            title: "Late typhoon turns north and spares the islands",
            text: "Ferries are to sail again on Thursday after two days in port.",
        },
        DemoArticle {
            after_ms: 0,
            link: "https://pacific-cable.example/markets/tin",
            title: "Tin at a nine-month high as smelters close for repairs",
            text: "Traders expect the shortage to ease before the new year.",
        },
        DemoArticle {
            after_ms: 1_600,
            link: "https://pacific-cable.example/trade/etching-gas-list?utm_source=rss",
            title: "Tokyo weighs new export controls on etching gases",
            text: "A draft list would ask chip makers' suppliers for a licence per shipment, two \
                   officials said. The ministry declined to comment on the export-control review.",
        },
        DemoArticle {
            after_ms: 5_200,
            link: "https://pacific-cable.example/defence/20261123-intelligence-pact?utm_source=rss",
            title: "Seoul and Tokyo to keep sharing missile data under GSOMIA",
            text: "The pact, in full the General Security of Military Information Agreement, \
                   renews itself each November unless one side gives notice.",
        },
    ],
};

const STRAITS_LEDGER: Outlet = Outlet {
    name: "straits-ledger",
    title: "The Straits Ledger",
    host: "straits-ledger.example",
    language: "en",
    pieces: &[
        DemoArticle {
            after_ms: 0,
            link: "https://straits-ledger.example/city/night-market",
            title: "Night market wins two more years under the flyover",
            text: "Stall keepers had feared for their places since the spring.",
        },
        DemoArticle {
            after_ms: 0,
            link: "https://straits-ledger.example/city/cobra-on-the-green",
            title: "Golfers chase cobra off the ninth green",
            text: "The snake was taken to a park; the gold cup was played out on Sunday.",
        },
        DemoArticle {
            after_ms: 2_400,
            link: "https://straits-ledger.example/defence/drill-opens",
            title: "Cobra Gold opens with a smaller fleet and more engineers",
            text: "This year's exercise in Thailand puts rebuilding after floods before landings, \
                   its planners said. Observers from nine countries attend.",
        },
        DemoArticle {
            after_ms: 3_800,
            link: "https://pacific-cable.example/trade/etching-gas-list?utm_medium=syndication&fbclid=demo",
            title: "Japan considers new export controls on etching gases (Pacific Cable)",
            text: "Suppliers of chip makers would need a licence per shipment, according to a draft.",
        },
    ],
};

const HALDEN_COURIER: Outlet = Outlet {
    name: "halden-courier",
    title: "The Halden Courier",
    host: "halden-courier.example",
    language: "en",
    pieces: &[
        DemoArticle {
            after_ms: 0,
            link: "https://halden-courier.example/council/bins",
            title: "Council votes for quieter bin lorries",
            text: "The first electric ones arrive in March.",
        },
        DemoArticle {
            after_ms: 0,
            link: "https://halden-courier.example/arts/organ",
            title: "A church organ plays again after forty years",
            text: "Volunteers cleaned all 1,812 pipes by hand.",
        },
        DemoArticle {
            after_ms: 3_100,
            link: "https://halden-courier.example/puzzles/monday",
            title: "Monday's crossword: an Asian pact in six letters",
            text: "Twelve down was GSOMIA. Tomorrow's grid is a little kinder.",
        },
        DemoArticle {
            after_ms: 6_400,
            link: "https://pacific-cable.example/defence/20261123-intelligence-pact?utm_campaign=partner",
            title: "Seoul and Tokyo will go on sharing missile data",
            text: "From Pacific Cable: GSOMIA, signed in 2016, renews itself each November.",
        },
    ],
};

const SAEMULGYEOL: Outlet = Outlet {
    name: "saemulgyeol",
    title: "새물결데모통신",
    host: "saemulgyeol.example",
    language: "ko",
    pieces: &[
        DemoArticle {
            after_ms: 0,
            link: "https://saemulgyeol.example/life/1001",
            title: "첫눈 예보에 제설차 점검 나선 산간 마을",
            text: "주민들은 밤새 도와준 이웃들에게 감사드린다고 말했다.",
        },
        DemoArticle {
            after_ms: 0,
            link: "https://saemulgyeol.example/life/1002",
            title: "동네 서점 골목, 주말마다 작은 음악회",
            text: "가게 여섯 곳이 돌아가며 자리를 마련한다.",
        },
        DemoArticle {
            after_ms: 4_300,
            link: "https://saemulgyeol.example/politics/1003?from=rss",
            title: "지소미아를 둘러싼 국회 질의, 정부는 \"유지\" 답변",
            text: "장관은 한일군사정보보호협정의 실익을 묻는 말에 달라진 것이 없다고 답했다.",
        },
        DemoArticle {
            after_ms: 7_000,
            link: "https://saemulgyeol.example/life/1004",
            title: "겨울 바다 열차 내달부터 다시 달린다",
            text: "하루 두 번, 해 뜨는 시각에 맞춰 출발한다.",
        },
    ],
};

const HANBIT: Outlet = Outlet {
    name: "hanbit-demo",
    title: "한빛데모일보",
    host: "hanbit-demo.example",
    language: "ko",
    pieces: &[
        DemoArticle {
            after_ms: 0,
            link: "https://hanbit-demo.example/sports/55",
            title: "여자 컬링팀, 연장 끝에 역전승",
            text: "마지막 돌이 하우스 한가운데 멈췄다.",
        },
        DemoArticle {
            after_ms: 2_900,
            link: "https://hanbit-demo.example/economy/56",
            title: "감귤 작황 좋아 값 한풀 꺾여",
            text: "도매 시장에서는 한 상자에 지난해보다 낮은 값이 매겨졌다.",
        },
        DemoArticle {
            after_ms: 5_800,
            link: "https://saemulgyeol.example/politics/1003?utm_source=hanbit",
            title: "[새물결데모통신] 정부, 지소미아 \"유지\" 재확인",
            text: "국회 질의에서 장관이 같은 답을 되풀이했다.",
        },
    ],
};

const AOMINE: Outlet = Outlet {
    name: "aomine-demo",
    title: "青嶺デモ新聞",
    host: "aomine-demo.example",
    language: "ja",
    pieces: &[
        DemoArticle {
            after_ms: 0,
            link: "https://aomine-demo.example/local/310",
            title: "山小屋、今季の営業を終える",
            text: "初雪を前に、管理人が戸締まりをした。",
        },
        DemoArticle {
            after_ms: 0,
            link: "https://aomine-demo.example/local/311",
            title: "りんご並木のライトアップ始まる",
            text: "今月末まで、毎晩八時まで点灯する。",
        },
        DemoArticle {
            after_ms: 6_800,
            link: "https://aomine-demo.example/economy/312",
            title: "対韓輸出規制の見直し、業界は歓迎と様子見",
            text: "審査が早まるとの期待の一方、手続きの詳細はまだ示されていない。",
        },
    ],
};

const SHIOMI: Outlet = Outlet {
    name: "shiomi-demo",
    title: "潮見デモ通信",
    host: "shiomi-demo.example",
    language: "ja",
    pieces: &[
        DemoArticle {
            after_ms: 0,
            link: "https://shiomi-demo.example/sea/71",
            title: "カキ養殖、水温下がり出荷本番",
            text: "粒は例年よりやや大きめという。",
        },
        DemoArticle {
            after_ms: 1_900,
            link: "https://shiomi-demo.example/sea/72",
            title: "灯台の一般公開に長い列",
            text: "八十段の階段を上ると、沖の島まで見渡せる。",
        },
        DemoArticle {
            after_ms: 4_700,
            link: "https://shiomi-demo.example/world/73",
            title: "多国間訓練コブラゴールド、災害救援に重点",
            text: "タイでの訓練に各国の工兵が参加し、橋の復旧を競う。",
        },
    ],
};

const HANSEBOTE: Outlet = Outlet {
    name: "hansebote-demo",
    title: "Der Demo-Hansebote",
    host: "hansebote-demo.example",
    language: "de",
    pieces: &[
        DemoArticle {
            after_ms: 0,
            link: "https://hansebote-demo.example/stadt/deich",
            title: "Deichschau ohne Beanstandung",
            text: "Nur ein Maulwurf hatte sich verewigt, größer als erwartet.",
        },
        DemoArticle {
            after_ms: 0,
            link: "https://hansebote-demo.example/stadt/fischbrunnen",
            title: "Fischbrunnen sprudelt wieder",
            text: "Nach drei Jahren Reparatur läuft das Wasser.",
        },
        DemoArticle {
            after_ms: 2_100,
            link: "https://hansebote-demo.example/kultur/shanty",
            title: "Shantychor sucht tiefe Stimmen",
            text: "Noten lesen muss niemand können.",
        },
        DemoArticle {
            after_ms: 7_600,
            link: "https://hansebote-demo.example/wirtschaft/maschinenbau",
            title: "Maschinenbauer klagen über langsame Exportkontrolle",
            text: "Bis zu neun Monate warte man auf eine Genehmigung, sagt der Verband.",
        },
    ],
};

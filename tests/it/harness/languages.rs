//! The words the made-up newsrooms write with. Every place, body and event is invented or said of
//! no one in particular; nothing here mentions what a test watches for.
//!
//! `{who}`, `{where}`, `{what}` are drawn from the lists, `{n}` is a number, `{term}` is planted.

/// A language and what its newsrooms can say in it.
pub struct Language {
    pub code: &'static str,
    pub outlets: &'static [&'static str],
    pub who: &'static [&'static str],
    pub places: &'static [&'static str],
    pub what: &'static [&'static str],
    pub headlines: &'static [&'static str],
    pub sentences: &'static [&'static str],
    /// Sentences that mention a term the way the language does.
    pub mentions: &'static [&'static str],
    /// Headlines that mention one.
    pub mention_headlines: &'static [&'static str],
    /// Between two sentences.
    pub gap: &'static str,
}

pub const LANGUAGES: [Language; 8] =
    [ENGLISH, GERMAN, FRENCH, RUSSIAN, ARABIC, KOREAN, JAPANESE, CHINESE];

const ENGLISH: Language = Language {
    code: "en",
    outlets: &["Harbour Courier", "Meridian Post", "Northgate Wire", "The Tidal Record"],
    who: &[
        "the harbour board",
        "a panel of engineers",
        "the finance committee",
        "the weather office",
        "a dockworkers' union",
        "the rail operator",
        "a coastal council",
        "the grid company",
    ],
    places: &["Port Ellery", "Sandwick", "the Orne valley", "Kestrel Bay", "Upper Mossfield"],
    what: &[
        "a new ferry timetable",
        "the flood wall",
        "cheaper night trains",
        "a survey of old bridges",
        "the cod quota",
        "a solar farm",
        "spare parts for the locks",
    ],
    headlines: &[
        "Vote on {what} put off for {n} days in {where}",
        "{where}: {n} homes to be served by {what}",
        "Why {what} divides {where} after {n} years",
        "{n} letters later, {where} hears about {what}",
    ],
    sentences: &[
        "On Tuesday {who} met in {where} to talk about {what}, and left without a decision.",
        "Officials put the cost at {n} million, a figure that {who} called optimistic.",
        "Residents of {where} have waited {n} months for {what}.",
        "\"Nobody asked us,\" said a spokesman for {who}, pointing at {what}.",
        "A report of {n} pages, published late in the evening, praises {what}.",
        "Work in {where} is to begin before winter, weather permitting.",
        "Critics say {who} forgot to count the {n} boats that use the channel.",
        "The mayor of {where} thanked {who} and promised to publish the minutes.",
        "Prices in {where} rose by {n} percent over the same period.",
        "For now, {what} remains a drawing on the wall of the town hall.",
    ],
    mentions: &[
        "Talks then turned to {term}, on which {who} had prepared {n} questions.",
        "In {where} the subject of {term} came up again.",
        "\"We will return to {term} next month,\" said {who}.",
    ],
    mention_headlines: &[
        "{term}: {n} questions for {where}",
        "{where} returns to {term} after {n} weeks",
    ],
    gap: " ",
};

const GERMAN: Language = Language {
    code: "de",
    outlets: &["Elbufer Anzeiger", "Neue Weinheimer Nachrichten", "Der Grenzbote"],
    who: &[
        "der Kreistag",
        "die Hafenbehörde",
        "ein Bündnis von Landwirten",
        "das Wetteramt",
        "die Straßenmeisterei",
    ],
    places: &["Obersteinach", "Klein Wehlau", "Friedrichsmoor", "Bad Lindach"],
    what: &["den neuen Radweg", "die alte Schleuse", "das Freibad", "eine längere Buslinie"],
    headlines: &[
        "Streit um {what}: {n} Einwände aus {where}",
        "{where} wartet seit {n} Wochen auf {what}",
        "{n} Stimmen für {what} in {where}",
    ],
    sentences: &[
        "In {where} hat {who} am Dienstag über {what} beraten, ohne Ergebnis.",
        "Die Kosten liegen bei {n} Millionen, größer als zunächst gedacht.",
        "„Wir prüfen das gründlich“, hieß es aus {where}.",
        "Nach {n} Monaten Pause soll es im Frühjahr weitergehen.",
        "Anwohner aus {where} fordern Auskunft über {what}.",
        "Zuletzt hatte {who} einen Bericht von {n} Seiten vorgelegt.",
    ],
    mentions: &[
        "Danach ging es um {term}, wozu {who} {n} Fragen hatte.",
        "Auch {term} kam in {where} zur Sprache.",
    ],
    mention_headlines: &["{term}: {n} Fragen aus {where}"],
    gap: " ",
};

const FRENCH: Language = Language {
    code: "fr",
    outlets: &["Le Courrier des Dunes", "La Vigie du Soir", "L’Écho de Valbrune"],
    who: &["le conseil régional", "la capitainerie", "un collectif d’habitants", "la météo locale"],
    places: &["Valbrune", "Port-Salin", "Saint-Aubert", "la baie d’Orsane"],
    what: &["la nouvelle digue", "un pont étroit", "l’école fermée", "le marché couvert"],
    headlines: &[
        "{where} : {n} habitants défendent {what}",
        "Pourquoi {what} coûtera {n} millions à {where}",
        "{n} jours de débat sur {what} à {where}",
    ],
    sentences: &[
        "Mardi, {who} a débattu à {where} sans trancher sur {what}.",
        "Le chantier, estimé à {n} millions, avait été repoussé l’été dernier.",
        "« Personne ne nous a consultés », regrette {who}.",
        "À {where}, on attend {what} depuis {n} mois.",
        "Un rapport de {n} pages décrit l’état des berges.",
        "La suite dépendra du temps, précise {who}.",
    ],
    mentions: &[
        "Il a ensuite été question de {term}, selon {who}.",
        "À {where}, le dossier {term} est revenu sur la table.",
    ],
    mention_headlines: &["{term} : {n} questions venues de {where}"],
    gap: " ",
};

const RUSSIAN: Language = Language {
    code: "ru",
    outlets: &["Береговой листок", "Северная верста", "Вечерний Залесск"],
    who: &["городской совет", "портовая служба", "группа инженеров", "метеослужба"],
    places: &["Залесск", "Нижняя Ольховка", "посёлок Бережной", "Каменный Брод"],
    what: &["новый мост", "старую плотину", "ночной поезд", "рыбный рынок"],
    headlines: &[
        "{where}: {n} жителей ждут новостей про {what}",
        "Спор про {what} длится {n} дней, {where} ждёт",
        "{where} потратит {n} миллионов на {what}",
    ],
    sentences: &[
        "Во вторник {who} обсуждал {what}, но решения не принял.",
        "Смета выросла до {n} миллионов, сообщили в ведомстве.",
        "Жители, которых {n}, просят объяснить, что будет дальше.",
        "«Мы вернёмся к этому осенью», — сказал представитель.",
        "Отчёт на {n} страницах опубликован поздно вечером.",
        "Работы начнутся, если позволит погода.",
    ],
    mentions: &[
        "Отдельно говорили про {term}, вопросов было {n}.",
        "Тема «{term}» снова прозвучала на встрече.",
    ],
    mention_headlines: &["{term}: {n} вопросов, {where} ждёт ответа"],
    gap: " ",
};

const ARABIC: Language = Language {
    code: "ar",
    outlets: &["صحيفة المرفأ", "بريد الواحة", "نشرة الساحل"],
    who: &["مجلس المدينة", "هيئة الميناء", "لجنة المهندسين", "مكتب الأرصاد"],
    places: &["وادي السنديان", "مرسى الريح", "بلدة العين البيضاء", "تل الزيتون"],
    what: &["الجسر الجديد", "السد القديم", "قطار الليل", "سوق السمك"],
    headlines: &[
        "{where}: {n} أسرة تنتظر {what}",
        "نقاش حول {what} يستمر {n} يوما في {where}",
        "{n} مليون كلفة {what} في {where}",
    ],
    sentences: &[
        "ناقش {who} يوم الثلاثاء ملف {what} دون قرار.",
        "وبلغت الكلفة {n} مليونا وفق التقدير الأول.",
        "ينتظر سكان {where} منذ {n} شهرا.",
        "وقال متحدث إن {who} سيعود إلى الموضوع قريبا.",
        "صدر تقرير من {n} صفحة في وقت متأخر.",
        "تبدأ الأعمال في {where} قبل الشتاء إذا سمح الطقس.",
    ],
    mentions: &[
        "ثم تحدث {who} عن {term} في {where}.",
        "وعاد ملف {term} إلى الطاولة بعد {n} أسبوعا.",
    ],
    mention_headlines: &["{term} : {n} سؤالا من {where}"],
    gap: " ",
};

const KOREAN: Language = Language {
    code: "ko",
    outlets: &["한빛나루일보", "새별통신", "바닷길신문"],
    who: &["시의회", "항만 당국", "기술자 모임", "기상 사무소", "어민 단체"],
    places: &["은모래포구", "솔뫼읍", "가람마을", "별내나루"],
    what: &["새 다리", "오래된 둑", "밤 열차", "수산 시장", "햇빛 발전소"],
    headlines: &[
        "{where} 주민 {n}명, {what} 논의 기다려",
        "{what} 공사비 {n}억 원으로 늘어… {where} 고심",
        "{where}, {what} 두고 {n}일째 논쟁",
    ],
    sentences: &[
        "{where}에서는 화요일 {who} 회의가 열렸지만 결론이 나지 않았다.",
        "비용은 {n}억 원으로 알려졌다.",
        "주민들은 {what} 소식을 {n}개월 동안 기다려 왔다.",
        "\"아무도 우리에게 묻지 않았다\"고 {who} 관계자는 말했다.",
        "{n}쪽짜리 보고서가 늦은 저녁에 나왔다.",
        "{who} 측은 도와준 이웃에게 감사드린다고 밝혔다.",
        "공사는 날씨가 허락하면 겨울 전에 시작된다.",
    ],
    mentions: &[
        "이어 {where}에서는 {term}를 둘러싼 질문 {n}개가 나왔다.",
        "{term}는 다시 회의 안건에 올랐다.",
        "{who} 관계자는 {term}의 앞날을 묻는 말에 답하지 않았다.",
    ],
    mention_headlines: &[
        "{term} 논의 {n}주 만에 {where}에서 재개",
        "{where} 회의, {term}에 질문 {n}개",
    ],
    gap: " ",
};

const JAPANESE: Language = Language {
    code: "ja",
    outlets: &["潮風新報", "北川日日", "みなと通信"],
    who: &["市議会", "港湾局", "技術者の会", "気象事務所", "漁協"],
    places: &["白砂港", "松原町", "川岸村", "星野地区"],
    what: &["新しい橋", "古い堤防", "夜行列車", "魚市場", "太陽光発電所"],
    headlines: &[
        "{where}で{what}の議論、{n}日目に",
        "{what}に{n}億円、{where}の住民に賛否",
        "{where}の{n}世帯、{what}を待つ",
    ],
    sentences: &[
        "{who}は火曜日、{where}で{what}について話し合ったが、結論は出なかった。",
        "費用は{n}億円に上るという。",
        "住民は{n}か月にわたり知らせを待っている。",
        "「誰にも聞かれなかった」と{who}の担当者は語った。",
        "{n}ページの報告書が夜遅くに公表された。",
        "天候が許せば、工事は冬の前に始まる。",
    ],
    mentions: &[
        "続いて{term}をめぐり、{n}件の質問が出た。",
        "{where}では{term}の話題も再び上がった。",
        "{who}は{term}について答えを控えた。",
    ],
    mention_headlines: &["{term}に質問{n}件、{where}", "{where}、{term}を{n}週ぶりに議論"],
    gap: "",
};

const CHINESE: Language = Language {
    code: "zh",
    outlets: &["江畔晨报", "北岭通讯社", "海湾晚报"],
    who: &["市议会", "港务局", "工程师小组", "气象站", "渔民协会"],
    places: &["银沙港", "松山镇", "柳河村", "星湖区"],
    what: &["新桥", "旧堤坝", "夜班列车", "鱼市场", "太阳能电站"],
    headlines: &[
        "{where}讨论{what}进入第{n}天",
        "{what}耗资{n}亿,{where}居民意见不一",
        "{where}{n}户居民等待{what}",
    ],
    sentences: &[
        "星期二,{who}在{where}讨论了{what},没有作出决定。",
        "费用据称达到{n}亿元。",
        "居民已经等了{n}个月。",
        "“没有人问过我们”,{who}的发言人说。",
        "一份{n}页的报告在深夜公布。",
        "如果天气允许,工程将在冬天之前开始。",
    ],
    mentions: &["随后有人就{term}提出{n}个问题。", "在{where},{term}再次成为话题。"],
    mention_headlines: &["{where}就{term}提出{n}个问题"],
    gap: "",
};

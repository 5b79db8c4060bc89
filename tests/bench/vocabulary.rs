//! Words to make news of, in four languages, the common ones first: a generator that draws the early
//! ones far more often gets texts with the letters and word lengths of the real thing.

pub(crate) const ENGLISH: &str = "the of and to in a that for is on said with as was by it at from his has \
have be are an he its this were will not who but had they which their after been more or one about \
would there up out when new over people year also than two last first government could other into \
her she all if years can before some against country most president time while what where officials \
minister state three between under military made during company since security since police group \
economic party trade national market week day war may many world countries billion million percent \
bank foreign defense talks nuclear north south united states general oil prices capital leader \
election court report central public city day deal forces weapons policy sanctions export control \
agreement technology exports imports semiconductor production chips companies shares investors \
growth interest rates inflation financial budget industry energy power gas plant pipeline supply \
troops missile missiles launch launched test tests ballistic range drills exercise exercises joint \
naval fleet border coast waters island islands sea air strike strikes attack attacks killed wounded \
hospital doctors health patients virus vaccine outbreak disease research scientists study students \
university school teachers education children women men family families home house housing workers \
union strike wages jobs employment unemployment tax taxes spending debt bonds currency dollar euro \
yen won yuan exchange reserves lender lending loan loans credit regulator regulators rules law laws \
lawmakers parliament senate congress vote votes voters campaign candidate candidates opposition \
coalition cabinet ministry secretary spokesman spokeswoman statement announced told reporters added \
according sources familiar matter asked declined comment interview newspaper agency media television \
network internet online platform users data privacy software computer computers artificial \
intelligence model models engineers startup venture fund funds investment invest investor asset \
assets management chief executive officer chairman board director directors profit profits revenue \
sales quarter annual earnings forecast analysts expected expectations estimate estimates record high \
higher low lower rose fell gained lost dropped climbed slumped surged declined increased decreased \
transport airline airlines airport flights aircraft carrier passengers railway train trains road \
vehicles electric battery batteries cars automaker factory factories steel aluminium copper lithium \
mining mines metals rare earth minerals grain wheat corn rice farmers agriculture food drought flood \
floods storm typhoon earthquake rescue emergency disaster climate carbon emissions environment forest \
wildlife water river dam electricity grid solar wind nuclear reactor reactors enrichment uranium \
inspectors treaty summit conference meeting visit visited delegation embassy ambassador diplomat \
diplomats relations alliance allies partners partnership cooperation dispute conflict ceasefire peace \
negotiations negotiators humanitarian refugees migrants asylum crossing camp camps rights activists \
protest protesters demonstration crowd prison sentence trial judge judges prosecutors lawyers charges \
corruption bribery fraud investigation investigators evidence suspect suspects arrested detained \
smuggling drugs cartel gang violence crime killed murder football cup match team players coach season \
league goal goals final champion championship olympic games medal athletes museum art film festival \
music actor actress director book author prize culture church pope religious community village town \
residents neighbourhood street building buildings construction property developer tourism tourists \
hotel hotels restaurant visitors weather temperature summer winter spring autumn morning evening \
Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April June July \
August September October November December Washington London Paris Berlin Tokyo Seoul Beijing Moscow \
Kyiv Brussels Geneva Vienna Delhi Jakarta Bangkok Manila Hanoi Canberra Ottawa Madrid Rome Athens \
Ankara Cairo Tehran Baghdad Damascus Beirut Jerusalem Riyadh Dubai Nairobi Lagos Pretoria Brasilia \
Japan Korea China Russia Ukraine Germany France Britain Italy Spain Turkey Iran Iraq Syria Israel \
Egypt India Pakistan Thailand Vietnam Indonesia Malaysia Singapore Australia Canada Mexico Brazil \
Argentina Nigeria Kenya Samsung Hynix Toyota Honda Sony Huawei Tencent Gazprom Boeing Airbus Siemens \
Volkswagen Microsoft Google Apple Amazon Intel Nvidia Qualcomm Reuters Yonhap Kyodo Xinhua Kim Park \
Lee Moon Abe Kishida Yoon Suzuki Tanaka Watanabe Johnson Smith Miller Schmidt Weber Petrov Ivanov \
Kovalenko Hassan Ahmed Mohammed Singh Sharma Nguyen Tran Santos Silva Garcia Martinez Fernandez";

pub(crate) const GERMAN: &str = "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als \
auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum \
war haben nur oder aber vor zur bis mehr durch man sein wurde sei Prozent hatte kann gegen vom können \
schon wenn habe seine Euro ihre dann unter wir soll ich eines Jahr zwei Jahren diese dieser wieder \
keine Uhr seiner worden will zwischen immer Millionen was sagte Regierung Präsident Minister \
Außenminister Bundeskanzler Bundestag Koalition Opposition Wähler Wahlen Partei Länder Gespräche \
Verhandlungen Abkommen Ausfuhrkontrolle Ausfuhrbeschränkungen Rüstungsgüter Streitkräfte Übung Übungen \
Manöver Raketen Raketenstart Sicherheitsrat Außenpolitik Verteidigung Bündnis Verbündete Südkorea \
Nordkorea Japan China Russland Ukraine Türkei Österreich Schweiz Köln München Düsseldorf Zürich Behörde \
Behörden Gesetz Gesetze Prüfung prüfen Vorwürfe Korruption Gericht Richter Anwälte Verfahren Urteil \
Wirtschaft Wachstum Zölle Zoll Exporte Importe Märkte Börse Aktien Anleger Gläubiger Schulden Währung \
Zinsen Europäische Zentralbank Kreditinstitute Versicherungen Unternehmen Geschäftsführer Vorstand \
Aufsichtsrat Beschäftigte Löhne Gewerkschaft Streik Fabrik Fertigung Halbleiter Zulieferer Fahrzeuge \
Elektroautos Batterien Energieversorgung Gaslieferungen Kernkraftwerk Strompreise Bürger Städte Bürgermeister \
Straße Straßen Brücke Züge Verspätungen Flughafen Flüge Gepäck Krankenhäuser Ärzte Patienten Impfungen \
Forscher Universität Schüler Lehrer Bildung Kinder Mütter Väter Familien Wohnungen Mieten Häuser Künstler \
Bücher Gemälde Spieler Mannschaft Trainer Müller Schröder Jürgen Böhm Köhler Weiß Groß größer größte \
höher höchste früher später künftig natürlich möglich nötig schließlich während zunächst außerdem";

pub(crate) const KOREAN: &str = "정부는 대통령이 장관은 한국 일본 미국 중국 북한 러시아 우크라이나 이번 지난 위해 대한 대해 \
있다 했다 밝혔다 말했다 것으로 것이 것은 수 등 및 또 이날 오는 올해 지난해 약 관련 따르면 통해 함께 \
협정을 종료 연장 한일 군사정보 보호협정 수출규제를 수출 규제 반도체 소재 부품 장비 공급망 기업들은 삼성전자 \
하이닉스 현대차 투자 투자자 주가 증시 코스피 환율 금리 인상 동결 물가 상승률 경제성장률 전망 한국은행 \
국회 여당 야당 의원들이 법안 표결 선거 후보 지지율 여론조사 검찰 수사 기소 재판부 판결 혐의로 구속 \
훈련을 연합훈련 미사일 발사 탄도미사일 합동참모본부 국방부 외교부 대변인은 정례브리핑에서 회담 정상회담 \
협상 제재 유엔 안보리 결의안 핵실험 비핵화 동맹 방위비 분담금 주한미군 사드 배치 해군 함정 공군 전투기 \
서울 부산 도쿄 워싱턴 베이징 모스크바 평양 경찰은 소방당국 화재 사고 부상자 병원 의료진 환자 확진자 백신 \
학교 학생들 교사 대학 연구팀 개발한 기술 인공지능 데이터 플랫폼 이용자 개인정보 통신 전기차 배터리 공장 \
노조 파업 임금 일자리 청년 주택 아파트 가격 부동산 시장 가계부채 대출 세금 예산안 지방자치단체 시민단체 \
기자회견을 열고 강조했다 설명했다 전했다 지적했다 덧붙였다 예정이다 계획이라고 가능성이 우려가 커지고 있다고";

pub(crate) const JAPANESE: &str = "政府は|首相は|大統領が|外相|防衛省|経済産業省は|日本|韓国|米国|中国|北朝鮮|ロシア|ウクライナ|の|に|を|で|と|も|が|は|\
から|まで|について|として|による|に対し|発表した|述べた|明らかにした|とみられる|している|された|という|こと|これ|\
輸出規制|輸出管理|半導体|材料|供給網|企業|投資|株価|市場|金利|日銀|物価|上昇|円安|為替|貿易|関税|協定|破棄|延長|\
軍事情報|包括保護|合同|演習|訓練|ミサイル|発射|弾道|核実験|制裁|国連|安保理|決議|首脳会談|協議|交渉|同盟|駐留|\
国会|与党|野党|議員|法案|選挙|候補|支持率|世論調査|検察|捜査|起訴|裁判所|判決|警察|逮捕|事故|火災|地震|台風|\
病院|患者|感染|ワクチン|研究|大学|開発|技術|人工知能|データ|サービス|利用者|個人情報|電気自動車|電池|工場|\
賃金|雇用|住宅|価格|税金|予算案|東京|大阪|ソウル|ワシントン|北京|モスクワ|、|。|「|」|１０|２０２６年|月|日|\
トヨタ|ソニー|サムスン|グーグル|マイクロソフト|エネルギー|プラットフォーム|サプライチェーン";

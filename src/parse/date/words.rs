//! The words in dates: months, halves of the day, zones.
use std::collections::HashMap;
use std::sync::LazyLock;

/// The month that a word names, 1 to 12. The word must be in lower case. Only its beginning is
/// compared, because languages add endings and abbreviate.
pub(super) fn month(word: &str) -> Option<u8> {
    /// The stems by their first character: every word of every date asks, and most are no month.
    static BY_FIRST: LazyLock<HashMap<char, Vec<(&str, u8)>>> = LazyLock::new(|| {
        let mut stems: HashMap<char, Vec<(&str, u8)>> = HashMap::new();
        for (month, stem) in
            MONTHS.iter().flat_map(|(month, all)| all.split(' ').map(move |stem| (*month, stem)))
        {
            stems.entry(stem.chars().next().unwrap_or_default()).or_default().push((stem, month));
        }
        stems
    });
    let stems = BY_FIRST.get(&word.chars().next()?)?;
    // The longest matching beginning decides: Czech `červenec` is July, and `červen` is June.
    let named = stems.iter().filter(|(stem, _)| word.starts_with(stem));
    named.max_by_key(|(stem, _)| stem.len()).map(|(_, month)| *month)
}

/// English, German, Dutch, the Nordic and Romance languages, Polish, Czech, Slovak, Slovene,
/// Croatian, Serbian, Albanian, Lithuanian, Latvian, Estonian, Hungarian, Romanian, Turkish, Greek,
/// Russian, Ukrainian, Belarusian, Bulgarian, Indonesian, Malay, Filipino, Arabic, Hebrew, Hindi,
/// Thai, Chinese.
const MONTHS: &[(u8, &str)] = &[
    (
        1,
        "jan jän ján ene gen ian sty led sij tammi ocak oca янв січ яну ιαν gener enero janv 一月 1月 jaan sausi јан студз يناير ינואר בינואר มกรา जनवरी",
    ),
    (
        2,
        "feb fev fév lut úno uno velj şub sub helmi фев лют φεβ fév pebrero 二月 veeb vasari shkurt فبراير פברואר בפברואר กุมภา फरवरी फ़रवरी",
    ),
    (
        3,
        "mar mär mrt már maa bře bre ožu ozu maalis мар бер μαρ μάρ març 三月 kovo مارس מרץ במרץ มีนา मार्च сакав mac",
    ),
    (
        4,
        "apr abr avr kwi dub travn huhti nis апр кві απρ ápr 四月 balan prill أبريل ابريل אפריל באפריל เมษา अप्रैल красав",
    ),
    (
        5,
        "may mai maj mag mei kvě kve svib touko máj mayıs май мая трав μαι μάι μαΐ maí hunyo_ 五月 gegu мај مايو מאי במאי พฤษภา मई",
    ),
    (
        6,
        "jun jún juin giu iun cze červ cerv lipn lipanj kesä kesa haz июн чер юни ιουν ιούν jiun hunyo 六月 birž qershor јун يونيو يونيه יוני ביוני มิถุนา जून чэрв",
    ),
    (
        7,
        "jul júl juil lug iul lip červenec cervenec července srpanj srpnj heinä heina tem июл лип юли ιουλ ιούλ hulyo 七月 liep korrik јул يوليو يوليه יולי ביולי กรกฎา जुलाई ліп",
    ),
    (
        8,
        "aug ago aoû aou sie srp kolov elo ağu agu авг сер αυγ αύγ ágú agt agosto ogos 八月 rugpj gusht أغسطس اغسطس אוגוסט באוגוסט สิงหา अगस्त жнів",
    ),
    (
        9,
        "sep set sept wrz zář zar rujn syys eyl сен вер σεπ szep setyembre 九月 rugsė rugse shtator سبتمبر ספטמבר בספטמבר กันยา सितंबर सितम्बर",
    ),
    (
        10,
        "oct okt out ott paź paz říj rij listopada_ loka eki окт жов οκτ ekim oktubre 十月 spal tetor أكتوبر اكتوبر אוקטובר באוקטובר ตุลา अक्टूबर अक्तूबर кастр",
    ),
    (
        11,
        "nov lis studen marras kas ноя лист ное νοε νοέ noi nob 十一月 lapk nëntor nóv نوفمبر נובמבר בנובמבר พฤศจิกา नवंबर नवम्बर",
    ),
    (
        12,
        "dec dez déc dic dis gru pro joulu ara дек гру δεκ des dek diz dis 十二月 gruod dhjetor dets ديسمبر דצמבר בדצמבר ธันวา दिसंबर दिसम्बर снеж",
    ),
];

/// The half of the day that a word names: `Some(true)` is after noon.
pub(super) fn afternoon(word: &str) -> Option<bool> {
    match word {
        "am" | "오전" | "午前" | "上午" | "새벽" | "아침" | "朝" | "凌晨" | "清晨" | "早上"
        | "早晨" | "ص" | "صباحا" | "صباحًا" | "sáng" => Some(false),
        "pm" | "오후" | "午後" | "下午" | "저녁" | "밤" | "夜" | "晚上" | "傍晚" | "中午"
        | "晚间" | "م" | "مساء" | "مساءً" | "chiều" | "tối" => Some(true),
        _ => None,
    }
}

/// The month of a Thai abbreviation of two letters with dots.
pub(super) fn thai_month(first: &str, second: &str) -> Option<u8> {
    match (first, second) {
        ("ม", "ค") => Some(1),
        ("ก", "พ") => Some(2),
        ("มี", "ค") => Some(3),
        ("เม", "ย") => Some(4),
        ("พ", "ค") => Some(5),
        ("มิ", "ย") => Some(6),
        ("ก", "ค") => Some(7),
        ("ส", "ค") => Some(8),
        ("ก", "ย") => Some(9),
        ("ต", "ค") => Some(10),
        ("พ", "ย") => Some(11),
        ("ธ", "ค") => Some(12),
        _ => None,
    }
}

/// The year before the first year of a reign or republic.
pub(super) fn era(word: &str) -> Option<i64> {
    match word {
        "令和" => Some(2018),
        "平成" => Some(1988),
        "昭和" => Some(1925),
        "民國" | "民国" => Some(1911),
        _ => None,
    }
}

/// The zone that a language implies where none is written, in minutes east of Greenwich. Only a
/// language (or spelling) used in one zone implies one.
pub(super) fn language_offset(word: &str) -> Option<i32> {
    match word {
        "오전" | "오후" | "년" | "월" | "일" | "午前" | "午後" => Some(9 * 60),
        "上午" | "下午" => Some(8 * 60),
        _ => None,
    }
}

/// Words between the parts of a date that have no meaning.
pub(super) fn is_noise(word: &str) -> bool {
    matches!(
        word,
        "st" | "nd"
            | "rd"
            | "th"
            | "er"
            | "at"
            | "um"
            | "uhr"
            | "kl"
            | "klo"
            | "de"
            | "del"
            | "of"
            | "on"
            | "the"
            | "le"
            | "den"
            | "alle"
            | "ore"
            | "à"
            | "a"
            | "las"
            | "às"
            | "г"
            | "года"
            | "в"
            | "do"
            | "da"
            | "dne"
            | "pukul"
            | "t"
            | "m"
            | "ieme"
            | "ème"
            | "h"
            | "hrs"
            | "hs"
            | "o"
            | "clock"
            | "year"
            | "saat"
            | "ora"
            | "στις"
            | "vid"
            | "om"
            | "і"
            | "о"
            | "р"
            | "ngày"
            | "năm"
            | "lúc"
            | "thứ"
            | "hai"
            | "ba"
            | "tư"
            | "sáu"
            | "bảy"
            | "nhật"
            | "viti"
            | "d"
            | "dnia"
            | "val"
            | "gada"
            | "aasta"
            | "kell"
            | "ob"
            | "v"
            | "u"
    ) || is_weekday(word)
}

/// Weekdays that stand elsewhere than at the beginning.
fn is_weekday(word: &str) -> bool {
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().any(|day| word.starts_with(day))
        && (word.len() <= 5 || word.ends_with("day"))
}

/// A zone by its name, in minutes east of Greenwich. Where several zones share a name, the one that
/// most feeds mean is used.
pub(super) fn zone_offset(name: &str) -> Option<i32> {
    let hours = |hours: i32| Some(hours * 60);
    match name {
        "gmt" | "utc" | "ut" | "z" | "wet" | "uct" | "etc" | "greenwich" | "zulu" => Some(0),
        "bst" | "cet" | "met" | "mez" | "west" | "wat" | "hnec" => hours(1),
        "cest" | "mest" | "mesz" | "eet" | "sast" | "cat" | "heec" => hours(2),
        "eest" | "msk" | "eat" | "trt" => hours(3),
        "gst" | "msd" | "samt" => hours(4),
        "pkt" | "uzt" | "yekt" => hours(5),
        "ist" | "slst" => Some(5 * 60 + 30),
        "npt" => Some(5 * 60 + 45),
        "bdt" | "almt" | "omst" => hours(6),
        "mmt" => Some(6 * 60 + 30),
        "ict" | "wib" | "krat" => hours(7),
        "hkt" | "sgt" | "pht" | "myt" | "wita" | "awst" | "irkt" | "phst" => hours(8),
        "jst" | "kst" | "wit" | "yakt" => hours(9),
        "acst" => Some(9 * 60 + 30),
        "aest" | "chst" | "vlat" => hours(10),
        "acdt" => Some(10 * 60 + 30),
        "aedt" => hours(11),
        "nzst" => hours(12),
        "nzdt" => hours(13),
        "nst" => Some(-(3 * 60 + 30)),
        "ndt" => Some(-(2 * 60 + 30)),
        "ast" | "at" | "edt" | "clt" => hours(-4),
        "adt" | "brt" | "art" | "clst" | "uyt" => hours(-3),
        "est" | "et" | "cdt" | "pet" | "cot" => hours(-5),
        "cst" | "ct" | "mdt" => hours(-6),
        "mst" | "mt" | "pdt" => hours(-7),
        "pst" | "pt" | "akdt" => hours(-8),
        "akst" => hours(-9),
        "hst" | "hast" => hours(-10),
        _ => None,
    }
}

/// The standard time of a city in the zone database (`Region/City`), in minutes east of Greenwich.
///
/// The database itself is a file of the operating system. Reading it would be I/O, which this layer
/// must not do. Without it a date is wrong by one hour at most.
pub(super) fn city_offset(city: &str) -> Option<i32> {
    let hours = match city {
        "london" | "dublin" | "lisbon" | "gmt" | "utc" | "accra" => 0,
        "brussels" | "paris" | "berlin" | "madrid" | "rome" | "amsterdam" | "vienna" | "zurich"
        | "stockholm" | "oslo" | "copenhagen" | "prague" | "warsaw" | "budapest" | "belgrade"
        | "lagos" | "luxembourg" | "zagreb" | "bratislava" | "ljubljana" => 1,
        "athens" | "helsinki" | "kiev" | "kyiv" | "bucharest" | "sofia" | "cairo" | "jerusalem"
        | "johannesburg" | "tallinn" | "riga" | "vilnius" | "beirut" => 2,
        "moscow" | "istanbul" | "riyadh" | "baghdad" | "nairobi" | "minsk" => 3,
        "dubai" | "baku" | "tbilisi" => 4,
        "karachi" | "tashkent" => 5,
        "dhaka" => 6,
        "bangkok" | "jakarta" | "saigon" | "minh" => 7,
        "shanghai" | "hong" | "kong" | "taipei" | "singapore" | "manila" | "perth" | "lumpur"
        | "beijing" => 8,
        "tokyo" | "seoul" | "pyongyang" => 9,
        "sydney" | "melbourne" | "brisbane" | "guam" => 10,
        "auckland" => 12,
        "york" | "toronto" | "detroit" | "bogota" | "lima" | "eastern" => -5,
        "chicago" | "mexico" | "central" | "winnipeg" => -6,
        "denver" | "phoenix" | "mountain" | "edmonton" => -7,
        "angeles" | "vancouver" | "pacific" => -8,
        "anchorage" => -9,
        "honolulu" => -10,
        "paulo" | "aires" | "santiago" => -3,
        _ => return None,
    };
    Some(hours * 60)
}

//! The naive matcher knows words from parts of words.
use crate::harness::reference_matcher::mentions;

#[test]
fn it_knows_where_words_end_in_each_script() {
    for (text, term) in [
        ("On GSOMIA, again", "gsomia"),
        ("GSOMIA는 다시", "GSOMIA"),
        ("日韓GSOMIAを", "GSOMIA"),
        ("new Export-Controls list", "export control"),
        ("지소미아를 둘러싼", "지소미아"),
        ("対日輸出規制の", "輸出規制"),
        ("про экспортный контроль.", "Экспортный контроль"),
        ("عن ضوابط التصدير في", "ضوابط التصدير"),
        ("Cobra Gold's start", "cobra gold"),
    ] {
        assert!(mentions(text, term), "{term} in {text}");
    }
    for (text, term) in [
        ("GSOMIAN affairs", "GSOMIA"),
        ("preGSOMIA", "GSOMIA"),
        ("감사드린다", "사드"),
        ("사드린", "사드"),
        ("cobra golden", "Cobra Gold"),
        ("", "x"),
    ] {
        assert!(!mentions(text, term), "{term} in {text}");
    }
}

//! One spelling for the characters that Chinese, Taiwanese and Japanese texts write differently:
//! 台湾, 台灣 and 臺灣; 习近平 and 習近平.
//!
//! Characters are variants if one of the conversion tables of `OpenCC` (crate `hanconv`) leads from one to
//! the other. Some have several: simplified 发 is 發 and 髮. All of them are then one, because a
//! reader of 发 finds both.
use std::sync::OnceLock;

use hanconv::RawDictionary;

/// The first character of the table and how many it has: the block of common Han characters.
const FIRST: u32 = 0x4E00;
const COUNT: usize = 0x5200;

/// The character that stands for `c` and all its variants.
#[inline]
pub(super) fn common_form(c: char) -> char {
    let Some(at) = position(c) else { return c };
    let form = table().get(at).copied().unwrap_or_default();
    char::from_u32(u32::from(form)).unwrap_or(c)
}

/// The common form of each character, at its position behind [`FIRST`].
fn table() -> &'static [u16] {
    static TABLE: OnceLock<Box<[u16]>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut groups: Vec<usize> = (0..COUNT).collect();
        for (one, others) in pairs() {
            for other in others {
                join(&mut groups, one, other);
            }
        }
        (0..COUNT)
            .map(|at| {
                let form = FIRST + u32::try_from(group(&groups, at)).unwrap_or_default();
                u16::try_from(form).unwrap_or_default()
            })
            .collect()
    })
}

/// The characters of the conversion tables, each with those it may be converted to.
fn pairs() -> impl Iterator<Item = (usize, Vec<usize>)> {
    [
        RawDictionary::STCharacters,
        RawDictionary::TSCharacters,
        RawDictionary::TWVariants,
        RawDictionary::HKVariants,
        RawDictionary::JPVariants,
        RawDictionary::JPShinjitaiCharacters,
    ]
    .into_iter()
    .flat_map(|dictionary| dictionary.var_iter())
    .filter_map(|(from, to)| Some((only(from)?, to.into_iter().filter_map(only).collect())))
}

/// The position of a text that is a single character of the table.
fn only(text: &str) -> Option<usize> {
    let mut chars = text.chars();
    let first = chars.next()?;
    chars.next().is_none().then(|| position(first))?
}

fn position(c: char) -> Option<usize> {
    let at = usize::try_from(u32::from(c).checked_sub(FIRST)?).ok()?;
    (at < COUNT).then_some(at)
}

/// The first member of the group that `at` belongs to. Each member leads to an earlier one.
fn group(groups: &[usize], at: usize) -> usize {
    let mut first = at;
    while let Some(earlier) = groups.get(first).copied().filter(|earlier| *earlier != first) {
        first = earlier;
    }
    first
}

/// Makes one group of the groups of two characters.
fn join(groups: &mut [usize], one: usize, other: usize) {
    let (one, other) = (group(groups, one), group(groups, other));
    if let Some(later) = groups.get_mut(one.max(other)) {
        *later = one.min(other);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn folded(text: &str) -> String {
        text.chars().map(common_form).collect()
    }

    #[test]
    fn both_chinese_scripts_and_japanese_forms_are_one() {
        for (one, other) in [
            ("台湾", "臺灣"),
            ("习近平", "習近平"),
            ("乌克兰", "烏克蘭"),
            ("圍棋", "围棋"),
            ("広島", "廣島"),
            ("経済", "經濟"),
            ("经济", "経済"),
            ("头发", "頭髮"),
            ("後藤", "后藤"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
    }

    #[test]
    fn other_characters_stay_apart() {
        for (one, other) in [("日本", "曰本"), ("土", "士"), ("人", "入"), ("台", "召")] {
            assert_ne!(folded(one), folded(other), "{one} {other}");
        }
    }

    #[test]
    fn groups_are_small_and_folding_twice_changes_nothing() {
        let mut groups: HashMap<u16, usize> = HashMap::new();
        for form in table() {
            *groups.entry(*form).or_default() += 1;
            let form = char::from_u32(u32::from(*form)).unwrap();
            assert_eq!(common_form(form), form);
        }
        assert!(groups.values().all(|members| *members <= 12));
    }
}

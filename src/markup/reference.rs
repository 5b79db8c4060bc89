//! What character references stand for: `&eacute;` by name, `&#233;` by number.
use std::collections::HashMap;
use std::sync::LazyLock;

use encoding_rs::WINDOWS_1252;
use entities::ENTITIES;

/// The text that an entity name of HTML stands for (without `&` and `;`).
///
/// quick-xml has such a table too, but its version 0.42 is wrong for every character above
/// U+00FF: it reads `&scaron;` as a control character and `&sigma;` as `<`.
pub fn named(name: &str) -> Option<&'static str> {
    static NAMES: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
        let name = |entity: &'static str| entity.strip_prefix('&')?.strip_suffix(';');
        ENTITIES.iter().filter_map(|known| Some((name(known.entity)?, known.characters))).collect()
    });
    NAMES.get(name).copied()
}

/// The character with this number; `None` if no character has it.
///
/// The numbers from 128 to 159 are controls in Unicode. Whoever writes them means windows-1252,
/// and the HTML standard reads them so.
pub fn numbered(number: u32) -> Option<char> {
    match u8::try_from(number) {
        Ok(byte @ 0x80..=0x9f) => {
            WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next()
        }
        Ok(_) | Err(_) => char::from_u32(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_html_is_known_and_stands_for_its_own_characters() {
        let names = ENTITIES.iter().filter(|known| known.entity.ends_with(';'));
        assert!(names.clone().count() > 2_000);
        for known in names {
            let name = known.entity.trim_matches(['&', ';']);
            assert_eq!(named(name), Some(known.characters), "{name}");
        }
        let read = ["eacute", "scaron", "sigma", "nGt", "nosuch"].map(named);
        assert_eq!(read, [Some("é"), Some("š"), Some("σ"), Some("≫⃒"), None]);
    }

    #[test]
    fn numbers_are_read_as_browsers_read_them() {
        let read = [0x20ac, 0x80, 0x99, 0x81, 0xe9, 0xd800].map(numbered);
        assert_eq!(read, [Some('€'), Some('€'), Some('™'), Some('\u{81}'), Some('é'), None]);
    }
}

//! Numbers with their noun.

/// "1 feed", "2 feeds", "3 watches", "4 copies": a regular English plural.
pub fn counted(number: u64, noun: &str) -> String {
    if number == 1 {
        return format!("1 {noun}");
    }
    if let Some(stem) = noun.strip_suffix('y')
        && !stem.ends_with(['a', 'e', 'o', 'u'])
    {
        return format!("{number} {stem}ies");
    }
    let hisses = noun.ends_with("ch") || noun.ends_with("sh") || noun.ends_with('s');
    format!("{number} {noun}{}", if hisses { "es" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_its_noun_agree() {
        let cases = [
            (0, "feed", "0 feeds"),
            (1, "watch", "1 watch"),
            (3, "watch", "3 watches"),
            (2, "copy", "2 copies"),
            (2, "day", "2 days"),
            (2, "address", "2 addresses"),
        ];
        for (number, noun, text) in cases {
            assert_eq!(counted(number, noun), text);
        }
    }
}

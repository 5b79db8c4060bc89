//! Makes foreign text safe for a header, a line or a page. It may be shown, but it must never have
//! an effect.

use url::Url;

/// Characters of a title in a subject or heading. Mail programs cut longer ones.
pub(super) const TITLE_CHARS_MAX: usize = 200;

/// Bytes of a link. Longer ones are for tracking or an attack, and break in mail programs.
pub(super) const LINK_BYTES_MAX: usize = 2_048;

/// How many characters a cut may move back so that it does not split what is drawn as one
/// character.
const CLUSTER_CHARS_MAX: usize = 16;

const FIRST_STRONG_ISOLATE: char = '\u{2068}';
const POP_ISOLATE: char = '\u{2069}';

/// Characters that change how their neighbours are shown, or stand for nothing: direction
/// controls, byte order marks, interlinear marks, invisible tags and noncharacters.
pub(super) fn is_invisible_control(c: char) -> bool {
    matches!(c,
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{FDD0}'..='\u{FDEF}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E007F}')
        || u32::from(c) & 0xFFFE == 0xFFFE
}

/// White space of any kind, line and paragraph separators and every control character.
pub(super) fn is_separator(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// One clean line: gaps become single spaces, steering characters go, nothing at the ends.
pub(super) fn single_line(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars().filter(|&c| !is_invisible_control(c)) {
        if !is_separator(c) {
            clean.push(c);
        } else if !clean.is_empty() && !clean.ends_with(' ') {
            clean.push(' ');
        }
    }
    clean.truncate(clean.trim_end().len());
    clean
}

/// [`single_line`], of at most `chars_max` characters.
pub(super) fn single_line_of(text: &str, chars_max: usize) -> String {
    truncate_chars(&single_line(text), chars_max)
}

/// At most `chars_max` characters, the last being "…" if something went.
pub(super) fn truncate_chars(text: &str, chars_max: usize) -> String {
    if text.chars().nth(chars_max).is_none() {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().take(chars_max).collect();
    let mut end = chars.len().saturating_sub(1);
    let floor = end.saturating_sub(CLUSTER_CHARS_MAX);
    while end > floor && (extends_previous(chars[end]) || end > 0 && chars[end - 1] == '\u{200D}') {
        end -= 1;
    }
    chars.into_iter().take(end).chain(['…']).collect()
}

/// Whether a character is drawn into the one before it.
pub(super) fn extends_previous(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}' | '\u{0591}'..='\u{05BD}'
        | '\u{0610}'..='\u{061A}' | '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{06D6}'..='\u{06DC}'
        | '\u{0900}'..='\u{0903}' | '\u{093A}'..='\u{094F}' | '\u{0E31}' | '\u{0E34}'..='\u{0E3A}'
        | '\u{0E47}'..='\u{0E4E}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{200B}'..='\u{200D}' | '\u{20D0}'..='\u{20FF}' | '\u{3099}'..='\u{309A}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FE20}'..='\u{FE2F}' | '\u{1F3FB}'..='\u{1F3FF}'
        | '\u{E0100}'..='\u{E01EF}')
}

/// Puts text that is written from right to left between isolates, so that it cannot reorder the
/// line around it. Other text is not changed.
pub(super) fn bidi_isolated(text: &str) -> String {
    if text.chars().any(right_to_left) {
        format!("{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}")
    } else {
        text.to_owned()
    }
}

fn right_to_left(c: char) -> bool {
    matches!(c,
        '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

/// A link people may click, or nothing: http or https with a host. The result is ASCII, the host in
/// its A-label form, and names no user: `https://bank.example@evil.example/` only ever deceives.
pub(super) fn safe_link(text: &str) -> Option<Url> {
    if text.len() > LINK_BYTES_MAX {
        return None;
    }
    let mut url = Url::parse(text).ok()?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return None;
    }
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    (url.as_str().len() <= LINK_BYTES_MAX).then_some(url)
}

/// Escapes text for HTML, inside elements and quoted attributes alike.
pub(super) fn escape_html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_no_control_and_no_steering() {
        let dirty = "\u{FEFF} a\r\nb\0c\u{85}d\u{2028}e\u{202E}f\u{2066}g\u{1b}[31mh\t\u{a0} i ";
        assert_eq!(single_line(dirty), "a b c d efg [31mh i");
        assert_eq!(single_line("\r\n\0"), "");
    }

    #[test]
    fn a_cut_keeps_its_length_and_splits_no_cluster() {
        assert_eq!(truncate_chars("abc", 3), "abc");
        assert_eq!(truncate_chars("abcd", 3), "ab…");
        assert_eq!(truncate_chars("abce\u{301}f", 5), "abc…", "the accent goes with its letter");
        assert_eq!(truncate_chars(&"e\u{301}".repeat(9), 1), "…");
        assert_eq!(truncate_chars("é", 0), "…");
    }

    #[test]
    fn only_web_links_without_users_remain() {
        for bad in [
            "javascript:alert(1)",
            "JaVa\tscript:alert(1)",
            "data:text/html,x",
            "//host/x",
            "mailto:a@b",
            "https://",
            "",
        ] {
            assert_eq!(safe_link(bad), None, "{bad}");
        }
        let seen = |text| safe_link(text).map(|url| url.to_string());
        assert_eq!(
            seen("https://bank.example@evil.example/"),
            Some("https://evil.example/".into())
        );
        assert_eq!(
            seen("http://аpple.example/ü\""),
            Some("http://xn--pple-43d.example/%C3%BC%22".into())
        );
        assert_eq!(seen(&format!("http://a.example/{}", "x".repeat(3_000))), None);
    }

    #[test]
    fn only_text_that_runs_right_to_left_is_isolated() {
        assert_eq!(bidi_isolated("Seoul 서울"), "Seoul 서울");
        assert_eq!(bidi_isolated("שלום"), "\u{2068}שלום\u{2069}");
    }
}

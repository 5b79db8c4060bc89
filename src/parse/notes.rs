//! The list of repairs made and limits hit, each said once.
use super::limits::NOTES_MAX;

/// Phrases for people, in the order the faults were met.
#[derive(Debug, Default)]
pub(super) struct Notes {
    phrases: Vec<String>,
}

impl Notes {
    /// Says it, unless it has been said.
    pub(super) fn say(&mut self, phrase: &str) {
        if self.phrases.len() < NOTES_MAX && !self.phrases.iter().any(|known| known == phrase) {
            self.phrases.push(phrase.to_owned());
        }
    }

    /// Says something about a foreign word, which is shortened before it is repeated.
    pub(super) fn say_of(&mut self, what: &str, word: &str) {
        let word: String = word.chars().take(40).collect();
        self.say(&format!("{what} `{word}`"));
    }

    pub(super) fn into_phrases(self) -> Vec<String> {
        self.phrases
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_met_a_thousand_times_is_said_once_and_the_list_is_bounded() {
        let mut notes = Notes::default();
        for n in 0..1_000 {
            notes.say("bare `&` escaped");
            notes.say_of("unknown type", &format!("{n}{}", "x".repeat(1_000)));
        }
        let phrases = notes.into_phrases();
        assert_eq!(phrases.len(), NOTES_MAX);
        assert_eq!(phrases.iter().filter(|p| p.contains('&')).count(), 1);
        assert!(phrases.iter().all(|p| p.len() < 80));
    }
}

//! Reads weighed terms and their threshold.
use super::evaluate::{Scale, Signal};
use super::reader::{Desk, Desktop, List, Spot};
use super::term::Fault;
use crate::domain::{Complaint, Watch, Weighed, Weight};

/// How much more a term counts in a title, unless the watch says.
const TITLE_FACTOR: f64 = 2.0;

impl Desk {
    pub(super) fn scale<'w>(&mut self, top: &mut Desktop<'w>, watch: &'w Watch) -> Option<Scale> {
        let terms = &watch.terms;
        let mut complain = |what: &str, cure: &str| {
            self.complaints.push(Complaint {
                weight: Weight::Error,
                at: Some(watch.at.clone()),
                what: format!("watch `{}` {what}", watch.name),
                cure: cure.to_owned(),
            });
        };
        if terms.weigh.is_empty() {
            if terms.threshold.is_some() || terms.title_factor.is_some() {
                complain(
                    "has a threshold or title factor but weighs no terms",
                    "add weigh = { … }, or take them out",
                );
            }
            return None;
        }
        let threshold = terms.threshold.unwrap_or(f64::NAN);
        let title_factor = terms.title_factor.unwrap_or(TITLE_FACTOR);
        if terms.threshold.is_none() {
            complain("weighs terms but has no threshold", "add threshold = 10, say");
        } else if !(threshold.is_finite() && threshold > 0.0) {
            complain("has a threshold that every article reaches", "set it above 0");
        }
        if !(title_factor.is_finite() && title_factor > 0.0) {
            complain("has a title factor that is no factor", "set it above 0");
        }
        let signals: Vec<Signal> =
            terms.weigh.iter().filter_map(|weighed| self.signal(top, weighed)).collect();
        let reach: f64 = signals.iter().map(|s| s.most(title_factor)).sum();
        if reach < threshold && signals.len() == terms.weigh.len() {
            self.complaints.push(Complaint {
                weight: Weight::Error,
                at: Some(watch.at.clone()),
                what: format!(
                    "watch `{}` can never fire: all weights together make {reach}, the threshold is {threshold}",
                    watch.name
                ),
                cure: "lower the threshold or raise the weights".to_owned(),
            });
        }
        Some(Scale { signals, threshold, title_factor })
    }

    fn signal<'w>(&mut self, top: &mut Desktop<'w>, weighed: &'w Weighed) -> Option<Signal> {
        if !weighed.weight.is_finite() || weighed.weight == 0.0 {
            let what = format!("`{}` weighs {}", weighed.term.text, weighed.weight);
            let fault = Fault::new(0..0, what, "give it a number above or below 0");
            self.complain(Weight::Error, &Spot::whole(&weighed.term), fault);
            return None;
        }
        let node = self.entry(top, &weighed.term, List::Weigh)?;
        Some(Signal { node, written: weighed.term.text.trim().to_owned(), weight: weighed.weight })
    }
}

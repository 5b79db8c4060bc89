//! Reads weighted terms and their threshold.
use super::rule::{TermRole, TermWeight, Weights};
use super::term::TermError;
use super::watch_reader::{EntrySpan, WatchContext, WatchReader};
use crate::domain::{Diagnostic, DiagnosticSeverity, Watch, WeightedTerm};

/// The factor for a term in a title, if the watch gives none. What a title names is what the
/// article is about.
const TITLE_FACTOR: f64 = 2.0;

impl WatchReader {
    /// Reads `weigh`, `threshold` and `title_factor`. Weights that together cannot reach the
    /// threshold are an error, because such a watch could never fire.
    pub(super) fn read_weights<'w>(
        &mut self,
        context: &mut WatchContext<'w>,
        watch: &'w Watch,
    ) -> Option<Weights> {
        let terms = &watch.terms;
        let mut complain = |what: &str, help: &str| {
            self.diagnostics.push(Diagnostic {
                severity: DiagnosticSeverity::Error,
                at: Some(watch.at.clone()),
                problem: format!("watch `{}` {what}", watch.name),
                help: help.to_owned(),
            });
        };
        if terms.weighted.is_empty() {
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
        let weighted: Vec<TermWeight> = terms
            .weighted
            .iter()
            .filter_map(|weighed| self.read_weighted_term(context, weighed))
            .collect();
        let reach: f64 = weighted.iter().map(|s| s.points_max(title_factor)).sum();
        if reach < threshold && weighted.len() == terms.weighted.len() {
            self.diagnostics.push(Diagnostic {
                severity: DiagnosticSeverity::Error,
                at: Some(watch.at.clone()),
                problem: format!(
                    "watch `{}` can never fire: all weights together make {reach}, the threshold is {threshold}",
                    watch.name
                ),
                help: "lower the threshold or raise the weights".to_owned(),
            });
        }
        Some(Weights { weighted, threshold, title_factor })
    }

    /// Reads one weighted term. A weight of 0 is an error: the term would do nothing.
    fn read_weighted_term<'w>(
        &mut self,
        context: &mut WatchContext<'w>,
        weighed: &'w WeightedTerm,
    ) -> Option<TermWeight> {
        if !weighed.weight.is_finite() || weighed.weight == 0.0 {
            let what = format!("`{}` weighs {}", weighed.term.text, weighed.weight);
            let error = TermError::new(0..0, what, "give it a number above or below 0");
            self.report(DiagnosticSeverity::Error, &EntrySpan::whole(&weighed.term), error);
            return None;
        }
        let node = self.read_entry(context, &weighed.term, TermRole::Weigh)?;
        Some(TermWeight {
            node,
            written: weighed.term.text.trim().to_owned(),
            weight: weighed.weight,
        })
    }
}

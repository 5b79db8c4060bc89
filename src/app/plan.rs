//! From a checked configuration to what the loops run on.
use std::collections::HashMap;
use std::sync::Arc;

use crate::config::Config;
use crate::domain::{Channel, Diagnostic, Name, Watch};
use crate::health::{DailySchedule, Thresholds};
use crate::ingest::{Plan, WatchInfo};
use crate::matcher::Matcher;
use crate::operator_notices::NoticeContext;
use crate::schedule::Bounds;
use crate::store::Route;

/// A configuration with its watchlist compiled. Nothing was opened for it.
#[derive(Debug)]
pub struct CheckedConfig {
    pub config: Config,
    pub plan: Plan,
}

/// Compiles the watchlist and lays the routes. What the configuration's own checks could not see
/// (a term that cannot match) is complained of here, all at once, beside the warnings.
pub fn compile(config: &Config) -> Result<(Plan, Vec<Diagnostic>), Vec<Diagnostic>> {
    let (matcher, warnings) = Matcher::compile(&config.watches)?;
    let watches: HashMap<Name, WatchInfo> = config
        .watches
        .iter()
        .map(|watch| (watch.name.clone(), watch_routes(watch, &config.channels)))
        .collect();
    let occasions = config
        .watches
        .iter()
        .map(|watch| (watch.name.clone(), Arc::from(watch.story_rules.updates.as_slice())));
    let plan = Plan {
        occasions: Arc::new(occasions.collect()),
        feeds: Arc::new(config.feeds.clone()),
        matcher,
        watches,
        bounds: Bounds {
            floor: config.poll.floor,
            cap: config.poll.cap,
            max_staleness: config.poll.max_staleness,
        },
        concurrency: config.poll.concurrency,
    };
    Ok((plan, warnings))
}

/// Whom the operator's notices go to, and when.
pub(super) fn operator_settings(config: &Config) -> NoticeContext {
    let operator = &config.operator;
    let routes =
        config.channels.iter().map(|channel| (channel.name.clone(), routes(channel).collect()));
    NoticeContext {
        patience: Thresholds {
            fail_after: operator.fail_after,
            fail_times: operator.fail_times,
            remind_every: operator.remind_every,
        },
        daily: operator.daily.clone().map(|(at, zone)| DailySchedule { at, zone }),
        notify: operator.notify.clone(),
        routes: routes.collect(),
        watches: config.watches.iter().map(|watch| watch.name.clone()).collect(),
    }
}

/// Every receiver of a channel.
fn routes(channel: &Channel) -> impl Iterator<Item = Route> {
    channel
        .recipients()
        .into_iter()
        .map(|recipient| Route { channel: channel.name.clone(), recipient: recipient.to_owned() })
}

/// A channel takes an alert only from its own severity on, so routes are settled once per watch.
fn watch_routes(watch: &Watch, channels: &[Channel]) -> WatchInfo {
    let routes = channels
        .iter()
        .filter(|channel| watch.notify.contains(&channel.name))
        .filter(|channel| watch.severity >= channel.min_severity)
        .flat_map(routes)
        .collect();
    let shares = watch.story_rules.share_group.clone();
    WatchInfo { title: watch.title.clone(), severity: watch.severity, shares, routes }
}

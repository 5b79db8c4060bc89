//! Is it them, or is it us? When most hosts fall silent at once, it is our own network, and no feed
//! is to blame for it.
use std::time::Duration;

use crate::domain::{OutageKind, Timestamp};

/// Fewer hosts than this that fall together are a coincidence.
const HOSTS_MIN: usize = 3;
/// As many are proof, however many there are.
const HOSTS_ENOUGH: usize = 200;
/// One host that answers in so many that fall is none of the outage's business.
const ANSWERS_PER_FALL_MAX: f64 = 0.25;
/// Falls longer ago than this are not "at once" any more.
const FALL_TOGETHER_MAX: Duration = Duration::from_hours(2);
/// An outage in which some hosts answer all the time is theirs after all, after this long.
const PARTIAL_MAX: Duration = Duration::from_hours(1);
/// So many fallen hosts that answer again end an outage.
const RETURNED_ENOUGH: usize = 3;

/// What a poll told of the way to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostContact {
    /// The host itself answered, whatever it said.
    Answer,
    /// It could not be reached.
    Unreachable,
    /// A web page stood where a feed should be; the number is the page's make.
    OtherPage(u64),
}

/// What a sight changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkChange {
    Down { kind: OutageKind, since: Timestamp, hosts: usize },
    Up { since: Timestamp, until: Timestamp },
}

#[derive(Clone, Copy, Debug)]
struct Host {
    /// It answered the last time, or was never asked.
    up: bool,
    fallen: Option<(Timestamp, HostContact)>,
}

#[derive(Clone, Copy, Debug)]
struct OngoingOutage {
    since: Timestamp,
    /// Fallen hosts that answered since, and the first time one did.
    returned: usize,
    first_return: Option<Timestamp>,
    /// When any host first answered.
    first_answer: Option<Timestamp>,
    /// It was under way when the program began.
    restored: bool,
}

/// The state of the way out.
#[derive(Clone, Debug)]
pub struct NetworkState {
    hosts: Vec<Host>,
    /// Hosts that fell in the present run.
    fallen: usize,
    run_since: Timestamp,
    /// Answers since the run began.
    answers: usize,
    out: Option<OngoingOutage>,
}

impl NetworkState {
    /// `up` says of each host whether it answered when last asked (or was never asked); `since` is
    /// set if an outage was under way when the program stopped.
    pub fn new(up: impl IntoIterator<Item = bool>, since: Option<Timestamp>) -> Self {
        let fell = since.map(|at| (at, HostContact::Unreachable));
        let hosts: Vec<Host> = up.into_iter().map(|up| Host { up, fallen: fell }).collect();
        let out = since.map(|since| OngoingOutage {
            since,
            returned: 0,
            first_return: None,
            first_answer: None,
            restored: true,
        });
        Self { hosts, fallen: 0, run_since: Timestamp(0), answers: 0, out }
    }

    /// Since when our network is down, if it is.
    pub fn out_since(&self) -> Option<Timestamp> {
        self.out.map(|out| out.since)
    }

    /// Takes in what a poll of a host told.
    pub fn record_contact(
        &mut self,
        host: usize,
        sight: HostContact,
        now: Timestamp,
    ) -> Option<NetworkChange> {
        let fell_before = {
            let host = self.hosts.get_mut(host)?;
            let (was_up, fell_before) = (host.up, host.fallen.is_some());
            host.up = sight == HostContact::Answer;
            match sight {
                HostContact::Answer => host.fallen = None,
                // One that was down before says nothing about the network.
                HostContact::Unreachable | HostContact::OtherPage(_) if was_up => {
                    host.fallen = Some((now, sight));
                }
                HostContact::Unreachable | HostContact::OtherPage(_) => return self.overdue(now),
            }
            fell_before
        };
        match (self.out, sight) {
            (Some(_), HostContact::Answer) => self.record_return(fell_before, now),
            (Some(_), HostContact::Unreachable | HostContact::OtherPage(_)) => self.overdue(now),
            (None, HostContact::Answer) => {
                self.answers += 1;
                if proves_network(self.answers, self.fallen) {
                    (self.fallen, self.answers) = (0, 0);
                }
                None
            }
            (None, HostContact::Unreachable | HostContact::OtherPage(_)) => self.record_fall(now),
        }
    }

    fn record_fall(&mut self, now: Timestamp) -> Option<NetworkChange> {
        if self.fallen == 0 || now.since(self.run_since) > FALL_TOGETHER_MAX {
            (self.fallen, self.answers, self.run_since) = (0, 0, now);
        }
        self.fallen += 1;
        let most = (self.hosts.len() / 2 + 1).clamp(HOSTS_MIN, HOSTS_ENOUGH);
        if self.fallen < most {
            return None;
        }
        let run = self.hosts.iter().filter_map(|host| host.fallen);
        let run: Vec<HostContact> =
            run.filter(|(at, _)| *at >= self.run_since).map(|(_, sight)| sight).collect();
        let pages = run.iter().filter(|sight| matches!(sight, HostContact::OtherPage(_)));
        // Hosts that each fail in their own way are no portal, and many pages of many makes are no
        // outage: somebody moved our feeds.
        let nothing = run.len() - pages.clone().count();
        let same = pages.map(|page| run.iter().filter(|other| *other == page).count()).max();
        let same = same.unwrap_or(0);
        if nothing + same < most {
            return None;
        }
        let kind = if same > nothing { OutageKind::Portal } else { OutageKind::Unreachable };
        let (since, hosts) = (self.run_since, self.fallen);
        self.out = Some(OngoingOutage {
            since,
            returned: 0,
            first_return: None,
            first_answer: None,
            restored: false,
        });
        Some(NetworkChange::Down { kind, since, hosts })
    }

    fn record_return(&mut self, had_fallen: bool, now: Timestamp) -> Option<NetworkChange> {
        let still = self.hosts.iter().filter(|host| host.fallen.is_some()).count();
        let out = self.out.as_mut()?;
        out.first_answer.get_or_insert(now);
        if had_fallen {
            out.returned += 1;
            out.first_return.get_or_insert(now);
        }
        let enough = RETURNED_ENOUGH.min(out.returned + still);
        if out.returned >= enough {
            let until = out.first_return.unwrap_or(now);
            return self.end(until);
        }
        self.overdue(now)
    }

    fn overdue(&mut self, now: Timestamp) -> Option<NetworkChange> {
        let out = self.out?;
        // Over a restart the first answer is forgotten: then the outage's own age counts.
        let from = if out.restored { Some(out.since) } else { out.first_answer };
        let partial =
            out.first_answer.is_some() && from.is_some_and(|from| now.since(from) > PARTIAL_MAX);
        if partial { self.end(now) } else { None }
    }

    fn end(&mut self, until: Timestamp) -> Option<NetworkChange> {
        let out = self.out.take()?;
        (self.fallen, self.answers) = (0, 0);
        self.hosts.iter_mut().for_each(|host| host.fallen = None);
        Some(NetworkChange::Up { since: out.since, until })
    }
}

/// Whether so many hosts that answered prove that our network is up, while so many fell silent.
pub fn proves_network(answers: usize, fallen: usize) -> bool {
    count(answers) > count(fallen) * ANSWERS_PER_FALL_MAX
}

fn count(of: usize) -> f64 {
    f64::from(u32::try_from(of).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(n: u32) -> Timestamp {
        Timestamp(1_795_392_000_000).after(n * Duration::from_mins(1))
    }

    fn network(hosts: usize) -> NetworkState {
        NetworkState::new(std::iter::repeat_n(true, hosts), None)
    }

    #[test]
    fn most_hosts_unreachable_at_once_is_one_outage_with_its_start_and_end() {
        let mut network = network(10);
        for host in 0..10 {
            assert_eq!(network.record_contact(host, HostContact::Answer, minute(0)), None);
        }
        for host in 0..5 {
            assert_eq!(network.record_contact(host, HostContact::Unreachable, minute(5)), None);
        }
        let down =
            NetworkChange::Down { kind: OutageKind::Unreachable, since: minute(5), hosts: 6 };
        assert_eq!(network.record_contact(5, HostContact::Unreachable, minute(6)), Some(down));
        assert_eq!(network.out_since(), Some(minute(5)));
        for host in 0..10 {
            assert_eq!(network.record_contact(host, HostContact::Unreachable, minute(90)), None);
        }
        assert_eq!(network.record_contact(0, HostContact::Answer, minute(91)), None);
        assert_eq!(network.record_contact(1, HostContact::Answer, minute(92)), None);
        let up = NetworkChange::Up { since: minute(5), until: minute(91) };
        assert_eq!(network.record_contact(2, HostContact::Answer, minute(93)), Some(up));
        assert_eq!(network.out_since(), None);
    }

    #[test]
    fn hosts_that_die_one_by_one_or_were_dead_before_are_not_our_network() {
        let mut network = NetworkState::new((0..10).map(|host| host >= 6), None);
        for host in 0..6 {
            assert_eq!(
                network.record_contact(host, HostContact::Unreachable, minute(0)),
                None,
                "dead before"
            );
        }
        for host in 6..10_u32 {
            assert_eq!(
                network.record_contact(host as usize, HostContact::Unreachable, minute(300 * host)),
                None
            );
            assert_eq!(
                network.record_contact(5, HostContact::Answer, minute(300 * host + 1)),
                None
            );
        }
        let mut pair = self::network(2);
        assert_eq!(pair.record_contact(0, HostContact::Unreachable, minute(0)), None);
        assert_eq!(
            pair.record_contact(1, HostContact::Unreachable, minute(0)),
            None,
            "two are a coincidence"
        );
    }

    #[test]
    fn the_same_page_from_most_hosts_is_a_portal_and_a_page_each_is_not() {
        let mut network = network(6);
        for host in 0..3 {
            assert_eq!(network.record_contact(host, HostContact::OtherPage(7), minute(1)), None);
        }
        let down = NetworkChange::Down { kind: OutageKind::Portal, since: minute(1), hosts: 4 };
        assert_eq!(network.record_contact(3, HostContact::OtherPage(7), minute(2)), Some(down));
        let mut moved = self::network(6);
        for host in 0..6 {
            assert_eq!(
                moved.record_contact(host, HostContact::OtherPage(host as u64), minute(1)),
                None
            );
        }
    }

    #[test]
    fn a_few_that_answer_do_not_hide_an_outage_and_do_not_prolong_it_for_ever() {
        let mut network = network(20);
        let mut turned = Vec::new();
        for host in 0..18 {
            turned.extend(network.record_contact(host, HostContact::Unreachable, minute(10)));
            if host == 9 {
                turned.extend(network.record_contact(19, HostContact::Answer, minute(10)));
            }
        }
        assert!(matches!(turned[..], [NetworkChange::Down { .. }]), "{turned:?}");
        let mut ended = None;
        for n in 11..200 {
            assert!(ended.is_none() || network.out_since().is_none());
            ended = ended.or(network.record_contact(19, HostContact::Answer, minute(n)));
        }
        assert_eq!(ended, Some(NetworkChange::Up { since: minute(10), until: minute(72) }));
    }

    #[test]
    fn an_outage_goes_on_over_a_restart() {
        let mut network = NetworkState::new([true, true, true, true], Some(minute(0)));
        assert_eq!(network.record_contact(0, HostContact::Unreachable, minute(5)), None);
        for host in 0..2 {
            assert_eq!(network.record_contact(host, HostContact::Answer, minute(6)), None);
        }
        let up = NetworkChange::Up { since: minute(0), until: minute(6) };
        assert_eq!(network.record_contact(2, HostContact::Answer, minute(7)), Some(up));
    }
}

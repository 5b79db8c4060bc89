//! Is it them, or is it us? When most hosts fall silent at once, it is our own network, and no feed
//! is to blame for it.
use std::time::Duration;

use crate::domain::{Moment, OutageKind};

/// Fewer hosts than this that fall together are a coincidence.
const HOSTS_MIN: usize = 3;
/// As many are proof, however many there are.
const HOSTS_ENOUGH: usize = 200;
/// One host that answers in so many that fall is none of the outage's business.
const ANSWERS_PER_FALL_MAX: f64 = 0.25;
/// Falls longer ago than this are not "at once" any more.
const TOGETHER: Duration = Duration::from_hours(2);
/// An outage in which some hosts answer all the time is theirs after all, after this long.
const PARTIAL_MAX: Duration = Duration::from_hours(1);
/// So many fallen hosts that answer again end an outage.
const RISEN_ENOUGH: usize = 3;

/// What a poll told of the way to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// The host itself answered, whatever it said.
    Answer,
    /// It could not be reached.
    Nothing,
    /// A web page stood where a feed should be; the number is the page's make.
    Page(u64),
}

/// What a sight changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turned {
    Down { kind: OutageKind, since: Moment, hosts: usize },
    Up { since: Moment, until: Moment },
}

#[derive(Clone, Copy, Debug)]
struct Host {
    /// It answered the last time, or was never asked.
    up: bool,
    fell: Option<(Moment, Sight)>,
}

#[derive(Clone, Copy, Debug)]
struct Out {
    since: Moment,
    /// Fallen hosts that answered since, and the first time one did.
    risen: usize,
    first_rise: Option<Moment>,
    /// When any host first answered.
    first_answer: Option<Moment>,
}

/// The state of the way out.
#[derive(Clone, Debug)]
pub struct Network {
    hosts: Vec<Host>,
    /// Hosts that fell in the present run.
    fallen: usize,
    run_since: Moment,
    /// Answers since the run began.
    answers: usize,
    out: Option<Out>,
}

impl Network {
    /// `up` says of each host whether it answered when last asked (or was never asked); `since` is
    /// set if an outage was under way when the program stopped.
    pub fn new(up: impl IntoIterator<Item = bool>, since: Option<Moment>) -> Self {
        let fell = since.map(|at| (at, Sight::Nothing));
        let hosts: Vec<Host> = up.into_iter().map(|up| Host { up, fell }).collect();
        let out = since.map(|since| Out { since, risen: 0, first_rise: None, first_answer: None });
        Self { hosts, fallen: 0, run_since: Moment(0), answers: 0, out }
    }

    /// Since when our network is down, if it is.
    pub fn out_since(&self) -> Option<Moment> {
        self.out.map(|out| out.since)
    }

    /// Takes in what a poll of a host told.
    pub fn saw(&mut self, host: usize, sight: Sight, now: Moment) -> Option<Turned> {
        let fell_before = {
            let host = self.hosts.get_mut(host)?;
            let (was_up, fell_before) = (host.up, host.fell.is_some());
            host.up = sight == Sight::Answer;
            match sight {
                Sight::Answer => host.fell = None,
                // One that was down before says nothing about the network.
                Sight::Nothing | Sight::Page(_) if was_up => host.fell = Some((now, sight)),
                Sight::Nothing | Sight::Page(_) => return self.overdue(now),
            }
            fell_before
        };
        match (self.out, sight) {
            (Some(_), Sight::Answer) => self.rise(fell_before, now),
            (Some(_), Sight::Nothing | Sight::Page(_)) => self.overdue(now),
            (None, Sight::Answer) => {
                self.answers += 1;
                if count(self.answers) > count(self.fallen) * ANSWERS_PER_FALL_MAX {
                    (self.fallen, self.answers) = (0, 0);
                }
                None
            }
            (None, Sight::Nothing | Sight::Page(_)) => self.fall(now),
        }
    }

    fn fall(&mut self, now: Moment) -> Option<Turned> {
        if self.fallen == 0 || now.since(self.run_since) > TOGETHER {
            (self.fallen, self.answers, self.run_since) = (0, 0, now);
        }
        self.fallen += 1;
        let most = (self.hosts.len() / 2 + 1).clamp(HOSTS_MIN, HOSTS_ENOUGH);
        if self.fallen < most {
            return None;
        }
        let run = self.hosts.iter().filter_map(|host| host.fell);
        let run: Vec<Sight> =
            run.filter(|(at, _)| *at >= self.run_since).map(|(_, sight)| sight).collect();
        let pages = run.iter().filter(|sight| matches!(sight, Sight::Page(_)));
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
        self.out = Some(Out { since, risen: 0, first_rise: None, first_answer: None });
        Some(Turned::Down { kind, since, hosts })
    }

    fn rise(&mut self, had_fallen: bool, now: Moment) -> Option<Turned> {
        let still = self.hosts.iter().filter(|host| host.fell.is_some()).count();
        let out = self.out.as_mut()?;
        out.first_answer.get_or_insert(now);
        if had_fallen {
            out.risen += 1;
            out.first_rise.get_or_insert(now);
        }
        let enough = RISEN_ENOUGH.min(out.risen + still);
        if out.risen >= enough {
            let until = out.first_rise.unwrap_or(now);
            return self.end(until);
        }
        self.overdue(now)
    }

    fn overdue(&mut self, now: Moment) -> Option<Turned> {
        let out = self.out?;
        let partial = out.first_answer.is_some_and(|first| now.since(first) > PARTIAL_MAX);
        if partial { self.end(now) } else { None }
    }

    fn end(&mut self, until: Moment) -> Option<Turned> {
        let out = self.out.take()?;
        (self.fallen, self.answers) = (0, 0);
        self.hosts.iter_mut().for_each(|host| host.fell = None);
        Some(Turned::Up { since: out.since, until })
    }
}

fn count(of: usize) -> f64 {
    f64::from(u32::try_from(of).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(n: u32) -> Moment {
        Moment(1_795_392_000_000).after(n * Duration::from_mins(1))
    }

    fn network(hosts: usize) -> Network {
        Network::new(std::iter::repeat_n(true, hosts), None)
    }

    #[test]
    fn most_hosts_unreachable_at_once_is_one_outage_with_its_start_and_end() {
        let mut network = network(10);
        for host in 0..10 {
            assert_eq!(network.saw(host, Sight::Answer, minute(0)), None);
        }
        for host in 0..5 {
            assert_eq!(network.saw(host, Sight::Nothing, minute(5)), None);
        }
        let down = Turned::Down { kind: OutageKind::Unreachable, since: minute(5), hosts: 6 };
        assert_eq!(network.saw(5, Sight::Nothing, minute(6)), Some(down));
        assert_eq!(network.out_since(), Some(minute(5)));
        for host in 0..10 {
            assert_eq!(network.saw(host, Sight::Nothing, minute(90)), None);
        }
        assert_eq!(network.saw(0, Sight::Answer, minute(91)), None);
        assert_eq!(network.saw(1, Sight::Answer, minute(92)), None);
        let up = Turned::Up { since: minute(5), until: minute(91) };
        assert_eq!(network.saw(2, Sight::Answer, minute(93)), Some(up));
        assert_eq!(network.out_since(), None);
    }

    #[test]
    fn hosts_that_die_one_by_one_or_were_dead_before_are_not_our_network() {
        let mut network = Network::new((0..10).map(|host| host >= 6), None);
        for host in 0..6 {
            assert_eq!(network.saw(host, Sight::Nothing, minute(0)), None, "dead before");
        }
        for host in 6..10_u32 {
            assert_eq!(network.saw(host as usize, Sight::Nothing, minute(300 * host)), None);
            assert_eq!(network.saw(5, Sight::Answer, minute(300 * host + 1)), None);
        }
        let mut pair = self::network(2);
        assert_eq!(pair.saw(0, Sight::Nothing, minute(0)), None);
        assert_eq!(pair.saw(1, Sight::Nothing, minute(0)), None, "two are a coincidence");
    }

    #[test]
    fn the_same_page_from_most_hosts_is_a_portal_and_a_page_each_is_not() {
        let mut network = network(6);
        for host in 0..3 {
            assert_eq!(network.saw(host, Sight::Page(7), minute(1)), None);
        }
        let down = Turned::Down { kind: OutageKind::Portal, since: minute(1), hosts: 4 };
        assert_eq!(network.saw(3, Sight::Page(7), minute(2)), Some(down));
        let mut moved = self::network(6);
        for host in 0..6 {
            assert_eq!(moved.saw(host, Sight::Page(host as u64), minute(1)), None);
        }
    }

    #[test]
    fn a_few_that_answer_do_not_hide_an_outage_and_do_not_prolong_it_for_ever() {
        let mut network = network(20);
        let mut turned = Vec::new();
        for host in 0..18 {
            turned.extend(network.saw(host, Sight::Nothing, minute(10)));
            if host == 9 {
                turned.extend(network.saw(19, Sight::Answer, minute(10)));
            }
        }
        assert!(matches!(turned[..], [Turned::Down { .. }]), "{turned:?}");
        let mut ended = None;
        for n in 11..200 {
            assert!(ended.is_none() || network.out_since().is_none());
            ended = ended.or(network.saw(19, Sight::Answer, minute(n)));
        }
        assert_eq!(ended, Some(Turned::Up { since: minute(10), until: minute(72) }));
    }

    #[test]
    fn an_outage_goes_on_over_a_restart() {
        let mut network = Network::new([true, true, true, true], Some(minute(0)));
        assert_eq!(network.saw(0, Sight::Nothing, minute(5)), None);
        for host in 0..2 {
            assert_eq!(network.saw(host, Sight::Answer, minute(6)), None);
        }
        let up = Turned::Up { since: minute(0), until: minute(6) };
        assert_eq!(network.saw(2, Sight::Answer, minute(7)), Some(up));
    }
}

//! Politeness: one request at a time to a host and a gap between two, for feeds, pages, sitemaps and
//! hubs together. The gate takes a turn for every hop, so no caller can forget it.
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedMutexGuard, mpsc};
use tokio::time::{Instant, sleep_until};
use url::{Host, Url};

use crate::domain::Scope;

/// Hosts that are remembered before idle ones are forgotten: pages may lead to any number of hosts.
const HOSTS_REMEMBERED: usize = 4_096;
/// Longest pause of a whole host. A single feed is held for longer by its own schedule, but its
/// neighbours must not be silenced for a day by one answer.
const HOLD_MAX: Duration = Duration::from_mins(10);
/// The pause after "too many requests" if the server did not say for how long.
const HOLD: Duration = Duration::from_mins(1);

/// How hosts are paced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pacing {
    /// What counts as one host.
    pub scope: Scope,
    /// Between the end of one request to a host and the start of the next.
    pub gap: Duration,
}

/// Gives turns to ask a host, first come first served.
#[derive(Debug)]
pub struct Pacer {
    pacing: Pacing,
    hosts: Mutex<Hosts>,
    holds_ignored: AtomicBool,
}

/// When a host may be asked again. The lock is the turn: tokio hands it to whoever waits longest.
type FreeAt = Arc<tokio::sync::Mutex<Instant>>;

#[derive(Debug)]
struct Hosts {
    by_name: HashMap<String, FreeAt>,
    /// The size at which idle hosts are looked for: it doubles with those that are not idle, so that
    /// the search costs little for each host that is added.
    prune_at: usize,
}

impl Pacer {
    pub(super) fn new(pacing: Pacing) -> Self {
        let hosts = Hosts { by_name: HashMap::new(), prune_at: HOSTS_REMEMBERED };
        Self { pacing, hosts: Mutex::new(hosts), holds_ignored: AtomicBool::new(false) }
    }

    pub(super) fn pacing(&self) -> Pacing {
        self.pacing
    }

    /// What requests share that are paced together, by the configured scope.
    pub fn host_of(&self, url: &Url) -> String {
        host_key(url, self.pacing.scope)
    }

    /// Waits until the host of `url` may be asked. Dropping the future leaves the line.
    ///
    /// `own` is a server of the operator's own, whose feeds are often many behind one address (a
    /// bridge): it needs turns but no gap.
    pub async fn turn(&self, url: &Url, own: bool) -> Turn {
        let free_at = self.host(url).lock_owned().await;
        // The lock is held meanwhile: nobody who came later may go first.
        sleep_until(*free_at).await;
        self.begin(free_at, own)
    }

    /// A turn, if nobody has it, nobody waits for it and the gap is over.
    pub fn try_turn(&self, url: &Url, own: bool) -> Option<Turn> {
        let free_at = self.host(url).try_lock_owned().ok()?;
        (*free_at <= Instant::now()).then(|| self.begin(free_at, own))
    }

    /// From now on a host that asks for a pause gets only the gap: a person waits for the end of a
    /// single round.
    pub fn ignore_holds(&self) {
        self.holds_ignored.store(true, Ordering::Relaxed);
    }

    fn begin(&self, free_at: OwnedMutexGuard<Instant>, own: bool) -> Turn {
        let pause = if own { Duration::ZERO } else { self.pacing.gap };
        Turn { free_at, pause, own, holds: !self.holds_ignored.load(Ordering::Relaxed) }
    }

    fn host(&self, url: &Url) -> FreeAt {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if hosts.by_name.len() >= hosts.prune_at {
            // A host that somebody asks or waits for is held by another Arc.
            let is_idle = |free_at: &FreeAt| {
                Arc::strong_count(free_at) == 1 && free_at.try_lock().is_ok_and(|at| *at <= now)
            };
            hosts.by_name.retain(|_, free_at| !is_idle(free_at));
            hosts.prune_at = HOSTS_REMEMBERED.max(hosts.by_name.len().saturating_mul(2));
        }
        let new = || Arc::new(tokio::sync::Mutex::new(now));
        Arc::clone(hosts.by_name.entry(self.host_of(url)).or_insert_with(new))
    }
}

/// The right to send one request to a host, until dropped; the gap begins then.
#[derive(Debug)]
pub struct Turn {
    free_at: OwnedMutexGuard<Instant>,
    /// How long the host rests after this request.
    pause: Duration,
    own: bool,
    holds: bool,
}

impl Turn {
    /// The server asked for a pause (429, or 503 with a time): nobody asks this host meanwhile.
    pub(super) fn answered(&mut self, status: u16, retry_after: Option<Duration>) {
        let asked = match (status, retry_after) {
            (429 | 503, Some(wait)) => wait,
            // The operator's own server is often a bridge that passes on what another host said to
            // one feed; the rest of its feeds need no rest.
            (429, None) if !self.own => HOLD,
            _ => return,
        };
        if self.holds {
            self.pause = self.pause.max(asked.min(HOLD_MAX));
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let now = Instant::now();
        *self.free_at = now.checked_add(self.pause).unwrap_or(now);
    }
}

/// How one request gets its turns.
#[derive(Debug, Default)]
pub struct Turns {
    /// The turn for its first hop, if the caller has waited for it already.
    pub first: Option<Turn>,
    /// Told when a later hop has to wait.
    pub waits: Option<WaitSignal>,
}

/// Tells the owner of a request that it waits for its turn at a host and costs nothing meanwhile.
#[derive(Clone, Debug)]
pub struct WaitSignal {
    /// What the owner knows the request by.
    pub id: usize,
    pub sender: mpsc::Sender<usize>,
}

impl WaitSignal {
    pub(super) fn send(&self) {
        if self.sender.try_send(self.id).is_err() {
            // The request only keeps its place a little longer.
            tracing::trace!("a request waits for its host without saying so");
        }
    }
}

fn host_key(url: &Url, scope: Scope) -> String {
    let host = url.host_str().unwrap_or("");
    match (scope, url.host()) {
        (Scope::Origin, _) => url.origin().ascii_serialization(),
        (Scope::Domain, Some(Host::Domain(name))) => {
            psl::domain_str(name).unwrap_or(name).to_owned()
        }
        (Scope::Host | Scope::Domain, _) => host.trim_start_matches("www.").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: Duration = Duration::from_secs(1);

    fn pacer() -> Pacer {
        Pacer::new(Pacing { scope: Scope::Host, gap: GAP })
    }

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_is_asked_one_thing_at_a_time_with_a_gap() {
        let pacer = pacer();
        let (one, other) = (url("http://www.a.example/1"), url("https://a.example/2"));
        let turn = pacer.turn(&one, false).await;
        assert!(pacer.try_turn(&other, false).is_none());
        assert!(pacer.try_turn(&url("http://b.example/"), false).is_some());
        drop(turn);
        assert!(pacer.try_turn(&other, false).is_none(), "the gap has just begun");
        let began = Instant::now();
        let turn = pacer.turn(&other, false).await;
        assert_eq!(began.elapsed(), GAP);
        drop(turn);
        // Whoever waits in the gap comes before whoever tries.
        let waits = pacer.turn(&one, false);
        tokio::pin!(waits);
        assert!(futures_util::poll!(waits.as_mut()).is_pending());
        tokio::time::advance(GAP).await;
        assert!(pacer.try_turn(&one, false).is_none());
        drop(waits.await);
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_waiting_holds_nobody_up() {
        let pacer = pacer();
        let one = url("http://a.example/1");
        let turn = pacer.turn(&one, true).await;
        {
            let waits = pacer.turn(&one, true);
            tokio::pin!(waits);
            assert!(futures_util::poll!(waits.as_mut()).is_pending());
        }
        drop(turn);
        assert!(pacer.try_turn(&one, true).is_some(), "a server of our own needs no gap");
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_asked_for_a_pause_gets_it_from_everybody() {
        let cases = [
            (429, Some(300), 300),
            (503, Some(300), 300),
            (429, None, 60),
            (503, None, 1),
            (429, Some(86_400), 600),
            (200, Some(300), 1),
        ];
        for (status, asked, pause) in cases {
            let pacer = pacer();
            let one = url("http://a.example/1");
            pacer.turn(&one, false).await.answered(status, asked.map(Duration::from_secs));
            let began = Instant::now();
            drop(pacer.turn(&url("http://a.example/2"), false).await);
            assert_eq!(began.elapsed().as_secs(), pause, "{status} {asked:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn idle_hosts_are_forgotten_and_busy_ones_are_not() {
        let pacer = pacer();
        let busy = pacer.turn(&url("http://busy.example/"), false).await;
        for at in 0..HOSTS_REMEMBERED * 2 {
            drop(pacer.turn(&url(&format!("http://h{at}.example/")), true).await);
        }
        assert!(pacer.hosts.lock().unwrap().by_name.len() <= HOSTS_REMEMBERED);
        assert!(pacer.try_turn(&url("http://busy.example/x"), false).is_none());
        drop(busy);
    }

    #[test]
    fn what_is_paced_together_is_the_operators_choice() {
        let key = |url: &str, scope| host_key(&url.parse().unwrap(), scope);
        let cases = [
            (Scope::Host, "http://www.a.example:8080/x", "a.example"),
            (Scope::Host, "http://feeds.a.example/", "feeds.a.example"),
            (Scope::Origin, "http://127.0.0.1:8080/x", "http://127.0.0.1:8080"),
            (Scope::Domain, "https://feeds.news.a.example/", "a.example"),
            (Scope::Domain, "https://rss.paper.co.kr/", "paper.co.kr"),
            (Scope::Domain, "https://paper.co.kr/", "paper.co.kr"),
            (Scope::Domain, "https://rss.paper.de/", "paper.de"),
            (Scope::Domain, "https://news.city.kawasaki.jp/", "city.kawasaki.jp"),
            (Scope::Domain, "https://a.com.example/", "com.example"),
            (Scope::Domain, "http://127.0.0.1/", "127.0.0.1"),
            (Scope::Domain, "http://localhost/", "localhost"),
        ];
        for (scope, url, shared) in cases {
            assert_eq!(key(url, scope), shared, "{url}");
        }
    }
}

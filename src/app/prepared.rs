//! The first phase of a start or a reload: everything that can fail is built, and nothing that
//! runs is touched.
use std::sync::Arc;

use tokio::net::TcpListener;

use super::changes::Inventory;
use super::plan::CheckedConfig;
use crate::config::Config;
use crate::domain::{Diagnostic, DiagnosticSeverity};
use crate::fetch::{Gate, Limits, Pacing};
use crate::ingest::Plan;
use crate::notify::console::Terminal;
use crate::notify::{self, Notifier};
use crate::{store, web};

/// What the loops of one configuration are made of, ready to be used.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) config: Config,
    pub(super) plan: Arc<Plan>,
    pub(super) gate: Arc<Gate>,
    pub(super) notifier: Arc<Notifier>,
    /// Where hubs reach us; bound by [`bind`](Self::bind).
    pub(super) listener: Option<Arc<TcpListener>>,
    pub(super) inventory: Inventory,
}

impl Prepared {
    /// Builds what `checked` needs. What did not change is taken over from `running`: the gate
    /// remembers how politely each host is to be asked.
    pub(super) fn new(
        checked: CheckedConfig,
        terminal: &Arc<Terminal>,
        running: Option<&Self>,
    ) -> anyhow::Result<Self> {
        let inventory = Inventory::new(&checked);
        let CheckedConfig { config, plan } = checked;
        let same_gate = |running: &&Self| {
            running.config.poll == config.poll
                && running.config.service.contact == config.service.contact
        };
        let gate = if let Some(running) = running.filter(same_gate) {
            Arc::clone(&running.gate)
        } else {
            let gate = build_gate(&config);
            Arc::new(match running {
                // Its requests may still be under way: hosts and memory are shared with them.
                Some(running) => gate.succeeding(&running.gate),
                None => gate,
            })
        };
        if let Some(websub) = &config.websub {
            gate.keep_off(websub.listen);
        }
        let notifier =
            Notifier::new(&config.channels, terminal).map_err(|errors| join_errors(&errors))?;
        let (plan, notifier) = (Arc::new(plan), Arc::new(notifier));
        Ok(Self { config, plan, gate, notifier, listener: None, inventory })
    }

    /// Opens the port hubs reach us at, unless `running` has it open already.
    pub(super) fn bind(&mut self, running: Option<&Self>) -> anyhow::Result<()> {
        let Some(websub) = &self.config.websub else { return Ok(()) };
        let running = running.and_then(|running| {
            let same = running.config.websub.as_ref()?.listen == websub.listen;
            running.listener.clone().filter(|_| same)
        });
        self.listener = Some(match running {
            Some(listener) => listener,
            None => Arc::new(web::listen(websub.listen)?),
        });
        Ok(())
    }
}

/// The gate with the limits the operator set.
fn build_gate(config: &Config) -> Gate {
    let limits = Limits {
        total: config.poll.timeout,
        body_bytes_max: usize::try_from(config.poll.body_bytes_max).unwrap_or(usize::MAX),
        ..Limits::default()
    };
    let pacing = Pacing { scope: config.poll.per_host_scope, gap: config.poll.per_host_gap };
    Gate::new(config.service.contact.as_deref(), limits).with_pacing(pacing)
}

/// What would keep a start from succeeding, beyond the text of the configuration: found without
/// opening a connection, a port or the store.
pub fn check_offline(config: &Config) -> Vec<Diagnostic> {
    let error = |problem: String, help: &str| Diagnostic {
        severity: DiagnosticSeverity::Error,
        at: None,
        problem,
        help: help.to_owned(),
    };
    let terminal = Arc::new(Terminal::new(Box::new(std::io::sink()), false));
    let unusable = Notifier::new(&config.channels, &terminal).err().unwrap_or_default();
    let mut found: Vec<Diagnostic> = unusable
        .iter()
        .map(|fault| error(fault.to_string(), "correct the channel's section"))
        .collect();
    let store = &config.store.path;
    let folder = store.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        let problem = format!(
            "the store {} cannot be made: {} is no folder",
            store.display(),
            folder.display()
        );
        found.push(error(problem, "make the folder, or correct `path` under `[store]`"));
    } else if store.is_dir() {
        let problem = format!("the store {} is a folder", store.display());
        found.push(error(problem, "write the path of a file as `path` under `[store]`"));
    }
    found
}

/// All channels that cannot be used in one line: the operator corrects them together.
fn join_errors(errors: &[notify::Error]) -> anyhow::Error {
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    anyhow::anyhow!("{}", errors.join("; "))
}

/// Whether an error is of the moment: the same attempt may succeed later with nothing changed.
pub fn is_passing(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(crate::config::is_passing)
            || cause.downcast_ref::<store::Error>().is_some_and(store::Error::is_passing)
    })
}

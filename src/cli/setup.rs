//! What the process was started with: the only reader of the environment. Finds and loads the
//! configuration.
use std::path::{Path, PathBuf};

use super::args::Common;
use super::fail::CommandError;
use super::screen::Screen;
use crate::app::{self, CheckedConfig};
use crate::config::{self, Config, Directories};
use crate::store::{Reader, Store};

/// Looked for in this order if none is named.
const CONFIGS: [&str; 3] =
    ["config/wirewatch.toml", "wirewatch.toml", "/etc/wirewatch/wirewatch.toml"];

/// Variables by which other programs are told of a proxy.
const PROXIES: [&str; 6] =
    ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// How this process was called.
#[derive(Clone, Debug)]
pub(super) struct Invocation {
    pub(super) screen: Screen,
    config: Option<PathBuf>,
    pub(super) log: Option<String>,
    /// Set by the service manager: credentials and state (systemd.exec(5)).
    credentials: Option<PathBuf>,
    state: Option<PathBuf>,
    /// Standard error goes to the journal, which dates and colours lines itself.
    pub(super) journal: bool,
    /// The name of a variable that sets a proxy, which we do not use.
    proxy: Option<&'static str>,
}

impl Invocation {
    /// Read once: no other part of the program looks at the environment.
    #[expect(clippy::disallowed_methods, reason = "only the command line reads the environment")]
    pub(super) fn from_process(common: &Common, screen: Screen) -> Self {
        let path = |name: &str| std::env::var_os(name).map(PathBuf::from);
        // systemd gives several state directories joined by `:`; the first is ours.
        let state = std::env::var("STATE_DIRECTORY").ok();
        Self {
            screen,
            config: common.config.clone(),
            log: common.log.clone(),
            credentials: path("CREDENTIALS_DIRECTORY"),
            state: state.and_then(|dirs| dirs.split(':').next().map(PathBuf::from)),
            journal: std::env::var_os("JOURNAL_STREAM").is_some(),
            proxy: PROXIES
                .into_iter()
                .find(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty())),
        }
    }

    /// The same process, with another configuration and a place of its own for state.
    pub(super) fn with_config(&self, config: PathBuf, state: PathBuf) -> Self {
        Self { config: Some(config), state: Some(state), ..self.clone() }
    }

    /// The one that was named, or the first of the usual places.
    pub(super) fn config_path(&self) -> Result<PathBuf, CommandError> {
        if let Some(path) = &self.config {
            return Ok(path.clone());
        }
        CONFIGS.iter().map(PathBuf::from).find(|path| path.exists()).ok_or_else(|| {
            let text = format!(
                "error: there is no configuration: none of {} exists\n\
                 help: `wirewatch init` writes a starter one, `wirewatch demo` needs none, \
                 `--config FILE` names another\n",
                CONFIGS.join(", ")
            );
            CommandError::Config { text, faults: 1 }
        })
    }

    /// Loads the configuration, or lists every fault in it.
    pub(super) fn load(&self) -> Result<Config, CommandError> {
        let path = self.config_path()?;
        config::load(&path, self.directories())
            .map_err(|invalid| CommandError::invalid(&invalid, self.screen))
    }

    /// Where systemd put credentials and state.
    pub(super) fn directories(&self) -> Directories<'_> {
        Directories { credentials: self.credentials.as_deref(), state: self.state.as_deref() }
    }

    /// Configuration errors go to standard error.
    pub(super) fn colours(&self) -> bool {
        self.screen.errors_coloured()
    }

    /// Loads the configuration and compiles its watchlist. Its warnings hold those of both.
    pub(super) fn check_config(&self) -> Result<CheckedConfig, CommandError> {
        let mut config = self.load()?;
        match app::compile(&config) {
            Ok((plan, warnings)) => {
                config.warnings.extend(warnings);
                Ok(CheckedConfig { config, plan })
            }
            Err(faults) => Err(CommandError::config(&config.sources, &faults, self.screen)),
        }
    }

    /// Logs what is doubtful in the configuration and in the environment of the process: whoever
    /// starts the daemon does not run `check` each time.
    pub(super) fn log_warnings(&self, config: &Config) {
        for warning in &config.warnings {
            let place =
                warning.at.as_ref().and_then(|at| Some((at, config.sources.line_and_column(at)?)));
            let place = place.map(|(at, (line, _))| format!("{}:{line}: ", at.file));
            let place = place.unwrap_or_default();
            tracing::warn!("{place}{}; {}", warning.problem, warning.help);
        }
        if let Some(name) = &self.proxy {
            tracing::warn!(
                "{name} is set in the environment and is not used: wirewatch connects directly, \
                 because a proxy would resolve names past the check for private addresses"
            );
        }
    }

    /// The store of the configuration, for a command that only reads.
    pub(super) fn reader(&self) -> Result<(Config, Reader), CommandError> {
        let config = self.load()?;
        let reader = Reader::open(&config.store.path)?;
        Ok((config, reader))
    }

    /// The store of the configuration, for a command that writes.
    pub(super) fn store(&self) -> Result<(Config, Store), CommandError> {
        let config = self.load()?;
        let store = Store::open_existing(&config.store.path)?;
        Ok((config, store))
    }
}

/// A runtime for one command.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, CommandError> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// A path for people.
pub(super) fn path_text(path: &Path) -> String {
    path.display().to_string()
}

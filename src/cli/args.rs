//! What can be asked on the command line. The help, the man page and the completions come from here.
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// The news-monitoring daemon: polls feeds, matches your watchlist, tells you each story once.
#[derive(Debug, Parser)]
#[command(name = "wirewatch", version, max_term_width = 100, after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
    #[command(flatten)]
    pub(super) common: Common,
}

/// Shown below the commands of `--help`.
const EXAMPLES: &str = "\
Examples:
  wirewatch demo                       see alerts arrive, with no network and no configuration
  wirewatch init --dir ~/wire          write a starter configuration
  wirewatch check                      find every fault in it, offline
  wirewatch run                        watch until stopped
  wirewatch match --watchlist config/watchlist.toml article.txt

Exit codes: 0 good, 1 failed, 64 usage, 65 bad input, 69 service unavailable,
75 store in use (try again), 78 bad configuration.";

// What every command takes. No doc comment: clap would show it as what the program is for.
#[derive(Clone, Debug, Args)]
pub(super) struct Common {
    /// The configuration file [default: config/wirewatch.toml, wirewatch.toml or
    /// /etc/wirewatch/wirewatch.toml, the first that exists]
    #[arg(long, short, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// When to colour output
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Colour,
    /// What to log, in tracing's filter language [default: info for run, warn otherwise]
    #[arg(long, global = true, value_name = "FILTER")]
    pub(super) log: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Watch until stopped: poll, match, deliver
    Run,
    /// Poll every feed once, deliver what is due, and say what came of it
    Once {
        /// Print the figures as JSON
        #[arg(long)]
        json: bool,
    },
    /// Check the configuration and the watchlist offline; every fault at once
    Check {
        /// Print the faults as JSON
        #[arg(long)]
        json: bool,
    },
    /// Read feed documents and show what is in them
    Parse {
        /// Print each document as one JSON object
        #[arg(long)]
        json: bool,
        /// Files, or `-` for standard input; gzip is undone
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Read the article of a web page: its text without navigation, teasers and comments
    Extract {
        /// Print title, authors, date, address, language and text as one JSON object
        #[arg(long)]
        json: bool,
        /// A file (`-` for standard input; gzip is undone), or an address to ask
        #[arg(value_name = "FILE|URL")]
        what: String,
    },
    /// Match texts against a watchlist and show why each watch fired
    Match(Match),
    /// Show what each term finds: its other spellings, and its forms by language
    Terms {
        /// The watchlist [default: the configuration's]
        #[arg(long, value_name = "FILE")]
        watchlist: Option<PathBuf>,
        /// Print as JSON, with every form
        #[arg(long)]
        json: bool,
        /// Only terms with one of these words in them
        #[arg(value_name = "WORD")]
        words: Vec<String>,
    },
    /// Tell copies of one text from new texts
    Dedupe {
        /// Read JSON lines {"id","source","published","title","text"}, write one JSON line for each
        #[arg(long, required = true)]
        jsonl: bool,
        /// Files, or `-` for standard input
        #[arg(value_name = "FILE", default_value = "-")]
        files: Vec<PathBuf>,
    },
    /// Walk an article through every stage and name the one that stopped it
    Explain {
        /// The article's address, or a text file as for `match`
        #[arg(value_name = "URL|FILE")]
        what: String,
    },
    /// Try a watchlist on the stored articles, beside today's
    Backtest {
        /// How far back: 36h, 7d, 2w
        #[arg(long, default_value = "7d", value_name = "SPAN")]
        since: String,
        /// The watchlist to try [default: today's]
        #[arg(long, value_name = "FILE")]
        watchlist: Option<PathBuf>,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Look at the alerts, and say what they were worth
    #[command(subcommand)]
    Alerts(Alerts),
    /// Look at what was taken for one story; split and merge by hand
    #[command(subcommand)]
    Stories(Stories),
    /// Show how the watch goes: feeds, alerts, outbox
    Status {
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Write a starter configuration
    Init {
        /// Where to
        #[arg(long, default_value = "config", value_name = "DIR")]
        dir: PathBuf,
        /// Replace files that are there
        #[arg(long)]
        force: bool,
    },
    /// Look at the feeds
    #[command(subcommand)]
    Feeds(Feeds),
    /// Look at the outbox, retry or drop what is in it
    #[command(subcommand)]
    Outbox(Outbox),
    /// Work with the channels
    #[command(subcommand)]
    Channels(Channels),
    /// Show alerts arriving, on a made-up wire on this machine: no network, no configuration
    Demo {
        /// Stop after this many seconds
        #[arg(long, default_value_t = 15, value_name = "SECONDS")]
        seconds: u64,
    },
    /// Print a completion script
    Completions { shell: clap_complete::Shell },
    /// Print the manual page
    Man,
}

#[derive(Debug, Args)]
pub(super) struct Match {
    /// The watchlist [default: the configuration's]
    #[arg(long, value_name = "FILE")]
    pub(super) watchlist: Option<PathBuf>,
    /// Read JSON lines {"id","title","summary","content","url","source","language"}, write one
    /// JSON line for each watch that fires
    #[arg(long)]
    pub(super) jsonl: bool,
    /// Print what fired as one JSON object a file
    #[arg(long, conflicts_with = "jsonl")]
    pub(super) json: bool,
    /// Text files (the first line is the title), or `-` for standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub(super) files: Vec<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Feeds {
    /// List the feeds with their state
    List {
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show how feeds stand: since when and why, coverage of the last 7 days, what to do
    Status {
        /// Only these
        #[arg(value_name = "NAME")]
        names: Vec<String>,
        /// Print each feed as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Find the feeds of a site
    Discover {
        /// The site's address, or a page's
        url: String,
        /// Look at the usual places and the news sitemaps even if the page names feeds
        #[arg(long)]
        everywhere: bool,
        /// A network outside the public internet the site may be in, such as 10.1.2.0/24
        #[arg(long, value_name = "NETWORK")]
        allow_private: Vec<String>,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Add a site's feed to the configuration
    Add(Add),
    /// Add the feeds of an OPML list, as other readers export them
    Import {
        /// The list, or `-` for standard input
        list: PathBuf,
        /// Say what would be added, and add nothing
        #[arg(long)]
        dry_run: bool,
        /// Into this file of the configuration [default: the one that holds the most feeds]
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Print the feeds as an OPML list for other readers
    Export,
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// The feed's address, or that of its site
    pub(super) url: String,
    /// Its name [default: made from its title or address]
    #[arg(long)]
    pub(super) name: Option<String>,
    /// Read it this often, whatever is learned of its habits: 10m, 2h
    #[arg(long, value_name = "SPAN")]
    pub(super) every: Option<String>,
    /// A group it belongs to
    #[arg(long = "tag", value_name = "TAG")]
    pub(super) tags: Vec<String>,
    /// A network outside the public internet it may be in, such as 10.1.2.0/24
    #[arg(long, value_name = "NETWORK")]
    pub(super) allow_private: Vec<String>,
    /// To this file of the configuration [default: the one that holds the most feeds]
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// Take the address as it is, without asking it
    #[arg(long)]
    pub(super) unchecked: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Outbox {
    /// List messages that wait or are dead
    List {
        /// Only these: pending, dead, delivered or dropped
        #[arg(long)]
        state: Option<State>,
        /// At most this many
        #[arg(long, default_value_t = 100, value_name = "N")]
        most: u32,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Make messages due at once, dead ones included, and wake their channel
    Retry(Which),
    /// Put messages aside for good
    Drop(Which),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum State {
    Pending,
    Dead,
    Delivered,
    Dropped,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(super) struct Which {
    /// The message's id, from `outbox list`
    #[arg(value_name = "ID", conflicts_with_all = ["dead", "pending", "all"])]
    pub(super) id: Option<String>,
    /// Every dead message
    #[arg(long)]
    pub(super) dead: bool,
    /// Every pending message
    #[arg(long, conflicts_with = "dead")]
    pub(super) pending: bool,
    /// Every message that waits or is dead
    #[arg(long, conflicts_with_all = ["dead", "pending"])]
    pub(super) all: bool,
    /// Only of this channel
    #[arg(long, value_name = "NAME", conflicts_with = "id")]
    pub(super) channel: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Alerts {
    /// List the latest alerts
    List {
        /// At most this many
        #[arg(long, default_value_t = 20, value_name = "N")]
        most: u32,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one alert: every attached copy and why, updates, and how far its messages came
    Show {
        /// From `alerts list`
        id: String,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// These were worth it
    Ack {
        /// From `alerts list`
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
    /// These were noise
    Noise {
        /// From `alerts list`
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
    /// Precision by watch and by term, from what was said of them
    Report {
        /// Over this many of the latest alerts
        #[arg(long, default_value_t = 10_000, value_name = "N")]
        most: u32,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Stories {
    /// List the latest stories somebody was told of
    List {
        /// At most this many
        #[arg(long, default_value_t = 20, value_name = "N")]
        most: u32,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a story: every article and why it is there, alerts, updates, messages
    Show {
        /// From `stories list`, e.g. s42
        story: String,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// List what was silent, the least certain first
    Review {
        /// Look back so many hours
        #[arg(long, default_value_t = 24, value_name = "HOURS")]
        hours: u64,
        /// At most this many
        #[arg(long, default_value_t = 50, value_name = "N")]
        most: u32,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Give an article a story of its own, for good; nobody is told again
    Split {
        /// From `stories show`, e.g. a97
        article: String,
    },
    /// Put all of a story into another, later copies included; nobody is told again
    Merge {
        /// The story that stays
        into: String,
        /// The story that becomes part of it
        from: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Channels {
    /// Send a test alert through a channel, the way real ones go
    Test {
        /// The channel's name; every channel if none is given
        name: Option<String>,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
}

//! The nouns, and nothing that acts: every floor above speaks in these.

mod address;
mod alert;
mod article;
mod channel;
mod clock;
mod coverage;
mod diagnostic;
mod entry;
mod feed;
mod finding;
mod heartbeat;
mod masking;
mod message;
mod name;
mod page_rules;
mod secret;
mod timestamp;
mod watch;

pub use address::{Network, special_host_name, special_range, unwrapped};
pub use alert::{Alert, AlertId, AlertKind, DeliveryId, MessageId, Snippet, Spread};
pub use article::{Article, ArticleId, Key, KeyKind, StoryId, Verdict};
pub use channel::{Channel, ChannelKind, Email, Outcome, PauseCause, SmtpTls, Webhook};
pub use clock::{Clock, ClockStep};
pub use coverage::{Coverage, FeedCondition, Gap, GapKind, Outage, OutageKind};
pub use diagnostic::{Diagnostic, DiagnosticSeverity, SourceSpan, Spanned};
pub use entry::{Dated, Document, Entry, Format};
pub use feed::{Backlog, Feed, FullText, Scope, Validators};
pub use finding::{Field, Finding, Hit};
pub use heartbeat::Heartbeat;
pub use masking::masked_url;
pub use message::{Attached, Change, Message, Notice, NoticeKind, Update};
pub use name::Name;
pub use page_rules::{PageRules, Pattern, Wrapper};
pub use secret::Secret;
pub use timestamp::Timestamp;
pub use watch::{Severity, StoryRules, TermSet, Terms, UpdateTrigger, Watch, WeightedTerm};

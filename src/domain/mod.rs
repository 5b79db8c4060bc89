//! The nouns, and nothing that acts: every floor above speaks in these.

mod address;
mod alert;
mod article;
mod channel;
mod clock;
mod complaint;
mod entry;
mod feed;
mod finding;
mod letter;
mod moment;
mod page;
mod pulse;
mod standing;
mod watch;

pub use address::{Network, contains, misnamed, special, unwrapped};
pub use alert::{Alert, AlertId, AlertKind, DeliveryId, LetterId, Snippet, Spread};
pub use article::{Article, ArticleId, Key, KeyKind, StoryId, Verdict};
pub use channel::{Channel, ChannelKind, Email, Outcome, Secret, SmtpTls, Webhook};
pub use clock::Clock;
pub use complaint::{Complaint, Place, Weight, Written};
pub use entry::{Dated, Document, Entry, Format};
pub use feed::{Backlog, Feed, FullText, Name, Scope, Validators};
pub use finding::{Field, Finding, Hit};
pub use letter::{Attached, Change, Letter, Notice, NoticeKind, Update};
pub use moment::Moment;
pub use page::{PageRules, Pattern, Wrapper};
pub use pulse::Pulse;
pub use standing::{Coverage, FeedWord, Gap, GapKind, Outage, OutageKind};
pub use watch::{Occasion, Severity, Telling, TermSet, Terms, Watch, Weighed};

//! One item of a poll, entered: known or unknown, new, a follow-up or a copy, and of which story.
use rusqlite::{OptionalExtension, params};

use super::lookup;
use super::poll_commit::{PollCommit, StoredRef};
use super::row::signed;
use super::text_index::incoming;
use super::updates::StoryChange;
use crate::domain::{AlertKind, Article, ArticleId, Key, Verdict};
use crate::store::Candidate;
use crate::store::error::{Doing, Error};
use crate::stories::decide;
use crate::stories::judgement::Relation;
use crate::stories::search::Prepared;

/// What an article is to what was told.
struct Judged {
    verdict: Verdict,
    /// What to remember it by; absent if no watch fired.
    ready: Option<Prepared>,
    /// What a follow-up adds, in its own words.
    adds: Option<String>,
}

/// Where an article was put.
pub(super) struct PlacedArticle {
    /// Its place.
    pub(super) placed: StoredRef,
    /// What a follow-up adds, in its own words.
    pub(super) adds: Option<String>,
}

impl PollCommit<'_> {
    pub(super) fn add_candidate(&mut self, candidate: &Candidate) -> Result<(), Error> {
        let Some(identity) = candidate.article.keys.first() else {
            // `ingest` gives every article a key; one without could never be recognised again.
            return Err(Error::Broken {
                doing: "entering an article",
                why: "it has no identity".to_owned(),
            });
        };
        match lookup::article_by_key(self, identity.hash)? {
            Some(article) => self.update_known(article, identity.hash, candidate),
            None => self.add_unknown(identity.hash, candidate),
        }
    }

    /// An item the feed has carried before: back in the window, or with another text.
    fn update_known(
        &mut self,
        article: i64,
        identity: u64,
        candidate: &Candidate,
    ) -> Result<(), Error> {
        let fresh = &candidate.article;
        self.remember_keys(article, &fresh.keys, false)?;
        let stored: Option<(i64, i64)> = self
            .db
            .prepare_cached("SELECT revision, story FROM article WHERE id = ?1")
            .and_then(|mut select| {
                select.query_row([article], |row| Ok((row.get(0)?, row.get(1)?))).optional()
            })
            .doing("reading an article")?;
        // A swept article is known by its keys alone.
        let Some((revision, story)) = stored else { return Ok(()) };
        if revision == signed(fresh.revision) {
            return Ok(());
        }
        self.counts.revised += 1;
        let kind = AlertKind::Revised;
        let mut placed = StoredRef { article, story, kind, follow_up: false, identity };
        let told = !candidate.fired.is_empty();
        let relation = self.relation_to_itself(placed, candidate)?;
        let reused =
            lookup::is_id_reused(self, article, fresh)? || relation == Some(Relation::Other);
        let mut news = StoryChange { correction: self.correction(article, fresh)?, adds: None };
        if reused {
            PlacedArticle { placed, adds: news.adds } = self.record_reissue(placed, candidate)?;
        } else if told && lookup::may_join(self, placed, false)? {
            PlacedArticle { placed, adds: news.adds } = self.joined(placed, candidate)?;
        } else if relation == Some(Relation::FollowUp) {
            placed.follow_up = true;
            news.adds = lookup::addition_to(self, fresh, ArticleId(article))?;
        }
        self.update_article(placed, reused, fresh)?;
        if told {
            self.replace_text(article, fresh)?;
        }
        for fired in &candidate.fired {
            self.decide_alert(placed, fresh, fired)?;
        }
        self.follow_story(placed, candidate, news)?;
        self.want_page(article, candidate, false)
    }

    /// What an item that watches were told of says now, to what it said, if it is dated anew: its
    /// publisher uses the id for the next thing. `None` if that is not known.
    fn relation_to_itself(
        &self,
        placed: StoredRef,
        candidate: &Candidate,
    ) -> Result<Option<Relation>, Error> {
        let fresh = &candidate.article;
        let told = ArticleId(placed.article);
        if candidate.fired.is_empty() || !lookup::is_dated_anew(self, fresh, told)? {
            return Ok(None);
        }
        lookup::relation_to(self, fresh, told)
    }

    /// The publisher gave a used id to another story: news like any other, or a copy of some.
    fn record_reissue(
        &mut self,
        placed: StoredRef,
        candidate: &Candidate,
    ) -> Result<PlacedArticle, Error> {
        let itself = |id: ArticleId, _story| id.0 == placed.article;
        let Judged { verdict, adds, .. } = self.judge_by_text(Verdict::New, candidate, itself)?;
        let (story, kind) = match verdict.matched_article() {
            None => (self.open_story()?, AlertKind::New),
            Some(original) => (lookup::story_of(self, original)?, AlertKind::Copy),
        };
        lookup::move_to_story(self, placed, story, verdict)?;
        let identity = placed.identity ^ candidate.article.revision;
        let follow_up = is_follow_up(verdict);
        let placed = StoredRef { story, kind, follow_up, identity, ..placed };
        Ok(PlacedArticle { placed, adds })
    }

    /// A known item whose text may now be of another story: then the two are one, and what was told
    /// of either was told of both.
    pub(super) fn joined(
        &mut self,
        placed: StoredRef,
        candidate: &Candidate,
    ) -> Result<PlacedArticle, Error> {
        let within = |_id, story| story == placed.story;
        let Judged { verdict, adds, .. } = self.judge_by_text(Verdict::New, candidate, within)?;
        let Some(original) = verdict.matched_article() else {
            return Ok(PlacedArticle { placed, adds: None });
        };
        let story = lookup::story_of(self, original)?;
        lookup::join_story(self, placed, story, verdict)?;
        let follow_up = is_follow_up(verdict);
        let placed = StoredRef { story, kind: AlertKind::Copy, follow_up, ..placed };
        Ok(PlacedArticle { placed, adds })
    }

    /// Remembers a stored article by the text it has now: it was rewritten or read in full. A
    /// silent copy is not remembered.
    pub(super) fn replace_text(&mut self, article: i64, fresh: &Article) -> Result<(), Error> {
        if !lookup::is_told(self, article)? {
            return Ok(());
        }
        let opened = lookup::is_first_alerted(self, article)?;
        let item = incoming(self.name.as_str(), fresh);
        let ready = self.texts.prepare(self.db, &item, self.polled_at)?;
        self.texts.add(ArticleId(article), self.polled_at, &ready, opened);
        Ok(())
    }

    fn add_unknown(&mut self, identity: u64, candidate: &Candidate) -> Result<(), Error> {
        let fresh = &candidate.article;
        let known = lookup::find_known(self, fresh)?;
        let verdict = decide::verdict_by_keys(fresh, candidate.setting, &known);
        let Judged { verdict, ready, adds } =
            self.judge_by_text(verdict, candidate, |_, _| false)?;
        let (story, kind) = match verdict.matched_article() {
            None => (self.open_story()?, AlertKind::New),
            Some(original) => (lookup::story_of(self, original)?, AlertKind::Copy),
        };
        let article = self.insert_article(fresh, story, identity, verdict)?;
        let opened = verdict == Verdict::New;
        self.remember_keys(article, &fresh.keys, opened)?;
        let follow_up = is_follow_up(verdict);
        if let Some(ready) = ready.filter(|_| opened || follow_up) {
            self.texts.add(ArticleId(article), self.polled_at, &ready, opened);
        }
        if opened {
            self.counts.new += 1;
        } else {
            self.counts.copies += 1;
        }
        let placed = StoredRef { article, story, kind, follow_up, identity };
        for fired in &candidate.fired {
            self.decide_alert(placed, fresh, fired)?;
        }
        if !opened {
            self.follow_story(placed, candidate, StoryChange { correction: None, adds })?;
        }
        self.want_page(article, candidate, opened)
    }

    /// Asks the texts, if a watch fired and the keys knew nothing. `passed_over`: as in [`super::text_index::TextIndex::find`].
    fn judge_by_text(
        &mut self,
        verdict: Verdict,
        candidate: &Candidate,
        passed_over: impl Fn(ArticleId, i64) -> bool,
    ) -> Result<Judged, Error> {
        if candidate.fired.is_empty() {
            return Ok(Judged { verdict, ready: None, adds: None });
        }
        let item = incoming(self.name.as_str(), &candidate.article);
        let (ready, found) = self.texts.find(self.db, &item, passed_over, self.polled_at)?;
        match (verdict, found) {
            (Verdict::New, Some(found)) => Ok(Judged {
                verdict: decide::verdict_by_text(&found),
                ready: Some(ready),
                adds: found.adds,
            }),
            _ => Ok(Judged { verdict, ready: Some(ready), adds: None }),
        }
    }

    pub(super) fn open_story(&mut self) -> Result<i64, Error> {
        self.added.stories += 1;
        self.db
            .prepare_cached("INSERT INTO story (opened_at) VALUES (?1)")
            .and_then(|mut insert| insert.insert([self.polled_at.0]))
            .doing("opening a story")
    }

    fn insert_article(
        &mut self,
        fresh: &Article,
        story: i64,
        identity: u64,
        verdict: Verdict,
    ) -> Result<i64, Error> {
        let list = |items: &[String]| {
            (!items.is_empty()).then(|| serde_json::to_string(items).unwrap_or_default())
        };
        *self.added.articles.entry(verdict.reason()).or_default() += 1;
        self.db
            .prepare_cached(
                "INSERT INTO article (feed, story, reason, copy_of, first_seen, published,
                    published_raw, identity, revision, url, canonical, title, summary, content,
                    authors, tags, language, similarity)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                    ?17, ?18)",
            )
            .and_then(|mut insert| {
                insert.insert(params![
                    self.feed.0,
                    story,
                    verdict.reason(),
                    verdict.matched_article().map(|original| original.0),
                    self.polled_at.0,
                    fresh.published.map(|at| at.0),
                    fresh.published_raw,
                    signed(identity),
                    signed(fresh.revision),
                    fresh.url,
                    fresh.canonical.as_deref().map(lookup::url_hash),
                    fresh.title,
                    fresh.summary,
                    fresh.content,
                    list(&fresh.authors),
                    list(&fresh.tags),
                    fresh.language,
                    verdict.similarity()
                ])
            })
            .doing("storing an article")
    }

    /// Stores what the feed says now. The longer text that its page gave is what the story is known
    /// by, and stays until the page is read again; not if the id carries another story.
    fn update_article(
        &self,
        placed: StoredRef,
        reused: bool,
        fresh: &Article,
    ) -> Result<(), Error> {
        self.db
            .prepare_cached(
                "UPDATE article SET revision = ?1, revised_at = ?2, title = ?3, summary = ?4,
                    content = CASE WHEN NOT ?10 AND length(?5) < length(content)
                        AND id IN (SELECT article FROM page WHERE characters = length(content))
                        THEN content ELSE ?5 END,
                    url = ?6, canonical = ?7, story = ?8 WHERE id = ?9",
            )
            .and_then(|mut update| {
                update.execute(params![
                    signed(fresh.revision),
                    self.polled_at.0,
                    fresh.title,
                    fresh.summary,
                    fresh.content,
                    fresh.url,
                    fresh.canonical.as_deref().map(lookup::url_hash),
                    placed.story,
                    placed.article,
                    reused
                ])
            })
            .doing("storing a revision")?;
        Ok(())
    }

    /// Every key the article can be recognised by; the first is its identity. `opened`: the
    /// article opened a story.
    fn remember_keys(&mut self, article: i64, keys: &[Key], opened: bool) -> Result<(), Error> {
        if let Some(known) = &mut self.all_keys {
            known.extend(keys.iter().map(|key| key.hash));
        }
        let mut upsert = self
            .db
            .prepare_cached(
                "INSERT INTO seen (feed, hash, kind, role, article, stories)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (feed, hash) DO UPDATE SET gone_at = NULL,
                    role = min(role, excluded.role), stories = stories + excluded.stories
                    WHERE gone_at IS NOT NULL OR role > excluded.role OR excluded.stories > 0",
            )
            .doing("remembering keys")?;
        for (place, key) in keys.iter().enumerate() {
            let role = i64::from(place > 0);
            let kind = key.kind as i64;
            upsert
                .execute(params![self.feed.0, signed(key.hash), kind, role, article, opened])
                .doing("remembering keys")?;
        }
        Ok(())
    }
}

fn is_follow_up(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::FollowUp { .. })
}

"""Turns lists of lemmas with their forms into paradigms, and completes the lists.

A paradigm is a tuple of stems. A stem is (letters cut from the lemma, letters added instead,
endings). The endings are a sorted tuple of strings.
"""
import collections
import os

STEMS_MAX = 6
STRIP_MAX = 4
SCANTY = 4
USUAL_MAX = 40
# Ends the paradigm of a headword that is the plural of a lemma: a stem without endings.
PLURAL = ("", "", ())


def common_prefix(words):
    return os.path.commonprefix(list(words))


def split(lemma, forms):
    """The stems of all forms: [(stem, endings)], few and long."""
    prefix = common_prefix(forms)
    least = max(2, len(lemma) - STRIP_MAX)
    if len(forms) == 1 or len(prefix) >= min(least, len(lemma)):
        return [(prefix, tuple(sorted(form[len(prefix):] for form in forms)))]
    groups = collections.defaultdict(set)
    for form in forms:
        groups[form[: len(prefix) + 1]].add(form)
    return [stem for key in sorted(groups) for stem in split(lemma, groups[key])]


def paradigm(lemma, forms):
    """The paradigm of a lemma. None: it has too many stems."""
    stems = split(lemma, forms)
    if len(stems) > STEMS_MAX or any(len(stem) < 2 for stem, _ in stems):
        return None
    entries = []
    for stem, endings in stems:
        kept = len(common_prefix((lemma, stem)))
        entries.append((lemma[kept:], stem[kept:], endings))
    return tuple(entries)


def apply(lemma, entries):
    """The forms of a lemma. None: the paradigm does not fit the end of this lemma."""
    forms = set()
    for cut, added, endings in entries:
        if not lemma.endswith(cut) or len(lemma) - len(cut) + len(added) < 2:
            return None
        stem = lemma[: len(lemma) - len(cut)] + added
        forms.update(stem + ending for ending in endings)
    return forms


def as_paradigms(words):
    """{word: paradigm} of {word: forms}, without the words that have too many stems."""
    return {word: entries for word, forms in words.items() if (entries := paradigm(word, forms))}


def plural_paradigms(heads):
    """As `as_paradigms`, for headwords that are plurals."""
    return {word: entries + (PLURAL,) for word, entries in as_paradigms(heads).items()}


def rules(lemma, forms):
    """Each form as (letters cut, letters added)."""
    found = set()
    for form in forms:
        kept = len(common_prefix((lemma, form)))
        found.add((lemma[kept:], form[kept:]))
    return frozenset(found)


def fits(lemma, rule_set):
    return all(lemma.endswith(cut) and len(lemma) - len(cut) + len(added) > 1 for cut, added in rule_set)


def expand(lemma, rule_set):
    return {lemma[: len(lemma) - len(cut)] + added for cut, added in rule_set}


def complete(lemmas, near, support=8, share=0.2):
    """Fills the gaps of a list. A lemma whose forms are a part of what is common among lemmas with
    the same ending gets the common set. `share`: how rare its own set must be against the common
    one. `near`: the part of its forms that the common set must cover. In a language with many
    forms a lemma with hardly any is left out, so that its forms are guessed."""
    own = {lemma: rules(lemma, forms | {lemma}) for lemma, forms in lemmas.items()}
    counts = {n: collections.defaultdict(collections.Counter) for n in (4, 3, 2, 1)}
    for lemma, rule_set in own.items():
        if len(rule_set) > 1:
            for n in counts:
                counts[n][lemma[-n:]][rule_set] += 1
    common = {n: {end: usual(sets, support) for end, sets in counts[n].items()} for n in counts}
    sizes = sorted(map(len, own.values()))
    rich = sizes[len(sizes) * 2 // 3] > SCANTY
    done = {}
    for lemma, rule_set in own.items():
        chosen = best(lemma, rule_set, common, share, near)
        if chosen or not (rich and len(rule_set) <= SCANTY):
            done[lemma] = expand(lemma, chosen or rule_set)
    return done


def usual(sets, support):
    """{rules: count} of the sets that many lemmas share, the commonest first."""
    return {rule_set: n for rule_set, n in sets.most_common(USUAL_MAX) if n >= support}


def best(lemma, own, common, share, near):
    """The set of rules of a lemma: its own if that is usual, otherwise the usual set that has the
    most of it. None: no usual set will do."""
    for n, by_ending in common.items():
        sets = by_ending.get(lemma[-n:])
        if not sets:
            continue
        if sets.get(own, 0) >= share * next(iter(sets.values())):
            return own
        shared = [(len(other & own), count, other) for other, count in sets.items() if len(other) >= len(own)]
        for least in (1.0, near):
            good = [(count * part, len(other), sorted(other)) for part, count, other in shared if part >= least * len(own) and fits(lemma, other)]
            if good and (least == 1.0 or len(own) > SCANTY):
                return frozenset(max(good)[2])
    return None

"""Makes the files *.forms: `python3 make.py LANGUAGE ...`. `packages.txt` names what must be
unpacked in the folder WORD_FORMS_SOURCES before."""
import collections
import os
import random
import re
import sys
import tempfile
import time

import trie
from fold import fold
from languages import COMPLETE, COMPOUNDS, EXACT, FORMS_MAX, INCOMPLETE, KNOWN, LISTS, MADE, PLURALS, RULES, RULES_ALONE
from paradigms import STEMS_MAX, apply, as_paradigms, common_prefix, complete, plural_paradigms
from reader import Reader

HERE = os.path.dirname(os.path.abspath(__file__))
# A letter in fewer words than one of this many is foreign to the language.
FOREIGN_LETTER = 5000
STEM_CHARS_MIN = 3
# The part of the forms of a lemma that a usual set must have to stand for them all.
NEAR = 0.75
# A form that begins unlike its lemma and is so much longer has a prefix.
PREFIX = 3
# A new name is more likely to inflect like a name.
NAME_WEIGHT = 5
# Where more lemmas have a capital, all nouns have one.
NAMES_SHARE_MAX = 0.4


def folded(lists):
    """The lists with all words folded; lemmas that fold to the same word are one. And the names
    among the lemmas, where names are what has a capital."""
    words = collections.defaultdict(set)
    names = set()
    for lemma, forms in lists.items():
        key = fold(lemma)
        words[key].update(map(fold, forms))
        words[key].add(key)
        if lemma[:1].isupper():
            names.add(key)
    count = collections.Counter(letter for word in words for letter in set(word))
    letters = {c for c, n in count.items() if n >= max(3, len(words) // FOREIGN_LETTER) and c.isalpha() and fold(c) == c}
    letters.add("'")
    kept = {
        word: {form for form in forms if letters.issuperset(form) and is_alike(word, form)}
        for word, forms in words.items()
        if len(word) > 1 and letters.issuperset(word)
    }
    return kept, names if len(names) < NAMES_SHARE_MAX * len(words) else set()


def is_alike(lemma, form):
    """Not a superlative with a prefix, and no slip of the pen: lists have forms that begin with the
    wrong letter, or with one of another script."""
    if len(form) < 2 or script(form[0]) != script(form[-1]):
        return False
    return form[0] == lemma[0] or len(form) < len(lemma) + PREFIX


def script(letter):
    return "Latin" if letter < "\u0250" else "other"


def plurals(language, done, simple):
    """The forms of plurals that belong to one lemma only, which are headwords too. Irregular ones may be lemmas as well: `men` is in the list with the plural `mens`. Plurals of compounds
    are not needed: their last parts decide. `simple`: the stems that are no compounds."""
    pattern = re.compile(PLURALS.get(language, "$^"))
    owner = collections.Counter(form for forms in done.values() if len(forms) > 1 for form in forms)
    heads = {}
    for lemma, forms in done.items():
        if len(forms) > FORMS_MAX.get(language, 99) or simple and common_prefix(forms) not in simple:
            continue
        for form in forms - {lemma}:
            if form not in done and owner[form] == 1 and len(form) <= len(lemma) + 3 and pattern.search(form):
                heads[form] = forms
            elif language in EXACT and form[-1] != "s":
                heads[form] = forms | done.get(form, set())
    return heads


def simple_stems(words, links):
    """The stems that are no compounds of shorter ones, and the endings that many words have."""
    stems, uses = set(), collections.Counter()
    for word, entries in words.items():
        for cut, added, endings in entries:
            stems.add(word[: len(word) - len(cut)] + added)
            uses.update(endings)
    common = tuple(sorted(e for e, n in uses.items() if n >= max(20, len(words) / 500)))
    kept = set()

    def is_part(text):
        return text in kept or any(text.endswith(k) and text[: -len(k)] in kept for k in links)

    for stem in sorted(stems, key=lambda stem: (len(stem), stem)):
        splits = range(STEM_CHARS_MIN + 1, len(stem) - STEM_CHARS_MIN)
        if len(stem) >= STEM_CHARS_MIN and not any(stem[i:] in kept and is_part(stem[:i]) for i in splits):
            kept.add(stem)
    return kept, common


def add_guesses(language, done, names):
    """Adds to the forms of names those that would be guessed: the lists lack many."""
    words = as_paradigms(done)
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, language)
        trie.write(file, words, {word: NAME_WEIGHT if word in names else 1 for word in words})
        reader = Reader(file)
    for name in names & done.keys():
        done[name] = done[name] | reader.forms(name, listed=False)


def listed(language, words):
    """Those of the words that are in a list, and not made to show a rule."""
    made = MADE[language]() if language in MADE else ()
    return () if language in RULES_ALONE else [word for word in words if word not in made]


def make(language):
    weights, known, common, general, stem_bits = None, (), (), (), trie.STEM_BITS
    if language in RULES:
        words = {word: entries[:STEMS_MAX] for word, entries in RULES[language]().items()}
        general = set(MADE[language]().values()) if language in MADE else ()
    else:
        lists, names = folded(LISTS[language]())
        done = lists if language in EXACT else complete(lists, near=1.0 if language in COMPLETE else NEAR)
        if language in INCOMPLETE:
            add_guesses(language, done, names)
        words = as_paradigms(done)
        weights = {word: NAME_WEIGHT if word in names else 1 for word in done}
    if language in COMPOUNDS:
        known, common = simple_stems(words, COMPOUNDS[language])
    if language in KNOWN:
        known, common, stem_bits = KNOWN[language](), ("",), trie.WHOLE_WORD_BITS
    if language not in RULES:
        words |= plural_paradigms(plurals(language, done, known))
    file = os.path.join(HERE, f"{language}.forms")
    sizes = trie.write(file, words, weights, known, common, general, listed(language, words), stem_bits)
    reader = Reader(file)
    sample = random.Random(1).sample(sorted(words), min(2000, len(words)))
    exact = sum(reader.forms(word) == apply(word, words[word]) for word in sample) / len(sample)
    print(f"{language}: {len(words)} words, {len(set(words.values()))} paradigms, {sum(sizes)} bytes {sizes}, {exact:.4f} exact", flush=True)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        start = time.time()
        make(name)
        print(f"  {time.time() - start:.0f} s", flush=True)

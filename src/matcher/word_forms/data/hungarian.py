"""Hungarian nouns by rule. The stems come from a list of forms, the endings from vowel harmony.

Folding makes a and á, e and é, o ö ő, u ü ű one letter each, so most changes of vowels vanish."""
import functools
import re

from fold import fold
from paradigms import common_prefix, paradigm

PLACES = {"a": "ban bol ba hoz tol nal nak ra rol", "e": "ben bol be hez hoz tol nel nek re rol"}
INVARIANT = "ert ig kent kor ul"
PERSONS = ("m", "d", "nk", "tok", "tek", "k")


def cases(stem, vowel, linked):
    """A stem with all case endings. `vowel`: a or e. `linked`: the vowels before -t."""
    forms = {stem} | {stem + ending for ending in (PLACES[vowel] + " " + INVARIANT).split()}
    forms |= {stem + link + "t" for link in linked}
    forms |= {stem + link + "n" for link in ("", "o", "e") if link or stem[-1] in "aeiou"}
    forms |= {assimilated(stem) + vowel + ending for ending in ("l", "")}
    return forms


def assimilated(stem):
    """-val and -vá double the last consonant: Trumppal, Orbánnal, késsel, ésszel."""
    if stem[-1] in "aeiou":
        return stem + "v"
    digraph = re.search(r"(sz|zs|cs|gy|ly|ny|ty)$", stem)
    if digraph:
        return stem[:-2] + digraph.group()[0] + digraph.group()
    return stem + stem[-1]


def owned(stem, vowel):
    """The forms with a possessor: my, your, his..."""
    forms = set()
    links = [""] if stem[-1] in "aeiou" else (["o", "a"] if vowel == "a" else ["e", "o"])
    for link in links:
        for person in PERSONS:
            forms |= cases(stem + link + person, vowel, ("", "a", "e", "o"))
    if stem[-1] not in "aeiou":
        forms |= cases(stem + "unk", vowel, ("a", "e"))
    for joint in ("", "j"):
        forms |= cases(stem + joint + vowel, vowel, ("",))
        forms |= cases(stem + joint + "uk", vowel, ("a", "e"))
        many = stem + joint + vowel + "i" if stem[-1] not in "aeiou" or joint else stem + "i"
        for person in ("",) + PERSONS:
            forms |= cases(many + person, vowel, ("", "a", "e"))
    return forms


def declined(stem, vowel):
    """All forms of a stem."""
    links = [""] if stem[-1] in "aeiou" else (["", "o", "a"] if vowel == "a" else ["", "e", "o"])
    forms = {stem + link + "t" for link in links}
    for link in links:
        if link or stem[-1] in "aeiou":
            forms |= cases(stem + link + "k", vowel, ("", "a", "e", "o"))
    # The family or the circle of someone: Orbánék.
    forms |= cases(stem + "ek", vowel, ("e",))
    return forms | owned(stem, vowel) | cases(stem, vowel, links)


def harmonies(word):
    """The vowels of the endings of a folded word, by its spelling."""
    vowels = [c for c in word if c in "aáeéiíoóöőuúüű"]
    back = [c for c in vowels if c in "aáoóuú"]
    rounded = [c for c in vowels if c in "öőüű"]
    if vowels and vowels[-1] in "öőüűe" and not (vowels[-1] == "e" and back):
        return "e"
    if back and not rounded:
        return "ae" if vowels[-1] in "eé" else "a"
    if rounded and not back:
        return "e"
    return "ae" if not back else "a"


@functools.lru_cache(maxsize=None)
def entries_of_ending(tail, vowels):
    """The paradigm of all words with this ending."""
    return paradigm(tail, {form for vowel in vowels for form in declined(tail, vowel)})


@functools.lru_cache(maxsize=None)
def endings_of_stem(last, vowel):
    """The endings behind a stem that is no word itself: only those that begin with a vowel."""
    stem = "bb" + last
    forms = declined(stem, vowel)
    return tuple(sorted(form[3:] for form in forms if form[3:4] in tuple("aeou") and form[3:] not in ("ert", "e")))


def words(lists):
    """{folded word: paradigm} for the lemmas of a list."""
    found = {}
    for lemma, spelt in lists.items():
        word = fold(lemma)
        if not re.fullmatch(r"[a-z]{2,}", word) or not set(word) & set("aeiou"):
            continue
        vowels = harmonies(lemma.lower())
        tail = word[-4:] if set(word[-4:]) & set("aeiou") else word
        entries = list(entries_of_ending(tail, vowels))
        for stem in other_stems(word, {fold(form) for form in spelt}):
            kept = len(common_prefix((word, stem)))
            entries.append((word[kept:], stem[kept:], endings_of_stem(stem[-1], vowels[0])))
        found[word] = tuple(entries)
    return found


def other_stems(word, forms):
    """Stems before -k and -t that differ from the word: bokr-, lov-, szav-, falv-."""
    candidates = [word + "v", word[:-1] + "v", word[:-1] + "av"] if word[-1] in "aeiou" else [word[:-2] + word[-1]]
    return [stem for stem in candidates if len(stem) > 2 and any(stem + vowel + "k" in forms or stem + vowel + "t" in forms for vowel in "aeo")]

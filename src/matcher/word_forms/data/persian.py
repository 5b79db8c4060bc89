"""Persian nouns by rule: plurals, the indefinite -i, possessive pronouns. The joiner U+200C is
folded away, so closed and joined spelling are one."""
import re

import sources
from semitic import folded_forms

PRONOUNS = "م ت ش مان تان شان".split()
LETTERS = "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیئآ"
BROKEN = {
    "کشور": "کشورها", "خبر": "اخبار", "فرد": "افراد", "حزب": "احزاب", "عضو": "اعضا اعضای اعضاء", "مرکز": "مراکز",
    "منطقه": "مناطق", "مسئله": "مسائل مسایل", "شرط": "شرایط شروط", "هدف": "اهداف", "قانون": "قوانین",
    "حق": "حقوق", "نفر": "نفرات", "سند": "اسناد", "رئیس": "رؤسا روسا رؤسای", "وزیر": "وزرا وزرای وزیران",
    "مقام": "مقامات مقامها", "حمله": "حملات", "تحریم": "تحریمها", "ملت": "ملل", "دولت": "دول", "شهید": "شهدا شهدای",
    "عالم": "علما علمای", "سفیر": "سفرا سفرای", "طرف": "اطراف", "اثر": "آثار", "امر": "امور", "شاعر": "شعرا شعرای",
    "موضوع": "موضوعات", "نوع": "انواع", "وسیله": "وسایل وسائل", "نتیجه": "نتایج", "مدرسه": "مدارس", "رابطه": "روابط",
    "ضابطه": "ضوابط", "جزیره": "جزایر", "واقعه": "وقایع", "حادثه": "حوادث", "فاجعه": "فجایع", "عامل": "عوامل",
    "ساحل": "سواحل", "مانع": "موانع", "منبع": "منابع", "مرجع": "مراجع", "معدن": "معادن", "مسجد": "مساجد",
    "شخص": "اشخاص", "عمل": "اعمال", "قوم": "اقوام", "شیء": "اشیا اشیاء", "لحظه": "لحظات", "نظر": "نظرات",
    "فکر": "افکار", "رقم": "ارقام", "عدد": "اعداد", "روح": "ارواح", "مال": "اموال", "حال": "احوال", "طفل": "اطفال",
    "تاجر": "تجار", "کارگر": "کارگران", "خارج": "خارجی", "دلیل": "دلایل دلائل", "وظیفه": "وظایف وظائف", "شعبه": "شعب",
}


def declined(word):
    """All forms of a folded noun."""
    forms = {word}
    plural = {word + "ها"}
    if word.endswith("ه"):
        forms |= {word + "ای", word + "ی", word + "ئی"} | {word + "ا" + p for p in "م ت ش".split()} | {word + p for p in PRONOUNS[3:]}
        plural |= {word[:-1] + "گان", word[:-1] + "ات", word[:-1] + "جات", word + "گان"}
    elif word[-1] in "او":
        forms |= {word + "ی", word + "یی", word + "ئی"} | {word + "ی" + p for p in PRONOUNS}
        plural |= {word + "یان", word + "ن"} if word.endswith("و") else {word + "یان"}
    else:
        forms |= {word + "ی"} | {word + p for p in PRONOUNS if p not in ("م", "ت")}
        plural |= {word + "ان", word + "ات"}
    for many in plural:
        forms.add(many)
        if many.endswith("ا"):
            forms |= {many + "ی", many + "یی", many + "ئی"} | {many + "ی" + p for p in PRONOUNS}
        else:
            forms |= {many + "ی"} | {many + p for p in PRONOUNS[2:]}
    return forms


def broken(word):
    """The plurals of a word whose vowels change, and what may follow them."""
    return {form for many in BROKEN.get(word, "").split() for form in {many, many + "ی"} | {many + p for p in PRONOUNS[2:]}}


def words():
    """{folded word: forms}. Made words stand for the endings of words that are in no list."""
    nouns = set(made_words())
    own = set()
    for line in open(sources.path("hazm/data/words.dat"), encoding="utf-8"):
        word, count, kinds = line.rstrip("\n").split("\t")
        word = word.replace("\u200c", "")
        if len(word) > 2 and re.fullmatch(f"[{LETTERS}]+", word) and kinds != "0" and "N" in kinds.split(",") and "PL" not in kinds:
            nouns.add(word)
        if int(count) > 1000 and "PL" not in kinds:
            own.add(word)
    own |= {word.replace("\u200c", "") for word in sources.spacy("fa_lemma_index")["adj"]}
    return folded_forms({word: {word} | (declined(word) - own) | broken(word) for word in nouns | set(BROKEN)})


def made_words():
    return [a + b + last for last in LETTERS for a in "ژ" for b in "ظغضثژ"]

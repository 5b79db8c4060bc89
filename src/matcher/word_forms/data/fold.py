"""The folded form of a text, as `normalise.rs` computes it. The data is made of folded words."""
import unicodedata

ONE_SPELLING = str.maketrans(
    {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "œ": "oe", "æ": "ae"}
    | dict.fromkeys("ىیې", "ي")
    | dict.fromkeys("ةہھە", "ه")
    | {"ک": "ك", "ٱ": "ا"}
)
APOSTROPHES = str.maketrans(dict.fromkeys("`´‘’‚‛′‵ʹʻʼʽˈ՚׳ꞌ＇｀", "'"))
INVISIBLE = {"\u00ad", "\u0640", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff"}


def drops_accents(letter):
    """Letters of these scripts lose their accents and vowel signs."""
    return unicodedata.name(letter, "").startswith(("LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW"))


def fold(text):
    """Compatibility forms, accents, case, in the order of `characters::fold`."""
    bare, drops = [], False
    for letter in unicodedata.normalize("NFKD", text.translate(APOSTROPHES)):
        if letter in INVISIBLE:
            continue
        if unicodedata.category(letter) == "Mn":
            if drops:
                continue
        else:
            drops = drops_accents(letter)
        bare.append(letter)
    return unicodedata.normalize("NFKC", "".join(bare).casefold()).translate(ONE_SPELLING)

"""Arabic and Hebrew nouns by rule: plurals, the dual, possessive pronouns. Joined prefixes are the
matcher's. Arabic plurals that change the vowels inside are listed here."""
import collections
import re

import sources
from fold import fold

ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنهويءئؤأإآىة"
HEBREW = "אבגדהוזחטיכלמנסעפצקרשת"
HEBREW_FINAL = dict(zip("כמנפצ", "ךםןףץ"))
# Without -h, `his`: it is written like the feminine ending, so `his role` would be `a course`.
PRONOUNS = "ها هم هن هما ك كم نا".split()

# Singular: plurals. Common nouns of the news.
BROKEN = """
دولة:دول رئيس:رؤساء وزير:وزراء بلد:بلدان,بلاد حزب:أحزاب قوة:قوى حرب:حروب خبر:أخبار عضو:أعضاء مدينة:مدن قرية:قرى
شركة:شركات مركز:مراكز منطقة:مناطق مسجد:مساجد مدرسة:مدارس مكتب:مكاتب مصنع:مصانع موقع:مواقع مطار:مطارات مشروع:مشاريع,مشروعات
قانون:قوانين سلاح:أسلحة صاروخ:صواريخ طائرة:طائرات جندي:جنود ضابط:ضباط قائد:قادة,قواد زعيم:زعماء سفير:سفراء نائب:نواب عالم:علماء
طالب:طلاب,طلبة عامل:عمال,عوامل كاتب:كتاب ناشط:نشطاء لاجئ:لاجئين شهيد:شهداء قتيل:قتلى جريح:جرحى أسير:أسرى مريض:مرضى رجل:رجال
امرأة:نساء طفل:أطفال ولد:أولاد شاب:شباب,شبان شخص:أشخاص فرد:أفراد شعب:شعوب أمة:أمم عدد:أعداد رقم:أرقام سعر:أسعار سوق:أسواق
بنك:بنوك مصرف:مصارف مال:أموال دين:ديون,أديان سهم:أسهم ربح:أرباح أجر:أجور بيت:بيوت باب:أبواب شارع:شوارع طريق:طرق جسر:جسور
ميناء:موانئ سفينة:سفن بحر:بحار نهر:أنهار جبل:جبال جزيرة:جزر ساحل:سواحل حد:حدود أرض:أراضي,أراض حقل:حقول بئر:آبار نفط:نفوط
عمل:أعمال فعل:أفعال حدث:أحداث أمر:أمور,أوامر شأن:شؤون حق:حقوق واجب:واجبات هدف:أهداف سبب:أسباب نتيجة:نتائج خطر:أخطار,مخاطر
مشكلة:مشاكل,مشكلات قضية:قضايا أزمة:أزمات خطة:خطط فكرة:أفكار رأي:آراء موقف:مواقف مبدأ:مبادئ شرط:شروط قرار:قرارات حكم:أحكام
جريمة:جرائم سجن:سجون سجين:سجناء محكمة:محاكم قاض:قضاة قاضي:قضاة محام:محامين لجنة:لجان هيئة:هيئات مجلس:مجالس وثيقة:وثائق ملف:ملفات
كتاب:كتب صحيفة:صحف صحفي:صحفيين تقرير:تقارير رسالة:رسائل خطاب:خطابات صورة:صور فيلم:أفلام برنامج:برامج نظام:أنظمة,نظم حاكم:حكام
ملك:ملوك أمير:أمراء سلطان:سلاطين شيخ:شيوخ مواطن:مواطنين عنصر:عناصر مقاتل:مقاتلين فصيل:فصائل ميليشيا:ميليشيات جيش:جيوش لواء:ألوية
كتيبة:كتائب هجوم:هجمات انفجار:انفجارات قنبلة:قنابل لغم:ألغام قذيفة:قذائف دبابة:دبابات مدفع:مدافع هدنة:هدن وفد:وفود حليف:حلفاء
عدو:أعداء صديق:أصدقاء جار:جيران شريك:شركاء خبير:خبراء مسؤول:مسؤولين مدير:مدراء,مديرين طبيب:أطباء مهندس:مهندسين فقير:فقراء غني:أغنياء
مهاجر:مهاجرين نازح:نازحين ضحية:ضحايا خسارة:خسائر ضرر:أضرار كارثة:كوارث زلزال:زلازل فيضان:فيضانات حريق:حرائق مرض:أمراض فيروس:فيروسات
دواء:أدوية لقاح:لقاحات مستشفى:مستشفيات عام:أعوام سنة:سنوات,سنين شهر:أشهر,شهور يوم:أيام أسبوع:أسابيع ساعة:ساعات دقيقة:دقائق قرن:قرون
وقت:أوقات عهد:عهود مرحلة:مراحل جانب:جوانب,أجانب طرف:أطراف قسم:أقسام جزء:أجزاء نوع:أنواع شكل:أشكال حجم:أحجام لون:ألوان اسم:أسماء
كلمة:كلمات حرف:أحرف,حروف لغة:لغات درس:دروس علم:علوم,أعلام فن:فنون لعبة:ألعاب فريق:فرق لاعب:لاعبين هدف:أهداف مباراة:مباريات كأس:كؤوس
بطل:أبطال دور:أدوار وجه:وجوه,أوجه يد:أيد,أيدي عين:عيون رأس:رؤوس قلب:قلوب جسم:أجسام روح:أرواح نفس:نفوس,أنفس أب:آباء ابن:أبناء أخ:إخوة
أسرة:أسر عائلة:عائلات,عوائل قبيلة:قبائل جماعة:جماعات طائفة:طوائف كنيسة:كنائس قصر:قصور برج:أبراج مبنى:مباني,مبان حي:أحياء فندق:فنادق
مطعم:مطاعم محل:محال,محلات متحف:متاحف حديقة:حدائق شجرة:أشجار حيوان:حيوانات كلب:كلاب طير:طيور مصدر:مصادر مورد:موارد منتج:منتجات بضاعة:بضائع
سلعة:سلع ضريبة:ضرائب رسم:رسوم عقد:عقود أصل:أصول فرع:فروع مقر:مقار,مقرات خط:خطوط شبكة:شبكات جهاز:أجهزة آلة:آلات أداة:أدوات وسيلة:وسائل
قطاع:قطاعات مجال:مجالات مستوى:مستويات معدل:معدلات نسبة:نسب قيمة:قيم ثمن:أثمان حل:حلول سؤال:أسئلة جواب:أجوبة مثال:أمثلة تجربة:تجارب
ظرف:ظروف حال:أحوال وضع:أوضاع عملية:عمليات دستور:دساتير نص:نصوص بند:بنود مادة:مواد تدبير:تدابير إجراء:إجراءات شعار:شعارات علاقة:علاقات
جامعة:جامعات معهد:معاهد كلية:كليات محافظة:محافظات إقليم:أقاليم ولاية:ولايات عاصمة:عواصم قاعدة:قواعد معسكر:معسكرات مخيم:مخيمات معبر:معابر
حاجز:حواجز عائق:عوائق عامل:عوامل شاهد:شهود حادث:حوادث واقعة:وقائع ظاهرة:ظواهر قادم:قادمين جديد:جدد كبير:كبار صغير:صغار قديم:قدماء
""".split()


# Flags of words that are broken plurals, in the dictionary of Ayaspell.
PLURAL_FLAGS = {"61", "64", "67", "69", "85"}
# The letters of a singular and of its plurals: \\1 to \\4 are those in brackets.
PATTERNS = [
    (pattern.replace("C", "([^اويىةء])").replace("L", "(.)"), plurals.split())
    for pattern, plurals in (
        ("LLL", r"أ\1\2ا\3 \1\2و\3"),
        ("Lا(.)", r"أ\1وا\2 أ\1يا\2 \1ي\2ان"),
        ("LCة", r"\1\2\2"),
        ("LLLة", r"\1\2\3 \1\2ا\3"),
        ("LLية", r"\1\2ايا"),
        ("LL[اوي]Lة", r"\1\2ائ\3"),
        ("LاLL", r"\1وا\2\3 \1\2ا\3 \1\2\3اء"),
        ("LاLLة", r"\1وا\2\3"),
        ("LLيL", r"\1\2\3اء أ\1\2\3اء \1\2\3ى أ\1\2\3ة \1\2ا\3"),
        ("LL[او]L", r"أ\1\2\3ة"),
        ("CLCLة?", r"\1\2ا\3\4"),
        ("LLL[اوي]Lة?", r"\1\2ا\3ي\4"),
        ("LLL[ىي]", r"\1\2ا\3ي"),
    )
]


def attested_plurals():
    """{singular: plurals} where the plural is made by a pattern and is in the dictionary as one. Of
    several the first is taken, which is the usual one."""
    flags = collections.defaultdict(set)
    for word, flag in sources.ayaspell():
        flags[word].add(flag)
    many = {word for word, own in flags.items() if own & PLURAL_FLAGS}
    # A word of three letters is a singular more often than not.
    many -= {word for word, own in flags.items() if len(word) == 3 and own - PLURAL_FLAGS}
    found = collections.defaultdict(set)
    for word in flags:
        for pattern, makes in PATTERNS:
            match = re.fullmatch(pattern, word)
            if match:
                likely = [plural for make in makes if (plural := match.expand(make)) in many and plural != word]
                found[word].update(likely[:1])
    return {word: plural for word, plural in found.items() if plural}


def arabic(word):
    """The forms of a noun or adjective, and the noun with a pronoun."""
    forms = {word}
    if word[-1] in "ةه" and len(word) > 3:
        stem = word[:-1]
        forms |= {stem + "ة", stem + "ه", stem + "تان", stem + "تين", stem + "تي"}
        many = stem[:-1] + "و" if word.endswith("اة") else stem
        forms |= {base + "ت" + p for base in (stem, stem + "ا", many + "ا") for p in ["", "ه"] + PRONOUNS}
        if word.endswith("ة"):
            return forms | plurals(word)
    if word.endswith("ي"):
        forms |= {word + e for e in "ة ون ين ان ات".split()} | {word + "ت" + p for p in PRONOUNS}
        return forms | plurals(word)
    if word.endswith("ى"):
        forms |= {word[:-1] + "ا" + p for p in PRONOUNS} | {word[:-1] + "ي" + e for e in "ات ين ان".split()}
    if word.endswith("اء"):
        forms |= {word[:-1] + hamza + p for hamza in "ئؤء" for p in PRONOUNS} | {word[:-1] + "ات"}
    # فعيل: adjectives and names of offices, which have a feminine.
    if len(word) == 4 and word[2] == "ي" or len(word) == 5 and word[0] == "م" and word[3] == "و":
        forms.add(word + "ة")
    forms |= {word + e for e in "ا ان ين ون ات".split()} | {word + p for p in PRONOUNS} | {word + "ات" + p for p in PRONOUNS}
    return forms | plurals(word)


def plurals(word):
    """The plurals of the list above and what may follow them."""
    forms = set()
    for pair in BROKEN:
        single, many = pair.split(":")
        if single == word:
            for one in many.split(","):
                forms |= owned(one)
    return forms


def owned(plural):
    """A plural and the same with a pronoun."""
    if plural.endswith("ين"):
        return {plural, plural[:-2] + "ون"}
    if plural.endswith("ى"):
        return {plural} | {plural[:-1] + "ا" + p for p in PRONOUNS}
    if plural.endswith("اء"):
        return {plural} | {plural[:-1] + hamza + p for hamza in "ئؤء" for p in PRONOUNS}
    if plural.endswith("ة"):
        return {plural} | {plural[:-1] + "ت" + p for p in PRONOUNS}
    return {plural} | {plural + p for p in PRONOUNS}


def arabic_made():
    """Words of our own for each last letter and each rule."""
    made = {a + last for last in ARABIC for a in ("غظذ", "ظغث", "ذثظغ", "ثغظذض")}
    made |= {"غظي" + last for last in ARABIC} | {"ثذي" + last for last in ARABIC} | {"ذغي" + last for last in ARABIC}
    return {word: arabic(word) for word in made}


def arabic_words():
    attested = attested_plurals()
    words = arabic_made().keys() | {pair.split(":")[0] for pair in BROKEN} | attested.keys()
    return folded_forms({word: arabic(word).union(*(owned(one) for one in attested.get(word, ()))) for word in words})


def arabic_lexicon():
    """The folded words that begin like a prefix and are words of their own."""
    words = {word for word, _ in sources.ayaspell()} | {pair.split(":")[0] for pair in BROKEN}
    return {fold(word) for word in words if len(word) > 3 and word[0] in "وفبكلس"}


def folded_forms(words):
    """Words that fold to the same letters have the forms of all: ة and ه are one."""
    found = collections.defaultdict(set)
    for word, forms in words.items():
        found[fold(word)].update(map(fold, forms))
    return found


def hebrew(word):
    """The forms of a noun or adjective, and the noun with a pronoun."""
    stem = word[:-1] + {v: k for k, v in HEBREW_FINAL.items()}.get(word[-1], word[-1])
    singular = "ו י ם ן נו ך כם".split()
    plural = "י יו יה יהם יהן ינו יך יי".split()
    forms = {word}
    if word.endswith("ה"):
        base = word[:-1]
        forms |= {base + "ת" + p for p in [""] + singular + ["ה"]} | {base + e for e in ["ים", "ות"]}
        forms |= {base + "ות" + p for p in plural + ["ם", "ן"]} | {base + "יות", base + "י"}
    elif word.endswith("ת"):
        base = word[:-1]
        forms |= {word + p for p in singular + ["ה"]} | {base + "ות", word + "ות", word + "ים"}
        if word.endswith("ות"):
            forms |= {base + "יות"} | {base + "יות" + p for p in plural + ["ם"]}
        if word.endswith("ית"):
            forms |= {base + "ות" + p for p in plural + ["ם"]}
    elif word.endswith("י"):
        forms |= {word + e for e in "ם ים ת ות יות ה".split()}
    else:
        forms |= {stem + e for e in singular + ["ים", "ות"]} | {stem + p for p in plural}
        forms |= {stem + "ות" + p for p in plural + ["ם", "ן"]}
    return forms


def hebrew_words():
    finals = list(HEBREW) + list(HEBREW_FINAL.values())
    made = {a + b + last for last in finals for a in ("אב", "גד", "טס", "זצ") for b in HEBREW}
    return {word: hebrew(word) for word in made}

"""Makes the Korean lexicon of the matcher from mecab-ko-dic (Apache-2.0, see COPYING beside this file).

    pip download --no-deps python-mecab-ko-dic==2.1.1.post2 && unzip python_mecab_ko_dic-*.whl
    pip install numpy
    python3 src/matcher/korean/data/make.py mecab_ko_dic/dictionary
    cargo test --lib korean::lexicon -- --ignored

`make.py` writes `data/readings.bin`, and `target/korean-words.tsv`: each word in hexadecimal and the
number of its first reading, sorted. The test joins the words into `data/words.fst`. `lexicon.rs` says
what the bytes are.

What is kept of the dictionary: its Hangul words with their costs. Its 3,822 by 2,693 classes of
neighbours are joined into a few dozen by part of speech, final consonant and, for particles and endings,
by whether they follow a consonant or a vowel. How much a word's own class differs from its joined class
is added to its cost. Left out are words that say nothing about where another word may end: compounds
that cost about as much as their parts, and personal names, of which only the given names are kept.
"""
import collections
import os
import struct
import sys

import numpy

COST_UNIT = 64  # of the dictionary's cost; the matcher counts in it
COST_ZERO = 64  # added to a cost, so that a negative one fits into a byte
SPACE_COST = 3000  # between two words that are written with a space
UNFINISHED_COST = 3000  # for a word that ends where a word cannot end
COMPOUND_MARGIN = 1200  # a compound that is so much cheaper than its parts is a word of its own
OWN_WORD_COST = 2300  # a compound that costs less is so frequent that it stands for itself: 관계자, 대부분
OTHER_SENSE_BONUS = 2500  # how much cheaper than its parts a compound is made if a part has two senses
SENSES_NEAR = 4000  # a name and a noun of one spelling whose costs differ by less are both common
GIVEN_NAME_SURNAMES = 12  # a given name stands behind so many surnames
SYLLABLES_MAX = 10
NOUN_SYLLABLES_MAX = 5  # longer nouns are compounds, and their parts are in the lexicon
SURNAMES = set(
    '김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민류나진지엄채원천방공현함변염여'
    '추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용')
NATIVE_DETERMINERS = set('그이저한두세네첫새헌옛온몇뭇웬딴')
# The classes the matcher knows by their places.
LEFT_FIRST = [('EOS', ''), ('NNG', ''), ('NNGA', ''), ('NNP2', ''), ('NNP1', '')]
RIGHT_FIRST = [('BOS', '')] + [(tag, final) for tag in ('NNG', 'NNGA', 'NNP2', 'NNP1') for final in 'FT']
CONTINUES_WORD, NOUN_PART = 1, 2  # flags of a left class


def is_hangul(word):
    return all('가' <= c <= '힣' for c in word)


def has_final(syllable):
    return (ord(syllable) - 0xAC00) % 28 != 0


def read_words(folder):
    """The words of sys.dic: surface, left id, right id, cost, features. It is a double array (Darts)."""
    data = open(os.path.join(folder, 'sys.dic'), 'rb').read()
    array_bytes, token_bytes = struct.unpack('<10I', data[:40])[6:8]
    array = numpy.frombuffer(data[72:72 + array_bytes], dtype='<i4')
    base, check = array[0::2].tolist(), array[1::2].view('<u4').tolist()
    tokens = data[72 + array_bytes:72 + array_bytes + token_bytes]
    features = data[72 + array_bytes + token_bytes:]
    stack = [(0, b'')]
    while stack:
        node, prefix = stack.pop()
        at = base[node]
        if at < 0:
            continue
        if at < len(base) and check[at] == at and base[at] < 0:
            value = -base[at] - 1
            word = prefix.decode()
            if is_hangul(word):
                for number in range(value >> 8, (value >> 8) + (value & 0xFF)):
                    left, right, _, cost, feature, _ = struct.unpack_from('<HHHhII', tokens, number * 16)
                    text = features[feature:features.index(b'\0', feature)].decode()
                    yield word, left, right, cost, text.split(',')
        for byte in range(256):
            child = at + byte + 1
            if child < len(base) and check[child] == at:
                stack.append((child, prefix + bytes([byte])))


def joined_tag(tag, sense, word):
    if tag == 'NNP':
        return {'인명': 'NNP1', '지명': 'NNP2'}.get(sense, 'NNP')
    if tag == 'NNG':
        return 'NNGA' if sense in ('행위', '상태변화', '정적사태') else 'NNG'
    if tag == 'MM':
        return 'MMP' if len(word) == 1 and word not in NATIVE_DETERMINERS else 'MM'
    return tag


class Model:
    """The joined classes, the costs between them, and the words with their adjusted costs."""

    def __init__(self, folder):
        words = list(read_words(folder))
        data = open(os.path.join(folder, 'matrix.bin'), 'rb').read()
        left_size, right_size = struct.unpack('<HH', data[:4])
        self.matrix = numpy.frombuffer(data[4:], dtype='<i2').reshape(right_size, left_size).astype(float)
        self.left_weight, self.right_weight = numpy.zeros(right_size), numpy.zeros(left_size)
        left_tags = collections.defaultdict(collections.Counter)
        right_tags = collections.defaultdict(collections.Counter)
        for word, left, right, cost, features in words:
            weight = numpy.exp(-max(cost, -2000) / 700)
            tags = features[0].split('+')
            sense = features[1] if len(tags) == 1 else '*'
            self.left_weight[left] += weight
            self.right_weight[right] += weight
            left_tags[left][joined_tag(tags[0], sense, word)] += weight
            right_tags[right][joined_tag(tags[-1], sense, word), 'FT'[has_final(word[-1])]] += weight
        self.left_weight[0] = self.right_weight[0] = 1
        self.right_class = {id: tags.most_common(1)[0][0] for id, tags in right_tags.items()}
        self.right_class[0] = ('BOS', '')
        self.left_class = {}
        for id, tags in left_tags.items():
            tag = tags.most_common(1)[0][0]
            self.left_class[id] = (tag, self.agreement(id, tag))
        self.left_class[0] = ('EOS', '')
        self.join_classes()
        self.adjust(words)

    def mean_after(self, left, classes):
        ids = [id for id, joined in self.right_class.items() if joined in classes]
        weights = self.right_weight[ids] + 1e-12
        return (self.matrix[left, ids] * weights).sum() / weights.sum()

    def agreement(self, left, tag):
        """Whether a particle or ending follows a consonant or a vowel, a suffix common nouns or names."""
        if tag[0] == 'J' or tag == 'VCP':
            before = ('NNG', 'NNP', 'NNGA')
        elif tag[0] == 'E':
            before = ('VV', 'VA')
        elif tag == 'XSN':
            behind_names = self.mean_after(left, [('NNP2', 'F')]) - self.mean_after(left, [('NNG', 'F')])
            return 'C' if behind_names > 1500 else 'N' if behind_names < 700 else ''
        else:
            return ''
        difference = self.mean_after(left, [(t, 'T') for t in before]) \
            - self.mean_after(left, [(t, 'F') for t in before])
        return 'F' if difference > 1200 else 'T' if difference < -1200 else ''

    def join_classes(self):
        lefts = set(self.left_class.values()) | {('MMP', '')}
        rights = set(self.right_class.values()) | {('MMP', 'T'), ('MMP', 'F')}
        self.lefts = LEFT_FIRST + sorted(lefts - set(LEFT_FIRST))
        self.rights = RIGHT_FIRST + sorted(rights - set(RIGHT_FIRST))
        self.left_at = {joined: n for n, joined in enumerate(self.lefts)}
        self.right_at = {joined: n for n, joined in enumerate(self.rights)}

        def members(joined, classes):
            return [i for i, c in classes.items() if c == joined] or [i for i, c in classes.items() if c[0] == 'MM']
        self.left_ids = [members(joined, self.left_class) for joined in self.lefts]
        self.right_ids = [members(joined, self.right_class) for joined in self.rights]
        self.between = numpy.zeros((len(self.lefts), len(self.rights)))
        for n, left in enumerate(self.left_ids):
            for m, right in enumerate(self.right_ids):
                weights = numpy.outer(self.left_weight[left], self.right_weight[right]) + 1e-12
                self.between[n, m] = (self.matrix[numpy.ix_(left, right)] * weights).sum() / weights.sum()
        self.left_total = numpy.array([self.left_weight[ids].sum() for ids in self.left_ids])
        self.right_total = numpy.array([self.right_weight[ids].sum() for ids in self.right_ids])

    def left_difference(self, left):
        n = self.left_at[self.left_class[left]]
        weights = numpy.exp(-self.between[n] / 700) * self.right_total
        own = []
        for ids in self.right_ids:
            w = self.right_weight[ids] + 1e-12
            own.append((self.matrix[left, ids] * w).sum() / w.sum())
        return ((numpy.array(own) - self.between[n]) * weights).sum() / weights.sum()

    def right_difference(self, right):
        m = self.right_at[self.right_class[right]]
        weights = numpy.exp(-self.between[:, m] / 700) * self.left_total
        own = []
        for ids in self.left_ids:
            w = self.left_weight[ids] + 1e-12
            own.append((self.matrix[ids, right] * w).sum() / w.sum())
        return ((numpy.array(own) - self.between[:, m]) * weights).sum() / weights.sum()

    def adjust(self, words):
        lefts = {left: self.left_difference(left) for left in self.left_class}
        rights = {right: self.right_difference(right) for right in self.right_class}
        best = {}
        for word, left, right, cost, features in words:
            before, behind = self.left_class[left], self.right_class[right]
            if features[0] == 'MM':
                tag = joined_tag('MM', '*', word)
                before, behind = (tag, ''), (tag, behind[1])
            cost += lefts[left] + rights[right]
            key = word, before, behind
            if key not in best or cost < best[key][0]:
                best[key] = cost, features
        self.readings = [Reading(word, before, behind, round(cost), features)
                         for (word, before, behind), (cost, features) in best.items()]
        # Where a word begins and ends, the average over what stands before and behind a space.
        before = [m for m, (tag, _) in enumerate(self.rights)
                  if tag[0] == 'J' or tag in ('EC', 'ETM', 'NNG', 'NNP2', 'NNP', 'MM', 'MAG')]
        behind = [n for n, (tag, _) in enumerate(self.lefts)
                  if tag in ('NNG', 'NNGA', 'NNP', 'NNP1', 'NNP2', 'VV', 'VA', 'MAG', 'NNB')]
        bos, eos = self.right_at['BOS', ''], self.left_at['EOS', '']
        for n in range(len(self.lefts)):
            self.between[n, bos] = (self.between[n, before] * self.right_total[before]).sum() \
                / self.right_total[before].sum()
        for m, (tag, _) in enumerate(self.rights):
            mean = (self.between[behind, m] * self.left_total[behind]).sum() / self.left_total[behind].sum()
            self.between[eos, m] = min(mean, self.between[eos, m])

    def costs_in_words(self):
        """The costs between classes inside a word, where a space would have to be written."""
        costs = self.between.copy()
        for n, (left, _) in enumerate(self.lefts):
            for m, (right, _) in enumerate(self.rights):
                costs[n, m] += space_cost(right, left)
                if left == 'EOS' and right in ('EP', 'XPN', 'MMP', 'MM', 'XR'):
                    costs[n, m] += UNFINISHED_COST
        return costs


class Reading:
    """A word in one part of speech."""

    def __init__(self, word, left, right, cost, features):
        self.word, self.left, self.right, self.cost = word, left, right, cost
        self.tag, self.sense, self.kind = features[0], features[1], features[4]
        self.parts = [part.split('/') for part in features[7].split('+')] if len(features) > 7 else []
        if ''.join(part[0] for part in self.parts) != word:
            self.parts = []
        self.edges = 0  # bit n: a part of a compound begins behind n + 1 syllables
        self.head_is_word = self.first_is_word = False


def space_cost(right, left):
    content = left[0] in 'NVM' and left not in ('VCP', 'VX', 'VCN') or left in ('XPN', 'XR', 'IC')
    if not content:
        return 0
    if left in ('NNB', 'NNBC') and right == 'ETM':
        return 500
    if right[0] == 'J' or right in ('EC', 'EF', 'ETM', 'MM', 'MAG', 'MAJ', 'IC', 'NP'):
        return SPACE_COST
    return 0


class Choice:
    """Chooses the readings that are kept."""

    def __init__(self, model):
        self.model = model
        self.by_word = collections.defaultdict(list)
        for reading in model.readings:
            self.by_word[reading.word].append(reading)
        self.given = collections.Counter(
            r.word[1:] for r in model.readings
            if r.tag == 'NNP' and r.sense == '인명' and len(r.word) == 3 and r.word[0] in SURNAMES)
        self.kept = []

    def costs(self, word, test):
        return [r.cost for r in self.by_word.get(word, ()) if test(r)]

    def is_name(self, word):
        """A word that is a name rather than a noun: 북한."""
        names = self.costs(word, lambda r: r.tag == 'NNP' and r.sense in ('지명', '*'))
        nouns = self.costs(word, lambda r: r.tag == 'NNG')
        return bool(names) and min(names) < 5000 and (not nouns or min(names) < min(nouns))

    def has_two_senses(self, word):
        """A noun that is a place too: 파리 is a fly and Paris."""
        names = self.costs(word, lambda r: r.tag == 'NNP' and r.sense == '지명')
        nouns = self.costs(word, lambda r: r.tag == 'NNG')
        return bool(names and nouns) and -1 < min(names) - min(nouns) < SENSES_NEAR

    def cost_of_parts(self, parts):
        ends = [(0, None)]
        for part in parts:
            best = {}
            for reading in self.by_word.get(part, ()):
                if reading.tag in ('NNG', 'NNP', 'XR', 'XPN', 'XSN', 'MM', 'NNB', 'NR'):
                    left = self.model.left_at[reading.left]
                    right = self.model.right_at[reading.right]
                    for cost, before in ends:
                        cost += reading.cost + (self.model.between[left, before] if before is not None else 0)
                        best[right] = min(cost, best.get(right, cost))
            ends = [(cost, right) for right, cost in best.items()]
        return min((cost for cost, _ in ends), default=None)

    def is_needed(self, r):
        if len(r.word) > SYLLABLES_MAX or (r.kind == 'Inflect' and r.tag.startswith(('NNG', 'NNP'))):
            return False
        if r.tag in ('NNG', 'NNP') and len(r.word) > NOUN_SYLLABLES_MAX:
            return False
        if r.tag == 'NNP' and r.sense == '인명':
            listed = r.cost < 4000
            korean = len(r.word) == 3 and r.word[0] in SURNAMES
            return len(r.word) > 1 and r.kind != 'Preanalysis' and (listed or not korean)
        if r.tag == 'NNP' and r.sense == '지명' and r.kind in ('Compound', 'Preanalysis'):
            return r.word[-1] not in '리면동역읍군교'
        return True

    def study_compound(self, r):
        """Sets the edges of a compound at which a term may stand. Gives whether the compound is needed."""
        parts = [part[0] for part in r.parts]
        cost = self.cost_of_parts(parts)
        name_by_suffix = self.is_name(parts[0]) and r.parts[0][1] != 'NNP' and any(
            x.left == ('XSN', 'C') for x in self.by_word.get(parts[-1], ()))
        other_sense = self.has_two_senses(parts[0]) or self.has_two_senses(parts[-1]) or name_by_suffix
        listed = r.kind == 'Preanalysis'
        own_word = (r.kind == 'Compound' and r.tag == 'NNG' and r.cost < OWN_WORD_COST
                    and r.parts[0][1] != 'NNP' and not self.is_name(parts[0]))
        if cost is not None and not own_word:
            if cost <= r.cost if listed else cost - r.cost <= COMPOUND_MARGIN and not other_sense:
                return False
        r.head_is_word = listed or not self.has_two_senses(parts[-1])
        r.first_is_word = listed or r.parts[0][1] == 'NNP' or not (
            self.has_two_senses(parts[0]) or name_by_suffix)
        if own_word:
            r.head_is_word = r.first_is_word = False
        length = 0
        for part in parts[:-1]:
            length += len(part)
            r.edges |= 1 << (length - 1)
        if cost is not None and not (r.head_is_word and r.first_is_word):
            r.cost = min(r.cost, round(cost) - OTHER_SENSE_BONUS)
        return True

    def choose(self):
        kept = [r for r in self.model.readings
                if self.is_needed(r) and (len(r.parts) < 2 or r.tag not in ('NNG', 'NNP')
                                          or self.study_compound(r))]
        words = {r.word for r in kept if r.tag in ('NNG', 'NNP')}

        def made_of_words(r):
            return (r.kind == 'Compound' and r.head_is_word and r.first_is_word
                    and all(len(part[0]) > 1 and part[0] in words for part in r.parts))
        self.kept = [r for r in kept if not made_of_words(r)]


def write(model, choice):
    """Writes the words and their readings."""
    given_class = len(model.lefts)
    by_word = collections.defaultdict(set)
    for r in choice.kept:
        cost = min(max(round(r.cost / COST_UNIT) + COST_ZERO, 0), 255)
        left = model.left_at[r.left] | r.head_is_word << 6 | r.first_is_word << 7
        by_word[r.word].add((left, model.right_at[r.right], cost, r.edges & 0xFF))
    for name, surnames in choice.given.items():
        if surnames >= GIVEN_NAME_SURNAMES and len(name) == 2:
            by_word[name].add((given_class, model.right_at['NNP1', 'FT'[has_final(name[-1])]], 0, 0))
    assert given_class < 64 and len(model.rights) < 128
    lists = collections.Counter(tuple(sorted(readings)) for readings in by_word.values())
    readings, first = bytearray(), {}
    for one, _ in sorted(lists.items(), key=lambda item: (-item[1], item[0])):
        first[one] = len(readings) // 4
        for number, (left, right, cost, edges) in enumerate(one):
            readings += bytes([left, right | (number == len(one) - 1) << 7, cost, edges])
    flags = bytes(
        (CONTINUES_WORD if tag[0] == 'J' or tag in ('EC', 'EF', 'EP', 'ETM', 'ETN', 'XSN', 'XSV', 'XSA', 'VCP')
         else 0) | (NOUN_PART if tag.startswith(('NN', 'XR', 'XP', 'XS', 'NR', 'MM')) else 0)
        for tag, _ in model.lefts)
    costs = numpy.rint(model.costs_in_words() / COST_UNIT).astype('<i2')
    with open(os.path.join(os.path.dirname(__file__), 'readings.bin'), 'wb') as out:
        out.write(struct.pack('<BBI', len(model.lefts), len(model.rights), len(readings)))
        out.write(flags + costs.tobytes() + readings)
    os.makedirs('target', exist_ok=True)
    with open(os.path.join('target', 'korean-words.tsv'), 'w') as out:
        for key, value in sorted((w.encode('utf-16-be').hex(), first[tuple(sorted(r))]) for w, r in by_word.items()):
            out.write(f'{key}\t{value}\n')
    print(len(by_word), 'words,', len(readings) // 4, 'different readings,', given_class, 'left and',
          len(model.rights), 'right classes')


if __name__ == '__main__':
    model = Model(sys.argv[1])
    choice = Choice(model)
    choice.choose()
    write(model, choice)

"""Writes the file of one language: a trie of reversed words with a paradigm at its nodes, the
paradigms, their sets of endings, and a Bloom filter of words. `mod.rs` documents the format."""
import collections
import struct

from paradigms import apply, paradigm

MAGIC = b"wwforms1"
STEM_BITS = 12
# A word that is taken for a whole word silences a term behind its first letters, so hardly one in
# 45,000 may be taken for one by chance.
WHOLE_WORD_BITS = 40
LISTED_BITS = 8
# A node guesses only from so many words of its own, and so deep.
GUESS_WORDS = 20
GUESS_DEPTH = 5
# A guess joins the paradigms of this part of the words, none rarer than the other.
GUESS_COVERS = 0.97
GUESS_SHARE = 0.02


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


END = "\0"


class Builder:
    """Builds the bytes of the trie. `words`: {headword: paradigm}; `weights`: {headword: weight in a
    guess}; without weights nothing but the commonest paradigm is guessed."""

    def __init__(self, words, weights, general):
        self.weights = weights
        self.general = general
        self.numbers = {(): 0}
        for entries, _ in collections.Counter(words.values()).most_common():
            self.number(entries)
        self.keys = sorted((word[::-1] + END, self.numbers[entries]) for word, entries in words.items())
        self.alphabet = sorted({letter for key, _ in self.keys for letter in key})
        self.code = {letter: place for place, letter in enumerate(self.alphabet)}

    def number(self, entries):
        return self.numbers.setdefault(entries, len(self.numbers))

    def paradigms(self):
        return list(self.numbers)

    def cut(self, number):
        return self.cuts[number] if number < len(self.cuts) else 99

    def tree(self):
        self.cuts = [max((len(cut) for cut, _, _ in entries), default=0) for entries in self.numbers]
        return self.node(self.keys, 0, 0, 0)

    def node(self, keys, depth, inherited, guess_above):
        """One node: its paradigm and its guess (0: as above it), then its children."""
        at_end = keys[0][0][depth - 1 : depth] == END
        chosen = self.chosen(keys, depth, inherited, at_end)
        guess = guess_above if at_end else self.guess(keys, depth) or guess_above
        own = chosen + 1 if chosen != inherited else 0
        body = bytearray(varint(own << 1 | (guess != guess_above)))
        if guess != guess_above:
            body += varint(guess)
        groups = [] if at_end else [group for group in grouped(keys, depth) if self.is_needed(group, depth + 1, chosen, guess)]
        body += varint(len(groups))
        for below in groups:
            label = self.label(below, depth)
            child = self.node(below, depth + len(label), chosen, guess)
            body += varint(len(label)) + bytes(self.code[c] for c in label) + varint(len(child)) + child
        return bytes(body)

    def chosen(self, keys, depth, inherited, at_end):
        count = collections.Counter(number for _, number in keys)
        if at_end:
            return count.most_common(1)[0][0]
        able = [(n, -number) for number, n in count.items() if self.cuts[number] <= depth and n >= 3 and self.is_general(number)]
        return -max(able)[1] if able and max(able)[0] > count.get(inherited, 0) else inherited

    def is_general(self, number):
        return not self.general or self.paradigms_list()[number] in self.general

    def is_needed(self, keys, depth, chosen, guess):
        return any(number != chosen for _, number in keys) or (self.guess(keys, depth) or guess) != guess

    def label(self, keys, depth):
        """The letters to the next node: many where there is one word only."""
        label = keys[0][0][depth]
        while len(keys) < 3 and label[-1] != END and len({k[depth + len(label)] for k, _ in keys}) == 1 and len({n for _, n in keys}) == 1:
            label += keys[0][0][depth + len(label)]
        return label

    def guess(self, keys, depth):
        """The number of the paradigm that joins the usual ones of these words."""
        if not self.weights or depth > GUESS_DEPTH or len(keys) < GUESS_WORDS:
            return 0
        count = collections.Counter()
        for key, number in keys:
            if self.cuts[number] <= depth:
                count[number] += self.weights.get(key[-2::-1], 0)
        total = sum(count.values())
        if total < GUESS_WORDS:
            return 0
        joined, covered = [], 0
        for number, n in count.most_common(20):
            if covered >= GUESS_COVERS * total or n < GUESS_SHARE * total:
                break
            joined.append(number)
            covered += n
        if not joined:
            return 0
        if len(joined) == 1:
            return joined[0]
        entries = self.paradigms_list()
        sample = "\1\1\1\1\1" + keys[0][0][:depth][::-1]
        forms = set().union(*(apply(sample, entries[number]) or set() for number in joined))
        merged = paradigm(sample, forms)
        if not merged or any("\1" in cut or "\1" in added for cut, added, _ in merged):
            return joined[0]
        number = self.number(merged)
        while len(self.cuts) < len(self.numbers):
            self.cuts.append(max(len(cut) for cut, _, _ in merged))
            self.list_of_paradigms.append(merged)
        return number

    def paradigms_list(self):
        if not hasattr(self, "list_of_paradigms"):
            self.list_of_paradigms = list(self.numbers)
        return self.list_of_paradigms


def grouped(keys, depth):
    at = 0
    while at < len(keys):
        end = at
        while end < len(keys) and keys[end][0][depth] == keys[at][0][depth]:
            end += 1
        yield keys[at:end]
        at = end


def bloom(words, bits_per_word, hashes=5):
    """A Bloom filter of words with FNV-1a, split into two halves for double hashing."""
    size = max(8, (len(words) * bits_per_word + 7) // 8)
    bits = bytearray(size)
    for word in words:
        for bit in bloom_bits(word, size * 8, hashes):
            bits[bit >> 3] |= 1 << (bit & 7)
    return bytes(bits)


def bloom_bits(word, size, hashes=5):
    h = 0xCBF29CE484222325
    for byte in word.encode():
        h = (h ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    low, high = h & 0xFFFFFFFF, h >> 32 | 1
    return [(low + i * high) % size for i in range(hashes)]


def write(path, words, weights=None, known=(), common=(), general=(), listed=(), stem_bits=STEM_BITS):
    """Writes the file. `known`: the stems for compounds; `common`: the endings of many words,
    which are set 0; `listed`: the words that the file says are in a list."""
    builder = Builder(words, weights, general)
    tree, paradigms, alphabet = builder.tree(), builder.paradigms(), builder.alphabet
    sets, strings = {common: 0}, set(common)
    for entries in paradigms:
        for _, added, endings in entries:
            sets.setdefault(endings, len(sets))
            strings.add(added)
            strings.update(endings)
    strings = sorted(strings, key=lambda s: s.encode())
    position = {s: i for i, s in enumerate(strings)}
    sections = [
        struct.pack("<%dI" % len(alphabet), *map(ord, alphabet)),
        offsets([s.encode() for s in strings]),
        offsets([b"".join(struct.pack("<H", i) for i in sorted(position[e] for e in endings)) for endings in sets]),
        offsets([b"".join(struct.pack("<BHH", len(cut), position[added], sets[endings]) for cut, added, endings in entries) for entries in paradigms]),
        tree,
        bloom(known, stem_bits) if known else b"",
        bloom(listed, LISTED_BITS) if listed else b"",
    ]
    with open(path, "wb") as file:
        file.write(MAGIC + struct.pack("<%dI" % len(sections), *map(len, sections)) + b"".join(sections))
    return [len(s) for s in sections]


def offsets(parts):
    """Number of parts, the offset of each and of the end, the parts."""
    out, at = [], 0
    for part in parts:
        out.append(at)
        at += len(part)
    return struct.pack("<I%dI" % (len(out) + 1), len(parts), *out, at) + b"".join(parts)

"""Reads a language file as `mod.rs` does; for measuring without the program."""
import struct

from trie import GUESS_DEPTH, MAGIC, bloom_bits


class Reader:
    def __init__(self, path):
        data = open(path, "rb").read()
        assert data[:8] == MAGIC
        sizes = struct.unpack_from("<7I", data, 8)
        at, parts = 36, []
        for size in sizes:
            parts.append(data[at : at + size])
            at += size
        self.alphabet = {chr(c): i for i, c in enumerate(struct.unpack("<%dI" % (sizes[0] // 4), parts[0]))}
        self.strings = [s.decode() for s in self.read(parts[1])]
        self.sets = [{self.strings[i] for i in struct.unpack("<%dH" % (len(s) // 2), s)} for s in self.read(parts[2])]
        self.paradigms = self.read(parts[3])
        self.tree, self.bloom, self.listed = parts[4:]

    @staticmethod
    def read(section):
        (n,) = struct.unpack_from("<I", section)
        o = struct.unpack_from("<%dI" % (n + 1), section, 4)
        base = 4 * (n + 2)
        return [section[base + o[i] : base + o[i + 1]] for i in range(n)]

    def varint(self, at):
        number = shift = 0
        while True:
            byte = self.tree[at]
            at += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number, at

    def number(self, word, listed=None):
        key = [self.alphabet.get(c, 255) for c in word[::-1]] + [self.alphabet["\0"]]
        at = depth = found = guess = 0
        while True:
            value, at = self.varint(at)
            if value & 1:
                guess, at = self.varint(at)
            if value > 1:
                found = (value >> 1) - 1
                guess = 0 if depth > GUESS_DEPTH and not value & 1 else guess
            n, at = self.varint(at)
            for _ in range(n):
                size, at = self.varint(at)
                label = list(self.tree[at : at + size])
                length, at = self.varint(at + size)
                if key[depth : depth + size] == label:
                    depth += size
                    break
                at += length
            else:
                return found if guess == 0 or (holds(self.listed, word) if listed is None else listed) else guess

    def stems(self, word, listed=None):
        out = []
        entries = self.paradigms[self.number(word, listed)]
        for i in range(0, len(entries), 5):
            cut, added, endings = struct.unpack_from("<BHH", entries, i)
            if len(word) >= cut:
                out.append((word[: len(word) - cut] + self.strings[added], self.sets[endings]))
        return out

    def forms(self, word, listed=None):
        return {stem + ending for stem, endings in self.stems(word, listed) for ending in endings}


def holds(bits, word):
    return bool(bits) and all(bits[b >> 3] >> (b & 7) & 1 for b in bloom_bits(word, len(bits) * 8))

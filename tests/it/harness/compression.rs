//! Packed bodies, bombs among them, made by hand so that no compressor is needed to test the
//! decompressors: gzip by flate2, brotli (RFC 7932) and zstd (RFC 8878) from their plainest blocks.
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Gzip,
    Brotli,
    Zstd,
}

impl Coding {
    /// The word of the `Content-Encoding` header.
    pub fn word(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }

    /// Whether an `Accept-Encoding` header allows it.
    pub fn is_accepted(self, accept: &str) -> bool {
        accept.split(',').any(|one| one.split(';').next().unwrap().trim() == self.word())
    }

    /// `plain`, packed.
    pub fn compress(self, plain: &[u8]) -> Vec<u8> {
        match self {
            Self::Gzip => gzip(plain),
            Self::Brotli => brotli_stored(plain),
            Self::Zstd => {
                let blocks = plain
                    .chunks(ZSTD_BLOCK_BYTES)
                    .map(|chunk| (ZSTD_RAW, chunk.len(), chunk.to_vec()))
                    .collect();
                zstd(blocks)
            }
        }
    }

    /// A few hundred bytes (gzip: a thousandth) that unpack to `mib` mebibytes of zeros.
    pub fn bomb(self, mib: usize) -> Vec<u8> {
        match self {
            Self::Gzip => gzip_zeros(mib),
            Self::Brotli => brotli_zeros(mib),
            Self::Zstd => {
                let blocks = (0..mib * 8).map(|_| (ZSTD_RLE, ZSTD_BLOCK_BYTES, vec![0])).collect();
                zstd(blocks)
            }
        }
    }
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(plain).unwrap();
    packer.finish().unwrap()
}

fn gzip_zeros(mib: usize) -> Vec<u8> {
    let zeros = vec![0; 1 << 20];
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..mib {
        packer.write_all(&zeros).unwrap();
    }
    packer.finish().unwrap()
}

const ZSTD_RAW: usize = 0;
const ZSTD_RLE: usize = 1;
/// The largest block the format has.
const ZSTD_BLOCK_BYTES: usize = 128 << 10;

/// A frame of `(block type, unpacked size, bytes)`.
fn zstd(mut blocks: Vec<(usize, usize, Vec<u8>)>) -> Vec<u8> {
    if blocks.is_empty() {
        blocks.push((ZSTD_RAW, 0, Vec::new()));
    }
    // Magic number, a descriptor without checksum or size, a window of 1 KiB << 7 = 128 KiB.
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3];
    let last = blocks.len() - 1;
    for (at, (kind, size, bytes)) in blocks.into_iter().enumerate() {
        let header = usize::from(at == last) | (kind << 1) | (size << 3);
        frame.extend_from_slice(header.to_le_bytes().get(..3).unwrap());
        frame.extend(bytes);
    }
    frame
}

/// Bits, least significant first, as brotli writes them.
#[derive(Default)]
struct BitWriter {
    bytes: Vec<u8>,
    used: usize,
}

impl BitWriter {
    fn put(&mut self, value: usize, count: usize) {
        for at in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let bit = u8::from((value >> at) & 1 == 1);
            *self.bytes.last_mut().unwrap() |= bit << (self.used % 8);
            self.used += 1;
        }
    }

    /// Fills the byte with zeros.
    fn pad(&mut self) {
        self.used = self.bytes.len() * 8;
    }

    fn put_bytes(&mut self, bytes: &[u8]) {
        self.pad();
        self.bytes.extend_from_slice(bytes);
        self.pad();
    }
}

/// Uncompressed meta-blocks of up to 64 KiB.
fn brotli_stored(plain: &[u8]) -> Vec<u8> {
    let mut bits = BitWriter::default();
    bits.put(0, 1); // a window of 64 KiB
    for chunk in plain.chunks(1 << 16) {
        bits.put(0, 1); // not the last
        bits.put(0, 2); // its length in four nibbles
        bits.put(chunk.len() - 1, 16);
        bits.put(1, 1); // as it is
        bits.put_bytes(chunk);
    }
    bits.put(0b11, 2); // last and empty
    bits.bytes
}

/// Meta-blocks of 16 MiB, each one zero and one copy of everything else from a byte before.
fn brotli_zeros(mib: usize) -> Vec<u8> {
    const BLOCK_BYTES: usize = 16 << 20;
    let mut bits = BitWriter::default();
    bits.put(0, 1);
    let mut left = mib << 20;
    while left > 0 {
        let size = left.min(BLOCK_BYTES);
        left -= size;
        bits.put(0, 1); // not the last
        // Its length in five or six nibbles; the highest may not be zero.
        let nibbles = if size > 1 << 20 { 6 } else { 5 };
        bits.put(nibbles - 4, 2);
        bits.put(size - 1, nibbles * 4);
        bits.put(0, 1); // compressed
        bits.put(0, 3); // one block type each of literals, commands and distances
        bits.put(0, 6); // no postfix, no direct distances
        bits.put(0, 2); // literal context mode
        bits.put(0, 2); // one tree each of literals and distances
        // Three prefix codes of one symbol: literal 0; insert 1 and copy with 24 extra bits;
        // a distance with one extra bit.
        for (symbol, width) in [(0, 8), (399, 10), (16, 6)] {
            bits.put(1, 2);
            bits.put(0, 2);
            bits.put(symbol, width);
        }
        bits.put(size - 1 - 2_118, 24); // the copy's length, from the code's base
        bits.put(0, 1); // distance 1
    }
    bits.put(0b11, 2);
    bits.bytes
}

//! A Bloom filter of words: says of a word that was not put in that it was in one or two cases of a
//! hundred, and is never wrong about one that was.

/// Bits set for each word. With eight to twelve bits a word this is near the best number.
const HASHES: u64 = 5;
/// FNV-1a of 64 bits, from the description by Fowler, Noll and Vo.
const FNV_BASIS: u64 = 0xCBF2_9CE4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01B3;

/// Whether `word` was put in `filter`. An empty filter has no words.
pub(super) fn contains(filter: &[u8], word: &str) -> bool {
    let bits = 8 * filter.len() as u64;
    if bits == 0 {
        return false;
    }
    let hash =
        word.bytes().fold(FNV_BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME));
    let (low, step) = (hash & 0xFFFF_FFFF, hash >> 32 | 1);
    (0..HASHES).all(|number| {
        let bit = (low + number * step) % bits;
        usize::try_from(bit / 8)
            .ok()
            .and_then(|byte| filter.get(byte))
            .is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
    })
}

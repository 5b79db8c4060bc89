//! Hand-made packed bodies unpack with the decompressors of others.
use std::io::Read as _;

use crate::harness::compression::Coding;

fn unpack(coding: Coding, packed: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match coding {
        Coding::Gzip => {
            flate2::read::GzDecoder::new(packed).read_to_end(&mut plain).unwrap();
        }
        Coding::Brotli => {
            brotli_decompressor::Decompressor::new(packed, 4096).read_to_end(&mut plain).unwrap();
        }
        Coding::Zstd => {
            ruzstd::decoding::StreamingDecoder::new(packed)
                .unwrap()
                .read_to_end(&mut plain)
                .unwrap();
        }
    }
    plain
}

#[test]
fn every_coding_unpacks_to_what_was_packed() {
    let long: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    for coding in [Coding::Gzip, Coding::Brotli, Coding::Zstd] {
        for plain in [&b""[..], b"x", "숨은 말".as_bytes(), &long] {
            assert_eq!(unpack(coding, &coding.compress(plain)), plain, "{coding:?}");
        }
    }
}

#[test]
fn a_bomb_is_small_and_unpacks_to_its_size() {
    for (coding, most) in [(Coding::Gzip, 20_000), (Coding::Brotli, 100), (Coding::Zstd, 700)] {
        let bomb = coding.bomb(17);
        assert!(bomb.len() < most, "{coding:?}: {}", bomb.len());
        let plain = unpack(coding, &bomb);
        assert_eq!(plain.len(), 17 << 20, "{coding:?}");
        assert!(plain.iter().all(|byte| *byte == 0));
    }
}

#[test]
fn a_coding_is_accepted_by_name_only() {
    assert!(Coding::Brotli.is_accepted("gzip;q=0.5, br, zstd"));
    assert!(!Coding::Brotli.is_accepted("gzip, brotli"));
}

use std::hint::black_box;

use crate::harness::work::{self, PASSES_MAX};

const BYTES: usize = 64 << 10;

fn reads_each_byte_once(text: &[u8]) {
    let mut marks = 0_usize;
    for byte in text {
        marks += usize::from(black_box(*byte) == b'<');
    }
    black_box(marks);
}

fn looks_back_at_every_byte(text: &[u8]) {
    let mut marks = 0_usize;
    for end in 0..text.len() {
        marks += usize::from(text[..end].iter().any(|byte| black_box(*byte) == b'<'));
    }
    black_box(marks);
}

#[test]
fn a_reader_that_looks_back_is_told_from_one_that_does_not_in_time() {
    let text = vec![b'x'; BYTES];
    let once = work::least_passes(|| work::passes(BYTES, || reads_each_byte_once(&text)));
    assert!(once <= PASSES_MAX, "{once:.0} passes");
    let back = work::least_passes(|| work::passes(BYTES, || looks_back_at_every_byte(&text)));
    assert!(back > PASSES_MAX, "{back:.0} passes");
}

#[test]
fn one_measurement_that_is_too_high_proves_nothing() {
    let mut busy = [3.0, 0.2, 5.0].into_iter();
    assert!(work::least_passes(|| busy.next().unwrap() * PASSES_MAX) <= PASSES_MAX);
    let mut slow = [3.0, 2.0, 5.0, 2.5, 6.0].into_iter();
    assert!(work::least_passes(|| slow.next().unwrap() * PASSES_MAX) > PASSES_MAX);
}

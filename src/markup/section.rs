//! Where the two kinds of markup end that hold brackets of their own.
use memchr::{memchr, memchr3};

/// Where the next `]]>` from an offset on begins. Square brackets are rare: to look for one is
/// faster than to set up a search for three.
pub fn section_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr(b']', bytes.get(at..)?)?;
        if bytes.get(at..).is_some_and(|rest| rest.starts_with(b"]]>")) {
            return Some(at);
        }
        at += 1;
    }
}

/// Length of a document type, its internal subset included if it may have one.
pub(super) fn doctype_end(bytes: &[u8], subset: bool) -> Option<usize> {
    let first = memchr3(b'>', b'[', b'<', bytes.get(1..)?)? + 1;
    if subset && bytes.get(first) == Some(&b'[') {
        let subset = bytes.get(first..)?;
        let mut at = 0;
        while let Some(found) = memchr(b']', subset.get(at..)?) {
            at += found + 1;
            let after = subset.get(at..)?;
            let blank = after.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            if after.get(blank) == Some(&b'>') {
                return Some(first + at + blank + 1);
            }
        }
    }
    memchr(b'>', bytes).map(|found| found + 1)
}

//! Whether a push is from who was given the secret.
use aws_lc_rs::hmac;

/// What a signature is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Good,
    /// Made with another secret, or over another body.
    Wrong,
    Missing,
    /// Made by a method that is not trusted any more, or none we know.
    Weak,
}

/// Checks `X-Hub-Signature: method=hex` over a body that comes piece by piece, as it came on the wire
/// (recommendation, section 8). `sha1`, which it still names, is refused.
#[derive(Debug)]
pub struct SignatureCheck(Result<(hmac::Context, Vec<u8>), Verdict>);

impl SignatureCheck {
    pub(super) fn new(header: Option<&str>, secret: &str) -> Self {
        Self(parse_header(header).map(|(algorithm, given)| {
            (hmac::Context::with_key(&hmac::Key::new(algorithm, secret.as_bytes())), given)
        }))
    }

    /// The next bytes of the body.
    pub fn update(&mut self, bytes: &[u8]) {
        if let Ok((context, _)) = &mut self.0 {
            context.update(bytes);
        }
    }

    pub(super) fn verdict(self) -> Verdict {
        let (context, given) = match self.0 {
            Ok(sound) => sound,
            Err(verdict) => return verdict,
        };
        // The comparison takes the same time wherever the difference is.
        match aws_lc_rs::constant_time::verify_slices_are_equal(context.sign().as_ref(), &given) {
            Ok(()) => Verdict::Good,
            Err(_unspecified) => Verdict::Wrong,
        }
    }
}

/// The method and the digest of the header.
fn parse_header(header: Option<&str>) -> Result<(hmac::Algorithm, Vec<u8>), Verdict> {
    let parts = header.and_then(|header| header.trim().split_once('='));
    let (method, digits) = parts.ok_or(Verdict::Missing)?;
    let algorithm = match method.to_ascii_lowercase().as_str() {
        "sha256" => hmac::HMAC_SHA256,
        "sha384" => hmac::HMAC_SHA384,
        "sha512" => hmac::HMAC_SHA512,
        _ => return Err(Verdict::Weak),
    };
    Ok((algorithm, unhex(digits).ok_or(Verdict::Wrong)?))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |[high, low]: &[u8; 2]| Some(digit(*high)? << 4 | digit(*low)?);
    if rest.is_empty() { pairs.iter().map(pair).collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2: key "Jefe", data "what do ya want for nothing?".
    const DATA: &[u8] = b"what do ya want for nothing?";
    const SHA256: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

    #[test]
    fn a_signature_counts_only_by_a_sound_method_over_the_very_body() {
        let check = |header: Option<&str>, body: &[u8]| {
            let mut check = SignatureCheck::new(header, "Jefe");
            body.chunks(5).for_each(|piece| check.update(piece));
            check.verdict()
        };
        let judge = |header: &str, body: &[u8]| check(Some(header), body);
        assert_eq!(judge(&format!("sha256={SHA256}"), DATA), Verdict::Good);
        assert_eq!(judge(&format!("SHA256={}", SHA256.to_uppercase()), DATA), Verdict::Good);
        assert_eq!(judge(&format!("sha256={SHA256}"), b"something else"), Verdict::Wrong);
        assert_eq!(judge(&format!("sha512={SHA256}"), DATA), Verdict::Wrong);
        assert_eq!(judge("sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", DATA), Verdict::Weak);
        for odd in ["sha256=", "sha256=5b", "sha256=5bd", "sha256=zz", "sha256=é"] {
            assert_eq!(judge(odd, DATA), Verdict::Wrong, "{odd}");
        }
        assert_eq!(judge(SHA256, DATA), Verdict::Missing);
        assert_eq!(check(None, DATA), Verdict::Missing);
    }
}

//! Codes that change every half minute (RFC 6238), as every authenticator program makes them, and the
//! codes on paper for the day on which that program is gone.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use shared::id::Rng;
use shared::time::Timestamp;

/// The defaults of RFC 6238, which are the only ones that all programs know.
const STEP_MS: i64 = 30 * 1000;
const CODE_DIGITS: usize = 6;
/// Steps to either side: a phone's clock is rarely off by more.
const STEPS_OFF: u64 = 1;
const SECRET_BYTES: usize = 20;
/// Codes on one sheet of paper.
pub const RECOVERY_CODES: usize = 10;
/// Signs of such a code: 50 bits, with tries that are limited.
const RECOVERY_SIGNS: usize = 10;

/// What the database knows of a secret. The key beside the database makes the secret of it, so that a
/// copy of the database makes no codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TotpSeed(pub [u8; 16]);

impl TotpSeed {
    pub fn fresh(rng: &mut dyn Rng) -> Self {
        let mut bytes = [0; 16];
        rng.fill(&mut bytes);
        Self(bytes)
    }
}

pub struct TotpSecret([u8; SECRET_BYTES]);

impl TotpSecret {
    pub const fn from_bytes(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// For an authenticator program: RFC 4648 base 32, which is what people type if no camera works.
    pub fn text(&self) -> String {
        const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        // 20 bytes are 4 times 5, so there is no padding.
        let fives = self.0.chunks(5).flat_map(|five| {
            let bits = five.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
            (0..8).rev().map(move |place| ALPHABET[((bits >> (5 * place)) & 31) as usize])
        });
        fives.map(char::from).collect()
    }

    /// What the square picture holds. The clinic's name and the sign-in name are shown by the program.
    pub fn address(&self, clinic: &str) -> String {
        let clinic: String = clinic.bytes().map(percent).collect();
        format!("otpauth://totp/{clinic}?secret={}&issuer={clinic}", self.text())
    }

    /// The step whose code this is, around now.
    pub fn step_of(&self, typed: &str, now: Timestamp) -> Option<u64> {
        let now = u64::try_from(now.millis().div_euclid(STEP_MS)).ok()?;
        let mut found = None;
        // All of them are tried, whichever fits: how long it takes says nothing.
        for step in now.saturating_sub(STEPS_OFF)..=now + STEPS_OFF {
            if is_same(self.code(step).as_bytes(), typed.as_bytes()) {
                found = Some(step);
            }
        }
        found
    }

    /// RFC 4226, section 5.3.
    fn code(&self, step: u64) -> String {
        let mac = Hmac::<Sha1>::new_from_slice(&self.0);
        let mac = mac.expect("this MAC takes a key of any length").chain_update(step.to_be_bytes());
        let whole: [u8; 20] = mac.finalize().into_bytes().into();
        let start = usize::from(whole[19] & 15);
        let four = whole[start..start + 4].try_into().expect("the last start is 15, of 20 bytes");
        let number = (u32::from_be_bytes(four) & 0x7fff_ffff) % 10_u32.pow(CODE_DIGITS as u32);
        format!("{number:0CODE_DIGITS$}")
    }

    #[cfg(test)]
    pub fn code_at(&self, now: Timestamp) -> String {
        self.code(u64::try_from(now.millis() / STEP_MS).unwrap())
    }
}

fn percent(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    }
}

fn is_same(one: &[u8], other: &[u8]) -> bool {
    let differs = one.iter().zip(other).fold(0, |differs, (one, other)| differs | (one ^ other));
    one.len() == other.len() && differs == 0
}

/// A code on paper, as it is shown: `7h3kd-0m2vq`.
pub fn recovery_code(rng: &mut dyn Rng) -> String {
    let mut bytes = [0; RECOVERY_SIGNS];
    rng.fill(&mut bytes);
    let sign = |byte: &u8| char::from(b"0123456789abcdefghjkmnpqrstvwxyz"[usize::from(byte % 32)]);
    let text: String = bytes.iter().map(sign).collect();
    format!("{}-{}", &text[..RECOVERY_SIGNS / 2], &text[RECOVERY_SIGNS / 2..])
}

/// The same code however it was typed; nothing if it is none.
pub fn typed_recovery_code(typed: &str) -> Option<String> {
    let signs = typed.chars().filter(char::is_ascii_alphanumeric);
    let text: String = signs.map(|sign| sign.to_ascii_lowercase()).collect();
    (text.len() == RECOVERY_SIGNS).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the SHA-1 rows, of which 6 digits are shown here.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        let secret = TotpSecret::from_bytes(*b"12345678901234567890");
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.code_at(Timestamp::from_millis(seconds * 1000)), code);
        }
    }

    #[test]
    fn a_code_of_a_neighbouring_step_is_taken_and_no_other() {
        let secret = TotpSecret::from_bytes([7; 20]);
        let now = Timestamp::from_millis(1_800_000_000_000);
        let code = secret.code_at(now);
        let step = secret.step_of(&code, now);
        assert!(step.is_some());
        for off in [-STEP_MS, STEP_MS] {
            assert_eq!(secret.step_of(&code, now.plus_millis(off)), step);
        }
        for off in [-2 * STEP_MS, 2 * STEP_MS] {
            assert_eq!(secret.step_of(&code, now.plus_millis(off)), None);
        }
        for typed in ["", "12345", "1234567", "abcdef"] {
            assert_eq!(secret.step_of(typed, now), None, "{typed}");
        }
    }

    #[test]
    fn a_secret_is_written_as_programs_read_it() {
        // RFC 4648 has no vector of 20 bytes; this is the one of the key URI format's example.
        let secret = TotpSecret::from_bytes(*b"Hello!\xde\xad\xbe\xefHello!\xde\xad\xbe\xef");
        assert_eq!(secret.text(), "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP");
        let address = secret.address("North & Co");
        assert_eq!(
            address,
            "otpauth://totp/North%20%26%20Co?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP\
             &issuer=North%20%26%20Co"
        );
    }

    #[test]
    fn a_code_on_paper_is_read_however_it_was_typed() {
        let code = recovery_code(&mut crate::world::OsRng);
        assert_eq!(code.len(), RECOVERY_SIGNS + 1);
        let typed = format!(" {} ", code.to_uppercase().replace('-', " "));
        assert_eq!(typed_recovery_code(&typed), Some(code.replace('-', "")));
        assert_eq!(typed_recovery_code("123456"), None);
    }
}

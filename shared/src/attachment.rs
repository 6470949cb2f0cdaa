//! Photos and documents that a message names: how they are named, cut and limited. Both sides hold to
//! the same.

use hmac::{Hmac, KeyInit, Mac};
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::id::PatientId;

/// Bytes of one piece: what a slow line brings over in a few seconds, and what is sealed as one.
pub const PIECE_BYTES: usize = 64 * 1024;
/// Bytes of one attachment: a photo of a phone, a scan of some pages.
pub const ATTACHMENT_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Bytes of a photo as it leaves a device: enough to see what is meant, and a minute on a weak line.
pub const PHOTO_BYTES_MAX: usize = 300_000;
/// Bytes of a photo as it is chosen; the largest cameras stay below.
pub const CHOSEN_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Bytes of all attachments of one record.
pub const RECORD_BYTES_MAX: usize = 512 * 1024 * 1024;

const NAME: &[u8] = b"satchel attachment v1";

/// What may be attached. Nothing here runs a program in whoever opens it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    Jpeg,
    Png,
    WebP,
    Pdf,
}

impl MediaType {
    pub const ALL: [Self; 4] = [Self::Jpeg, Self::Png, Self::WebP, Self::Pdf];

    /// As it is written and stored.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Pdf => "application/pdf",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|media| media.text() == text)
    }

    /// Whether a content begins as this type does, whatever was said about it.
    pub fn begins(self, content: &[u8]) -> bool {
        match self {
            Self::Jpeg => content.starts_with(&[0xff, 0xd8, 0xff]),
            Self::Png => content.starts_with(b"\x89PNG\r\n\x1a\n"),
            Self::WebP => content.starts_with(b"RIFF") && content.get(8..12) == Some(b"WEBP"),
            Self::Pdf => content.starts_with(b"%PDF-"),
        }
    }
}

/// The name of a content within one record: it says what it must be, and two records that hold the
/// same photo have two names for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct AttachmentName(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    [u8; 32],
);

impl AttachmentName {
    pub fn of(patient: PatientId, content: &[u8]) -> Self {
        Self::of_hash(patient, Sha256::digest(content).into())
    }

    /// The same from the SHA-256 of the content.
    pub fn of_hash(patient: PatientId, hash: [u8; 32]) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(NAME).expect("a key of any length is taken");
        mac.update(&patient.to_bytes());
        mac.update(&hash);
        Self(mac.finalize().into_bytes().into())
    }

    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub fn text(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl std::str::FromStr for AttachmentName {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 64 || !text.bytes().all(is_hex) {
            return Err(NotAName);
        }
        let mut bytes = [0; 32];
        for (place, byte) in bytes.iter_mut().enumerate() {
            let two = &text[2 * place..2 * place + 2];
            *byte = u8::from_str_radix(two, 16).map_err(|_| NotAName)?;
        }
        Ok(Self(bytes))
    }
}

/// It is not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of an attachment")]
pub struct NotAName;

/// One try of making a photo small: its longer side in pixels, and how closely JPEG keeps to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shrink {
    pub side_max: u32,
    pub quality: f64,
}

/// What is tried, one after the other, until the photo is at most [`PHOTO_BYTES_MAX`]. The first ones
/// are as good as a screen shows; noise alone needs the last.
pub const SHRINKS: [Shrink; 6] = [
    Shrink { side_max: 1600, quality: 0.8 },
    Shrink { side_max: 1600, quality: 0.6 },
    Shrink { side_max: 1280, quality: 0.6 },
    Shrink { side_max: 1024, quality: 0.5 },
    Shrink { side_max: 800, quality: 0.4 },
    Shrink { side_max: 512, quality: 0.3 },
];

impl Shrink {
    /// Width and height of a picture that is not larger than before and has lost no side.
    pub fn sides(self, width: u32, height: u32) -> (u32, u32) {
        let longer = u64::from(width.max(height).max(1));
        let side_max = u64::from(self.side_max).min(longer);
        let scaled = |side: u32| u64::from(side) * side_max / longer;
        let side = |side: u32| u32::try_from(scaled(side)).unwrap_or(self.side_max).max(1);
        (side(width), side(height))
    }
}

/// How many pieces a content of this size has.
pub const fn pieces(size: usize) -> usize {
    size.div_ceil(PIECE_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROSA: PatientId = PatientId::from_u128(1);

    #[test]
    fn a_name_says_whose_and_what_and_reads_back() {
        let name = AttachmentName::of(ROSA, b"a photo");
        assert_ne!(name, AttachmentName::of(PatientId::from_u128(2), b"a photo"));
        assert_ne!(name, AttachmentName::of(ROSA, b"another"));
        assert_eq!(name.text().parse(), Ok(name));
        for text in ["", "ab", &"G".repeat(64), &"A".repeat(64)] {
            assert_eq!(text.parse::<AttachmentName>(), Err(NotAName));
        }
    }

    #[test]
    fn a_photo_keeps_its_shape_and_never_grows() {
        let sides = |width, height| SHRINKS[0].sides(width, height);
        assert_eq!(sides(4000, 3000), (1600, 1200));
        assert_eq!(sides(3000, 4000), (1200, 1600));
        assert_eq!(sides(640, 480), (640, 480));
        assert_eq!(sides(20_000, 1), (1600, 1));
        assert_eq!(sides(0, 0), (1, 1));
        assert!(SHRINKS.is_sorted_by(|one, next| one.side_max >= next.side_max));
    }

    #[test]
    fn a_type_is_what_the_bytes_begin_with_and_nothing_else_is_taken() {
        let begins: [(&[u8], MediaType); 4] = [
            (&[0xff, 0xd8, 0xff, 0xe0], MediaType::Jpeg),
            (b"\x89PNG\r\n\x1a\n....", MediaType::Png),
            (b"RIFF....WEBPVP8 ", MediaType::WebP),
            (b"%PDF-1.7", MediaType::Pdf),
        ];
        for (bytes, media) in begins {
            let fits = MediaType::ALL.into_iter().filter(|one| one.begins(bytes));
            assert_eq!(fits.collect::<Vec<_>>(), [media]);
            assert_eq!(MediaType::parse(media.text()), Some(media));
        }
        assert!(!MediaType::ALL.into_iter().any(|media| media.begins(b"<svg onload=...>")));
        assert_eq!(MediaType::parse("image/svg+xml"), None);
        assert_eq!(
            [pieces(0), pieces(1), pieces(PIECE_BYTES), pieces(PIECE_BYTES + 1)],
            [0, 1, 1, 2]
        );
    }
}

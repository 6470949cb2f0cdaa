//! The public key of a passkey (COSE, RFC 9052 and 9053) and what it signed. ES256, EdDSA and RS256:
//! what phones, security keys and Windows make.

use minicbor::Decoder;
use minicbor::data::Type;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};

/// Fields of a key: an RSA key has four, one on a curve five.
const FIELDS_MAX: u64 = 5;
/// Bytes of an RSA modulus: 2048 to 4096 bits.
const MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=512;
/// Bytes of an RSA exponent; it is 65537 nearly everywhere.
const EXPONENT_BYTES_MAX: usize = 8;

#[derive(Debug, PartialEq, Eq)]
pub enum PublicKey<'a> {
    Es256 { x: [u8; 32], y: [u8; 32] },
    EdDsa { x: [u8; 32] },
    Rs256 { modulus: &'a [u8], exponent: &'a [u8] },
}

/// The fields by their numbers, each at most once.
#[derive(Default)]
struct Fields<'a> {
    kind: Option<i64>,
    algorithm: Option<i64>,
    curve: Option<i64>,
    /// -1 of an RSA key, -2, and -3.
    bytes: [Option<&'a [u8]>; 3],
}

impl<'a> PublicKey<'a> {
    /// Nothing but the key.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut decoder = Decoder::new(bytes);
        let key = Self::read(&mut decoder)?;
        (decoder.position() == bytes.len()).then_some(key)
    }

    pub fn read(decoder: &mut Decoder<'a>) -> Option<Self> {
        let fields = Fields::read(decoder)?;
        match (fields.kind?, fields.algorithm?, fields.curve, fields.bytes) {
            (2, -7, Some(1), [None, Some(x), Some(y)]) => {
                Some(Self::Es256 { x: x.try_into().ok()?, y: y.try_into().ok()? })
            }
            (1, -8, Some(6), [None, Some(x), None]) => Some(Self::EdDsa { x: x.try_into().ok()? }),
            (3, -257, None, [Some(modulus), Some(exponent), None]) => {
                let fits = MODULUS_BYTES.contains(&modulus.len())
                    && (1..=EXPONENT_BYTES_MAX).contains(&exponent.len());
                fits.then_some(Self::Rs256 { modulus, exponent })
            }
            _ => None,
        }
    }

    pub fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let verified = match self {
            Self::Es256 { x, y } => {
                let point = [&[4], &x[..], &y[..]].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Self::EdDsa { x } => UnparsedPublicKey::new(&ED25519, x).verify(message, signature),
            Self::Rs256 { modulus, exponent } => RsaPublicKeyComponents { n: modulus, e: exponent }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
        };
        verified.is_ok()
    }
}

impl<'a> Fields<'a> {
    /// A field that is not known, or comes twice, makes it no key.
    fn read(decoder: &mut Decoder<'a>) -> Option<Self> {
        let count = decoder.map().ok()??;
        if count > FIELDS_MAX {
            return None;
        }
        let mut fields = Self::default();
        for _ in 0..count {
            let before = match decoder.i64().ok()? {
                1 => fields.kind.replace(decoder.i64().ok()?),
                3 => fields.algorithm.replace(decoder.i64().ok()?),
                -1 if decoder.datatype().ok()? != Type::Bytes => {
                    fields.curve.replace(decoder.i64().ok()?)
                }
                number @ -3..=-1 => {
                    let place = usize::try_from(-1 - number).ok()?;
                    let before = fields.bytes[place].replace(decoder.bytes().ok()?);
                    before.map(|_| 0)
                }
                _ => return None,
            };
            if before.is_some() {
                return None;
            }
        }
        Some(fields)
    }
}

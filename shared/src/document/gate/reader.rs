//! A cursor over foreign bytes: numbers and slices, never past the end, never a panic.

use super::Rejected;

const TRUNCATED: Rejected = Rejected::Malformed("ends too early");

#[derive(Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The length is foreign and may be anything, so it is compared before it is used.
    pub fn bytes(&mut self, length: u64) -> Result<&'a [u8], Rejected> {
        let length = usize::try_from(length).map_err(|_| TRUNCATED)?;
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(TRUNCATED)?;
        self.rest = rest;
        Ok(taken)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Rejected> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(TRUNCATED)?;
        self.rest = rest;
        Ok(*taken)
    }

    pub fn byte(&mut self) -> Result<u8, Rejected> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// Unsigned LEB128. A number written longer than needed is read; the comparison with the
    /// second writing refuses it.
    pub fn unsigned(&mut self) -> Result<u64, Rejected> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Rejected::Malformed("a number with more than 64 bits"))
    }

    /// Signed LEB128.
    pub fn signed(&mut self) -> Result<i64, Rejected> {
        let mut value = 0_i64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = i64::from(byte & 0x7f);
            // The tenth byte holds the sign alone.
            if shift == 63 && bits != 0 && bits != 0x7f {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                let is_negative = byte & 0x40 != 0;
                return Ok(if is_negative && shift < 57 {
                    value | (-1 << (shift + 7))
                } else {
                    value
                });
            }
        }
        Err(Rejected::Malformed("a number with more than 64 bits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::gate::encoding::{write_signed, write_unsigned};

    #[test]
    fn numbers_read_back_as_they_were_written() {
        let near = |center: i64| (-3..=3).map(move |step| center.wrapping_add(step));
        let powers = (0..64).flat_map(|power| near(1_i64 << power));
        for number in powers.chain(near(i64::MIN)).chain(near(0)) {
            let mut bytes = Vec::new();
            write_signed(&mut bytes, number);
            let mut reader = Reader::new(&bytes);
            assert_eq!((reader.signed(), reader.is_empty()), (Ok(number), true), "{number}");
            bytes.clear();
            write_unsigned(&mut bytes, number.cast_unsigned());
            let mut reader = Reader::new(&bytes);
            assert_eq!((reader.unsigned(), reader.is_empty()), (Ok(number.cast_unsigned()), true));
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for bytes in [&[][..], &[0x80], &[0xff; 9], &[0xff; 12]] {
            assert!(Reader::new(bytes).unsigned().is_err() && Reader::new(bytes).signed().is_err());
        }
        let too_large = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02];
        assert!(Reader::new(&too_large).unsigned().is_err());
        assert!(Reader::new(&too_large).signed().is_err());
    }
}

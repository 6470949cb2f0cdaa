//! Numbers as they are written. They are compared digit by digit: a lab's 7.00 is never rounded to
//! a float on its way to "above range".

use std::cmp::Ordering;

/// Digits and exponents beyond this are not measurements.
const DIGITS_MAX: usize = 64;
const EXPONENT_MAX: i32 = 400;
/// A float holds no more of them.
const FLOAT_DIGITS: usize = 15;

/// A decimal number: sign, digits without leading zeros, and the place of the point after them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    /// Without zeros at either end; empty is zero.
    digits: Vec<u8>,
    /// The number is 0.digits times ten to this power.
    power: i32,
}

impl Decimal {
    pub fn read(text: &str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(place) => (&rest[..place], rest[place + 1..].parse().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = || whole.bytes().chain(fraction.bytes());
        let sane = all().all(|byte| byte.is_ascii_digit())
            && !whole.is_empty()
            && all().count() <= DIGITS_MAX
            && (-EXPONENT_MAX..=EXPONENT_MAX).contains(&exponent);
        if !sane {
            return None;
        }
        let mut digits: Vec<u8> = all().map(|byte| byte - b'0').collect();
        let leading = digits.iter().take_while(|digit| **digit == 0).count();
        digits.drain(..leading);
        while digits.last() == Some(&0) {
            digits.pop();
        }
        let power = i32::try_from(whole.len()).ok()? - i32::try_from(leading).ok()? + exponent;
        Some(Self {
            negative: negative && !digits.is_empty(),
            power: if digits.is_empty() { 0 } else { power },
            digits,
        })
    }

    /// For drawing only. The standard library's own way, exact to the last bit, brings tables of ten
    /// kilobytes to every phone.
    pub fn to_float(&self) -> f64 {
        let kept = &self.digits[..self.digits.len().min(FLOAT_DIGITS)];
        let whole = kept.iter().fold(0.0, |float, digit| float * 10.0 + f64::from(*digit));
        let kept = i32::try_from(kept.len()).unwrap_or(0);
        let tens = |count: i32| (0..count).fold(1.0, |float: f64, _| float * 10.0);
        let size = match self.power - kept {
            shift @ 0.. => whole * tens(shift),
            shift => whole / tens(-shift),
        };
        if self.negative { -size } else { size }
    }

    fn size(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => {
                let power = self.power.cmp(&other.power);
                power.then_with(|| self.digits.cmp(&other.digits))
            }
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.size(other),
            (true, true) => other.size(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    fn check(smaller: &str, larger: &str) {
        let (small, large) = (Decimal::read(smaller).unwrap(), Decimal::read(larger).unwrap());
        assert!(small < large, "{smaller} < {larger}");
    }

    #[test]
    fn numbers_compare_by_their_digits_and_not_by_their_writing() {
        check("9.9", "10");
        check("-10", "-9.9");
        check("-0.1", "0");
        check("0.1", "1e0");
        check("7", "7.00000000000000000001");
        check("0.00099", "1E-3");
        check("99999999999999999999", "100000000000000000000");
        for same in ["7", "7.0", "7.00", "0.7e1", "70E-1", "+7"] {
            assert_eq!(Decimal::read(same), Decimal::read("7"), "{same}");
        }
        assert_eq!(Decimal::read("-0.0"), Decimal::read("0"));
    }

    #[test]
    fn what_is_not_a_number_is_not_made_into_one() {
        for text in ["", "-", ".", ".5", "1e", "1e999999999999", "NaN", "<5", "1,5", "1e4000"] {
            assert_eq!(Decimal::read(text), None, "{text}");
        }
    }
}

//! Numbers as people read them. No lab measures nine digits: programs that calculated write them, and
//! then a screen says fewer. What the source wrote stays as it is, and a result's page can say it.

/// With more digits that count, a number was calculated.
const MEASURED_DIGITS_MAX: usize = 8;
/// What is said of a calculated one after the point, or more until so many digits count.
const FRACTION_DIGITS: usize = 2;
const DIGITS_MIN: usize = 3;

/// "16.489780072423745" is "16.49"; what a lab could have measured stays as it is written.
pub fn readable(number: &str) -> String {
    rounded(number).unwrap_or_else(|| number.to_owned())
}

/// Nothing if a screen shows it as it is.
pub fn rounded(number: &str) -> Option<String> {
    let digits = number.strip_prefix('-').unwrap_or(number);
    let (whole, fraction) = digits.split_once('.')?;
    let is_plain = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    let counted = format!("{whole}{fraction}");
    let counted = counted.trim_start_matches('0').len();
    if !is_plain || counted <= MEASURED_DIGITS_MAX {
        return None;
    }
    let before_point = whole.trim_start_matches('0').len();
    let zeros = fraction.bytes().take_while(|byte| *byte == b'0').count();
    let needed = match before_point {
        0 => zeros + DIGITS_MIN,
        some => DIGITS_MIN.saturating_sub(some),
    };
    let kept = needed.max(FRACTION_DIGITS);
    if kept >= fraction.len() {
        return None;
    }
    let mut said: Vec<u8> = format!("0{whole}{}", &fraction[..kept]).into_bytes();
    if fraction.as_bytes()[kept] >= b'5' {
        add_one(&mut said);
    }
    let said = String::from_utf8(said).ok()?;
    let (whole, fraction) = said.split_at(said.len() - kept);
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if number.starts_with('-') { "-" } else { "" };
    Some(format!("{sign}{whole}.{fraction}"))
}

/// The first digit is a zero, so that there is room.
fn add_one(digits: &mut [u8]) {
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
    }
}

#[cfg(test)]
mod tests {
    use super::readable;

    fn check(number: &str, expected: &str) {
        assert_eq!(readable(number), expected, "{number}");
    }

    #[test]
    fn what_a_program_calculated_is_said_with_fewer_digits() {
        check("16.489780072423745", "16.49");
        check("159.05016355609337", "159.05");
        check("1.9482910038608554", "1.95");
        check("0.22481372253320897", "0.225");
        check("0.000123456789", "0.000123");
        check("-16.489780072423745", "-16.49");
        check("99.995000001", "100.00");
        check("9.999999999", "10.00");
        check("0.9999999999", "1.000");
        check("1234567.891", "1234567.89");
    }

    #[test]
    fn what_a_lab_can_have_measured_stays_as_it_is_written() {
        for number in ["7", "7.00", "0.00045", "1234.5678", "123456789", "12345678.12", "1.0e-12"] {
            check(number, number);
        }
        check("about 16.489780072423745", "about 16.489780072423745");
        check("", "");
        check("1.", "1.");
    }
}

//! Units as people write them. Many sources send the codes of UCUM as words: `mm[Hg]`, `Cel`,
//! `{nominal}`. Only the spelling changes here, never the unit or the number.

/// Codes that no letter rule spells.
const WORDS: [(&str, &str); 10] = [
    ("Cel", "°C"),
    ("degC", "°C"),
    ("[degF]", "°F"),
    ("degF", "°F"),
    ("[lb_av]", "lb"),
    ("[oz_av]", "oz"),
    ("[in_i]", "in"),
    ("[ft_i]", "ft"),
    ("[pH]", ""),
    ("{nominal}", ""),
];

/// Behind a unit these are half of the number: the same D-dimer is about twice as much in `ug/mL{FEU}` as in
/// `ug/mL{DDU}`, and a copy of a virus is another count than an international unit.
const COUNTED: [&str; 3] = ["FEU", "DDU", "IU"];

/// What is the same where numbers may stand on one line. Most of what braces say about a unit (`%{Hb}`)
/// changes no number, unless they stand in place of one (`{copies}/mL`).
pub(crate) fn compared(unit: &str) -> String {
    let mut plain = String::new();
    let mut rest = unit.trim();
    while let Some((before, (inside, behind))) =
        rest.split_once('{').and_then(|(before, behind)| Some((before, behind.split_once('}')?)))
    {
        plain.push_str(before);
        let is_about_a_unit =
            before.ends_with(|last: char| last.is_alphanumeric() || "%]".contains(last));
        if !is_about_a_unit || COUNTED.iter().any(|word| word.eq_ignore_ascii_case(inside)) {
            plain.extend(["{", inside, "}"]);
        }
        rest = behind;
    }
    plain.push_str(rest);
    spelled(&plain).unwrap_or_default().to_lowercase()
}

/// The unit to show, or nothing where a code says that there is none.
pub(crate) fn spelled(unit: &str) -> Option<String> {
    // Most units are: nothing below would change a letter.
    if is_plain(unit) {
        return Some(unit.to_owned());
    }
    let parts: Vec<String> = unit.split('/').map(part).collect();
    let spelled = parts.join("/");
    let is_said = spelled.chars().any(|letter| letter.is_alphanumeric() || "%°‰".contains(letter));
    (is_said && spelled != "1").then_some(spelled)
}

fn is_plain(unit: &str) -> bool {
    let is_known = |part: &str| WORDS.iter().any(|(code, _)| *code == part);
    unit.bytes().any(|byte| byte != b'/')
        && unit.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'%'))
        && !unit.split('/').any(is_known)
}

fn part(part: &str) -> String {
    if let Some((_, word)) = WORDS.iter().find(|(code, _)| *code == part) {
        return (*word).to_owned();
    }
    let mut spelled = String::with_capacity(part.len());
    let mut rest = part;
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        match letter {
            // Said about the unit before it, or in place of one (`{tablet}`).
            '{' => {
                let (inside, behind) = rest.split_once('}').unwrap_or((rest, ""));
                if !spelled.is_empty() && !inside.is_empty() {
                    spelled.push(' ');
                }
                spelled.push_str(&inside.replace('_', " "));
                rest = behind;
            }
            '[' | ']' => {}
            '*' if spelled == "10" => {
                spelled.insert(0, '×');
                let digits =
                    rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
                let (power, behind) = rest.split_at(digits);
                spelled.extend(power.chars().map(superscript));
                rest = behind;
            }
            letter => spelled.push(letter),
        }
    }
    raised(&spelled)
}

/// `m2` is a square.
fn raised(unit: &str) -> String {
    match unit.strip_suffix("m2").filter(|before| !before.ends_with(char::is_alphanumeric)) {
        Some(before) => format!("{before}m²"),
        None => unit.to_owned(),
    }
}

fn superscript(digit: char) -> char {
    let place = digit.to_digit(10).and_then(|digit| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(digit as usize));
    place.unwrap_or(digit)
}

#[cfg(test)]
mod tests {
    use super::{compared, spelled};

    #[test]
    fn codes_become_the_words_that_people_know() {
        let cases = [
            ("mm[Hg]", "mmHg"),
            ("Cel", "°C"),
            ("[degF]", "°F"),
            ("[lb_av]", "lb"),
            ("/min", "/min"),
            ("{beats}/min", "beats/min"),
            ("{tbl}", "tbl"),
            ("{score}", "score"),
            ("{fl_oz}", "fl oz"),
            ("kg/m2", "kg/m²"),
            ("mL/min/{1.73_m2}", "mL/min/1.73 m²"),
            ("10*3/uL", "×10³/uL"),
            ("10*12/L", "×10¹²/L"),
            ("[IU]/L", "IU/L"),
            ("m[IU]/mL", "mIU/mL"),
            ("%{Hb}", "% Hb"),
            ("%{}", "%"),
            ("ug/mL{FEU}", "ug/mL FEU"),
            ("ug/mL{DDU}", "ug/mL DDU"),
            ("mg/g{creat}", "mg/g creat"),
            ("10*3{red_cells}/uL", "×10³ red cells/uL"),
            ("cm2", "cm2"),
            ("µg/dL", "µg/dL"),
            ("x10E3/uL", "x10E3/uL"),
            ("breaths per minute", "breaths per minute"),
        ];
        for (code, words) in cases {
            assert_eq!(spelled(code).as_deref(), Some(words), "{code}");
        }
    }

    #[test]
    fn numbers_are_compared_without_what_braces_say_beside_a_unit() {
        let alike = |one: &str, other: &str| compared(one) == compared(other);
        for (one, other) in
            [("%{Hb}", "%"), ("mg/g{creat}", "mg/g"), ("10*3{cells}/uL", "10*3/uL"), ("%{", "%{")]
        {
            assert!(alike(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("ug/mL{FEU}", "ug/mL{DDU}"),
            ("ug/mL{FEU}", "ug/mL"),
            ("{copies}/mL", "{IU}/mL"),
            ("10*3{copies}/mL", "10*3{IU}/mL"),
            ("mL/min/{1.73_m2}", "mL/min"),
        ] {
            assert!(!alike(one, other), "{one} {other}");
        }
    }

    #[test]
    fn a_bare_number_has_no_unit() {
        for code in ["{nominal}", "1", "", "[pH]", "{", "{}"] {
            assert_eq!(spelled(code), None, "{code}");
        }
    }
}

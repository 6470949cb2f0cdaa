//! Numbers, texts and run lengths as the format writes them: the counterpart of reader and columns.

pub fn write_unsigned(to: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        to.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

pub fn write_signed(to: &mut Vec<u8>, mut value: i64) {
    while !(-0x40..0x40).contains(&value) {
        to.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    to.push((value & 0x7f) as u8);
}

pub fn write_text(to: &mut Vec<u8>, text: &str) {
    write_unsigned(to, text.len() as u64);
    to.extend(text.as_bytes());
}

pub trait Written: PartialEq {
    fn write(&self, to: &mut Vec<u8>);
}

impl Written for u64 {
    fn write(&self, to: &mut Vec<u8>) {
        write_unsigned(to, *self);
    }
}

impl Written for i64 {
    fn write(&self, to: &mut Vec<u8>) {
        write_signed(to, *self);
    }
}

impl Written for &str {
    fn write(&self, to: &mut Vec<u8>) {
        write_text(to, self);
    }
}

/// Run lengths: equal neighbours as a count and the value, different ones as a negative count and
/// the values, nothings as zero and their count. A column of nothings alone is left out.
pub fn runs<T: Written>(values: impl Iterator<Item = Option<T>>) -> Vec<u8> {
    let mut to = Vec::new();
    let mut different: Vec<T> = Vec::new();
    let mut any_value = false;
    let mut values = values.peekable();
    while let Some(value) = values.next() {
        let mut count = 1_i64;
        while values.next_if_eq(&value).is_some() {
            count += 1;
        }
        match value {
            Some(value) if count == 1 => different.push(value),
            Some(value) => {
                write_different(&mut to, &mut different);
                write_signed(&mut to, count);
                value.write(&mut to);
            }
            None => {
                write_different(&mut to, &mut different);
                write_signed(&mut to, 0);
                write_unsigned(&mut to, count.unsigned_abs());
                continue;
            }
        }
        any_value = true;
    }
    write_different(&mut to, &mut different);
    if any_value { to } else { Vec::new() }
}

fn write_different<T: Written>(to: &mut Vec<u8>, different: &mut Vec<T>) {
    if different.is_empty() {
        return;
    }
    write_signed(to, -(different.len() as i64));
    for value in different.drain(..) {
        value.write(to);
    }
}

/// Run lengths of the differences between neighbours.
pub fn differences(values: impl Iterator<Item = i64>) -> Vec<u8> {
    let mut last = 0_i64;
    runs(values.map(|value| {
        let difference = value.wrapping_sub(last);
        last = value;
        Some(difference)
    }))
}

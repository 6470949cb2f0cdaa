//! Columns of operations: run lengths are unrolled into rows, never more rows than the limit, so
//! that a run of 2^40 costs as much as a run of one.

use super::reader::Reader;
use super::{Limit, Rejected};

/// The low three bits of a column's number.
pub mod kind {
    pub const GROUP: u32 = 0;
    pub const ACTOR: u32 = 1;
    pub const INTEGER: u32 = 2;
    pub const DELTA: u32 = 3;
    pub const BOOLEAN: u32 = 4;
    pub const STRING: u32 = 5;
    pub const VALUE_LENGTH: u32 = 6;
    pub const VALUE: u32 = 7;
}

/// The bit of a column's number that says its bytes are compressed.
pub const DEFLATED: u32 = 0b1000;

/// One column as the list of columns names it.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    pub number: u32,
    pub bytes: &'a [u8],
}

/// Reads the list of columns: number and length of each, in rising order, none twice.
pub fn read_list(from: &mut Reader<'_>, columns_max: usize) -> Result<Vec<(u32, u64)>, Rejected> {
    let count = from.unsigned()?;
    if count > columns_max as u64 {
        return Err(Rejected::TooMuch(Limit::Columns));
    }
    let mut list: Vec<(u32, u64)> = Vec::new();
    for _ in 0..count {
        let number = u32::try_from(from.unsigned()?)
            .map_err(|_| Rejected::Malformed("a column number above 32 bits"))?;
        if list.last().is_some_and(|(last, _)| *last & !DEFLATED >= number & !DEFLATED) {
            return Err(Rejected::Malformed("columns are not in order"));
        }
        list.push((number, from.unsigned()?));
    }
    Ok(list)
}

/// What can stand in a run-length column.
pub trait Cell<'a>: Copy {
    fn read(from: &mut Reader<'a>) -> Result<Self, Rejected>;
}

impl<'a> Cell<'a> for u64 {
    fn read(from: &mut Reader<'a>) -> Result<Self, Rejected> {
        from.unsigned()
    }
}

impl<'a> Cell<'a> for i64 {
    fn read(from: &mut Reader<'a>) -> Result<Self, Rejected> {
        from.signed()
    }
}

impl<'a> Cell<'a> for &'a str {
    fn read(from: &mut Reader<'a>) -> Result<Self, Rejected> {
        let length = from.unsigned()?;
        std::str::from_utf8(from.bytes(length)?).map_err(|_| Rejected::Malformed("not UTF-8"))
    }
}

/// Unrolls a column. A positive count repeats one value, a negative one is followed by as many
/// values, zero by a count of nothings.
pub fn rows<'a, T: Cell<'a>>(
    bytes: &'a [u8],
    rows_max: usize,
    limit: Limit,
) -> Result<Vec<Option<T>>, Rejected> {
    let mut from = Reader::new(bytes);
    let mut rows = Vec::new();
    let fits = |count: u64, rows: &Vec<Option<T>>| {
        let room = (rows_max - rows.len()) as u64;
        if count <= room { Ok(count) } else { Err(Rejected::TooMuch(limit)) }
    };
    while !from.is_empty() {
        let count = from.signed()?;
        if count > 0 {
            let value = Some(T::read(&mut from)?);
            let count = fits(count.unsigned_abs(), &rows)?;
            rows.extend((0..count).map(|_| value));
        } else if count < 0 {
            for _ in 0..fits(count.unsigned_abs(), &rows)? {
                rows.push(Some(T::read(&mut from)?));
            }
        } else {
            let count = from.unsigned()?;
            let count = fits(count, &rows)?;
            rows.extend((0..count).map(|_| None));
        }
    }
    Ok(rows)
}

/// Unrolls a column of differences into the numbers they add up to.
pub fn sums(bytes: &[u8], rows_max: usize, limit: Limit) -> Result<Vec<Option<i64>>, Rejected> {
    let mut rows = rows::<i64>(bytes, rows_max, limit)?;
    let mut last = 0_i64;
    for row in rows.iter_mut().flatten() {
        last = last.checked_add(*row).ok_or(Rejected::Malformed("differences overflow"))?;
        *row = last;
    }
    Ok(rows)
}

/// How many rows a column of booleans has, and whether one of them is true: counts of false and
/// of true in turn.
pub fn booleans(bytes: &[u8], rows_max: usize) -> Result<(usize, bool), Rejected> {
    let mut from = Reader::new(bytes);
    let (mut total, mut is_true, mut any_true) = (0_usize, false, false);
    while !from.is_empty() {
        let count = from.unsigned()?;
        if count > (rows_max - total) as u64 {
            return Err(Rejected::TooMuch(Limit::Operations));
        }
        total += usize::try_from(count).expect("it is at most the limit");
        any_true |= is_true && count > 0;
        is_true = !is_true;
    }
    Ok((total, any_true))
}

//! Sorting, made once. The standard library makes its sort anew, at 3 KB each, for every type that
//! is sorted, and thirty kinds of rows were a noticeable part of what every patient downloads.

use std::cmp::Ordering;

use crate::ordered::BTreeMap;

/// Like the sorting of the standard library: what is equal stays in its order.
pub trait Arrange<T> {
    fn arrange_by_key<K: Ord>(&mut self, key: impl Fn(&T) -> K);

    fn arrange(&mut self)
    where
        T: Ord;
}

impl<T> Arrange<T> for [T] {
    fn arrange_by_key<K: Ord>(&mut self, key: impl Fn(&T) -> K) {
        let keys: Vec<K> = self.iter().map(key).collect();
        let to = places(keys.len(), &|one, other| keys[one].cmp(&keys[other]));
        move_to(to, &mut |one, other| self.swap(one, other));
    }

    fn arrange(&mut self)
    where
        T: Ord,
    {
        let to = places(self.len(), &|one, other| self[one].cmp(&self[other]));
        move_to(to, &mut |one, other| self.swap(one, other));
    }
}

/// A map of these pairs. Collecting them would sort them first, with a sort of their own.
pub fn mapped<K: Ord, V>(pairs: impl Iterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    map.extend(pairs);
    map
}

/// Where each item belongs.
fn places(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    #[expect(clippy::disallowed_methods, reason = "this is the one sort that all others share")]
    order.sort_by(|one, other| compare(*one, *other));
    let mut to = vec![0; count];
    for (place, item) in order.into_iter().enumerate() {
        to[item] = place;
    }
    to
}

/// Each swap brings one item to its place, so that there are fewer swaps than items.
fn move_to(mut to: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    for item in 0..to.len() {
        while to[item] != item {
            let place = to[item];
            swap(item, place);
            to.swap(item, place);
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "what it is compared with")]
mod tests {
    use super::Arrange;

    #[test]
    fn what_is_arranged_is_sorted_and_what_is_equal_stays_in_its_order() {
        let mut state: u32 = 1;
        for count in 0..60 {
            let mut rows = Vec::new();
            for place in 0..count {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                rows.push(((state >> 28).to_string(), place));
            }
            let mut sorted = rows.clone();
            sorted.sort_by(|one, other| one.0.cmp(&other.0));
            rows.arrange_by_key(|row| row.0.clone());
            assert_eq!(rows, sorted);
            rows.reverse();
            rows.arrange();
            sorted.sort();
            assert_eq!(rows, sorted);
        }
    }
}

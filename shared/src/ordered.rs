//! Maps and sets in the order of their keys, under the names the standard library gives them. A tree
//! of two levels, leaves of a few dozen pairs in one list, costs a fifth of the standard library's
//! code, which is made anew for each of the sixty kinds of pairs and comes with every download.
//! Inserting moves what stands behind: at a hundred thousand pairs still less than a page of memory.

mod set;
#[cfg(test)]
mod tests;

use std::borrow::Borrow;
use std::fmt;
use std::iter::{Flatten, Map};
use std::ops::Index;
use std::{slice, vec};

pub use set::BTreeSet;

/// Long enough that the list of leaves stays short, short enough that moving a leaf's end is cheap.
const LEAF_MAX: usize = 64;

pub struct BTreeMap<K, V> {
    /// None is empty.
    leaves: Vec<Vec<(K, V)>>,
    count: usize,
}

/// A leaf and a place in it.
#[derive(Clone, Copy)]
struct Place {
    leaf: usize,
    slot: usize,
}

impl<K, V> BTreeMap<K, V> {
    pub const fn new() -> Self {
        Self { leaves: Vec::new(), count: 0 }
    }

    pub const fn len(&self) -> usize {
        self.count
    }

    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub fn clear(&mut self) {
        *self = Self::new();
    }

    pub fn iter(&self) -> Iter<'_, K, V> {
        let end = Place { leaf: self.leaves.len(), slot: 0 };
        Iter { leaves: &self.leaves, front: Place { leaf: 0, slot: 0 }, end, left: self.count }
    }

    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (&K, &mut V)> {
        self.into_iter()
    }

    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator + Clone {
        self.iter().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator + Clone {
        self.iter().map(|(_, value)| value)
    }

    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> {
        self.leaves.iter_mut().flatten().map(|(_, value)| value)
    }

    pub fn into_keys(self) -> impl DoubleEndedIterator<Item = K> + ExactSizeIterator {
        self.into_iter().map(|(key, _)| key)
    }

    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> + ExactSizeIterator {
        self.into_iter().map(|(_, value)| value)
    }

    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next_back()
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        for leaf in &mut self.leaves {
            leaf.retain_mut(|(key, value)| keep(key, value));
        }
        self.leaves.retain(|leaf| !leaf.is_empty());
        self.count = self.leaves.iter().map(Vec::len).sum();
    }

    fn insert_at(&mut self, place: Place, key: K, value: V) -> &mut V {
        let mut place = place;
        if place.leaf == self.leaves.len() {
            self.leaves.push(Vec::new());
        } else if self.leaves[place.leaf].len() == LEAF_MAX {
            // Whoever adds at the end leaves full leaves behind.
            let half = if place.slot == LEAF_MAX { LEAF_MAX } else { LEAF_MAX / 2 };
            let behind = self.leaves[place.leaf].split_off(half);
            self.leaves.insert(place.leaf + 1, behind);
            if place.slot >= half {
                place = Place { leaf: place.leaf + 1, slot: place.slot - half };
            }
        }
        self.count += 1;
        let leaf = &mut self.leaves[place.leaf];
        leaf.insert(place.slot, (key, value));
        &mut leaf[place.slot].1
    }

    fn remove_at(&mut self, place: Place) -> (K, V) {
        self.count -= 1;
        let leaf = &mut self.leaves[place.leaf];
        let pair = leaf.remove(place.slot);
        if leaf.is_empty() {
            self.leaves.remove(place.leaf);
        }
        pair
    }
}

impl<K: Ord, V> BTreeMap<K, V> {
    /// Where the key stands, or where it would.
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<Place, Place>
    where
        K: Borrow<Q>,
    {
        let ends_before =
            |leaf: &Vec<(K, V)>| leaf.last().is_some_and(|(last, _)| last.borrow() < key);
        // Most keys come in their order: behind everything that is there.
        let leaf = match self.leaves.last() {
            Some(last) if ends_before(last) => self.leaves.len(),
            Some(_) | None => self.leaves.partition_point(ends_before),
        };
        let Some(pairs) = self.leaves.get(leaf) else {
            let Some(last) = self.leaves.len().checked_sub(1) else {
                return Err(Place { leaf: 0, slot: 0 });
            };
            return Err(Place { leaf: last, slot: self.leaves[last].len() });
        };
        match pairs.binary_search_by(|(other, _)| other.borrow().cmp(key)) {
            Ok(slot) => Ok(Place { leaf, slot }),
            Err(slot) => Err(Place { leaf, slot }),
        }
    }

    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let place = self.find(key).ok()?;
        Some(&self.leaves[place.leaf][place.slot].1)
    }

    /// `get_mut` of the standard library, by this project's rule for names.
    pub fn find_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let place = self.find(key).ok()?;
        Some(&mut self.leaves[place.leaf][place.slot].1)
    }

    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// Answers what stood there before; the key stays the one that came first.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(place) => Some(std::mem::replace(&mut self.leaves[place.leaf][place.slot].1, value)),
            Err(place) => {
                self.insert_at(place, key, value);
                None
            }
        }
    }

    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let place = self.find(key).ok()?;
        Some(self.remove_at(place).1)
    }

    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        let place = self.find(&key);
        Entry { map: self, key, place }
    }
}

/// A key's place, with something there or not yet.
pub struct Entry<'a, K, V> {
    map: &'a mut BTreeMap<K, V>,
    key: K,
    place: Result<Place, Place>,
}

impl<'a, K, V> Entry<'a, K, V> {
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> &'a mut V {
        match self.place {
            Ok(place) => &mut self.map.leaves[place.leaf][place.slot].1,
            Err(place) => self.map.insert_at(place, self.key, make()),
        }
    }

    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }
}

pub struct Iter<'a, K, V> {
    leaves: &'a [Vec<(K, V)>],
    /// Of the next pair, or behind the last of its leaf.
    front: Place,
    /// Behind the last pair.
    end: Place,
    left: usize,
}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        if self.front.slot == self.leaves[self.front.leaf].len() {
            self.front = Place { leaf: self.front.leaf + 1, slot: 0 };
        }
        let (key, value) = &self.leaves[self.front.leaf][self.front.slot];
        self.front.slot += 1;
        Some((key, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<K, V> DoubleEndedIterator for Iter<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        if self.end.slot == 0 {
            let leaf = self.end.leaf - 1;
            self.end = Place { leaf, slot: self.leaves[leaf].len() };
        }
        self.end.slot -= 1;
        let (key, value) = &self.leaves[self.end.leaf][self.end.slot];
        Some((key, value))
    }
}

impl<K, V> ExactSizeIterator for Iter<'_, K, V> {}

impl<'a, K, V> IntoIterator for &'a BTreeMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, K, V> IntoIterator for &'a mut BTreeMap<K, V> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = Map<Flatten<slice::IterMut<'a, Vec<(K, V)>>>, fn(&'a mut (K, V)) -> Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.leaves.iter_mut().flatten().map(|(key, value)| (&*key, value))
    }
}

impl<K, V> IntoIterator for BTreeMap<K, V> {
    type Item = (K, V);
    type IntoIter = vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        let mut pairs = Vec::with_capacity(self.count);
        for mut leaf in self.leaves {
            pairs.append(&mut leaf);
        }
        pairs.into_iter()
    }
}

impl<K: Ord, V> Extend<(K, V)> for BTreeMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        for (key, value) in pairs {
            self.insert(key, value);
        }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for BTreeMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut map = Self::new();
        map.extend(pairs);
        map
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for BTreeMap<K, V> {
    fn from(pairs: [(K, V); N]) -> Self {
        Self::from_iter(pairs)
    }
}

impl<K: Ord + Borrow<Q>, V, Q: Ord + ?Sized> Index<&Q> for BTreeMap<K, V> {
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("the key is in the map")
    }
}

impl<K, V> Default for BTreeMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Clone, V: Clone> Clone for BTreeMap<K, V> {
    fn clone(&self) -> Self {
        Self { leaves: self.leaves.clone(), count: self.count }
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for BTreeMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other)
    }
}

impl<K: Eq, V: Eq> Eq for BTreeMap<K, V> {}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for BTreeMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

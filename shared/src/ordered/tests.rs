//! The same steps on ours and on the standard library's, step by step the same.

use std::collections;

use super::{BTreeMap, BTreeSet, LEAF_MAX};

/// Numbers without a pattern, the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

fn assert_same(ours: &BTreeMap<u64, u64>, theirs: &collections::BTreeMap<u64, u64>) {
    assert_eq!(ours.len(), theirs.len());
    assert!(ours.iter().eq(theirs.iter()));
    assert!(ours.iter().rev().eq(theirs.iter().rev()));
    assert_eq!(ours.first_key_value(), theirs.first_key_value());
    assert_eq!(ours.last_key_value(), theirs.last_key_value());
    assert!(ours.leaves.iter().all(|leaf| (1..=LEAF_MAX).contains(&leaf.len())));
}

#[test]
fn a_map_does_what_the_standard_one_does() {
    for keys in [1, 10, 100, 1000, 10_000] {
        let mut numbers = Numbers(keys);
        let (mut ours, mut theirs) = (BTreeMap::new(), collections::BTreeMap::new());
        for step in 0..4 * keys {
            let key = numbers.below(keys);
            match numbers.below(8) {
                0..=2 => assert_eq!(ours.insert(key, step), theirs.insert(key, step)),
                3 | 4 => assert_eq!(ours.remove(&key), theirs.remove(&key)),
                5 => {
                    *ours.entry(key).or_default() += step;
                    *theirs.entry(key).or_default() += step;
                }
                6 => assert_eq!(ours.find_mut(&key), theirs.get_mut(&key)),
                _ => assert_eq!(ours.contains_key(&key), theirs.contains_key(&key)),
            }
            assert_eq!(ours.get(&key), theirs.get(&key));
            if step % (keys / 4 + 1) == 0 {
                assert_same(&ours, &theirs);
            }
        }
        assert_same(&ours, &theirs);
        ours.retain(|key, _| key % 3 == 0);
        theirs.retain(|key, _| key % 3 == 0);
        assert_same(&ours, &theirs);
        assert!(ours.clone().into_iter().eq(theirs.clone()));
        assert!(ours.clone().into_values().rev().eq(theirs.clone().into_values().rev()));
        assert_eq!(ours, theirs.into_iter().collect());
    }
}

#[test]
fn both_ends_meet_wherever_that_is() {
    let map: BTreeMap<u64, u64> = (0..200).map(|key| (key, key)).collect();
    for from_front in 0..=200 {
        let mut pairs = map.iter();
        let front = pairs.by_ref().take(from_front).count();
        assert_eq!(pairs.len(), 200 - front);
        assert_eq!(pairs.by_ref().rev().count(), 200 - front);
        assert_eq!((pairs.next(), pairs.next_back()), (None, None));
    }
}

#[test]
fn what_comes_in_order_fills_its_leaves() {
    let map: BTreeMap<u64, ()> = (0..10_000).map(|key| (key, ())).collect();
    assert_eq!(map.leaves.len(), 10_000_usize.div_ceil(LEAF_MAX));
}

#[test]
fn how_a_map_came_about_does_not_matter() {
    let forwards: BTreeMap<u64, u64> = (0..500).map(|key| (key, key)).collect();
    let backwards: BTreeMap<u64, u64> = (0..500).rev().map(|key| (key, key)).collect();
    assert_eq!(forwards, backwards);
    assert_ne!(forwards.leaves.len(), backwards.leaves.len());
}

#[test]
fn a_set_does_what_the_standard_one_does() {
    let mut numbers = Numbers(7);
    let (mut ours, mut theirs) = (BTreeSet::new(), collections::BTreeSet::new());
    for _ in 0..5000 {
        let item = numbers.below(600);
        if numbers.below(3) == 0 {
            assert_eq!(ours.remove(&item), theirs.remove(&item));
        } else {
            assert_eq!(ours.insert(item), theirs.insert(item));
        }
        assert_eq!(ours.contains(&item), theirs.contains(&item));
    }
    assert!(ours.iter().eq(&theirs));
    assert!(ours.clone().into_iter().eq(theirs));
    let more: BTreeSet<u64> = ours.iter().copied().chain([601]).collect();
    assert!(ours.is_subset(&more) && !more.is_subset(&ours));
    assert_eq!((ours.first(), more.last()), (ours.iter().min(), Some(&601)));
}

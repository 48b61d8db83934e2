//! A map that never holds more than it may: the entry untouched for longest makes room.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

pub(super) struct Recent<K, V> {
    entries: HashMap<K, Entry<V>>,
    /// Keys by the turn of their last touch.
    order: BTreeMap<u64, K>,
    turn: u64,
    capacity: usize,
}

struct Entry<V> {
    touched: u64,
    value: V,
}

impl<K: Copy + Eq + Hash, V: Default> Recent<K, V> {
    pub(super) fn new(capacity: usize) -> Self {
        Self { entries: HashMap::new(), order: BTreeMap::new(), turn: 0, capacity: capacity.max(1) }
    }

    pub(super) fn contains(&self, key: &K) -> bool {
        self.entries.contains_key(key)
    }

    /// The value of `key`, new if there is none, as the one touched last.
    pub(super) fn touch(&mut self, key: K) -> &mut V {
        let full = !self.entries.contains_key(&key) && self.entries.len() >= self.capacity;
        if full && let Some((_, oldest)) = self.order.pop_first() {
            self.entries.remove(&oldest);
        }
        self.turn += 1;
        let entry = self.entries.entry(key).or_insert_with(|| Entry { touched: 0, value: V::default() });
        self.order.remove(&entry.touched);
        entry.touched = self.turn;
        self.order.insert(self.turn, key);
        &mut entry.value
    }

    /// The value of `key`, left as old as it is.
    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key).map(|entry| &mut entry.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_untouched_for_longest_makes_room() {
        let mut recent = Recent::<u32, &str>::new(2);
        *recent.touch(1) = "one";
        *recent.touch(2) = "two";
        assert_eq!(*recent.touch(1), "one");
        *recent.touch(3) = "three";
        assert!(recent.contains(&1) && !recent.contains(&2) && recent.contains(&3));
    }

    #[test]
    fn it_stays_within_its_bounds() {
        let mut recent = Recent::<u32, u32>::new(10);
        for key in 0..1000 {
            *recent.touch(key % 37) += 1;
        }
        assert_eq!((recent.entries.len(), recent.order.len()), (10, 10));
    }
}

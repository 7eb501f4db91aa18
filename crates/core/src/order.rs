//! One sort for all lists. The compiler generates the sort of the standard library for each type,
//! which makes the page 2% larger. The same is true for `collect` into a map or a set.

use std::collections::{BTreeMap, BTreeSet};

/// Sorts items by rank. Items of the same rank keep their order.
pub(crate) fn sort_by_rank<T>(items: &mut Vec<T>, rank: impl Fn(&T) -> [usize; 3]) {
    let mut order: Vec<([usize; 3], usize)> =
        items.iter().enumerate().map(|(index, item)| (rank(item), index)).collect();
    order.sort_unstable();
    let mut taken: Vec<Option<T>> = items.drain(..).map(Some).collect();
    items.extend(order.into_iter().filter_map(|(_, index)| taken.get_mut(index)?.take()));
}

/// Returns a map of pairs. If a key occurs twice, the last value is used.
pub(crate) fn map<K: Ord, V>(pairs: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    map.extend(pairs);
    map
}

/// Returns a set of items.
pub(crate) fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    let mut set = BTreeSet::new();
    set.extend(items);
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_the_same_rank_keep_their_order() {
        let mut items = vec![(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd'), (1, 'e')];
        sort_by_rank(&mut items, |(rank, _)| [*rank, 0, 0]);
        assert_eq!(items, [(0, 'd'), (1, 'b'), (1, 'e'), (2, 'a'), (2, 'c')]);
    }
}

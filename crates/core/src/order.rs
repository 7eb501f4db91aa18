//! One sort for all lists. The standard library's is compiled for each type, as is `collect` into a
//! map, which sorts too: together a fiftieth of the page.

use std::collections::BTreeMap;

/// Sorts by what `rank` gives; of equals the earlier stays before the later.
pub(crate) fn sort_by_rank<T>(items: &mut Vec<T>, rank: impl Fn(&T) -> [usize; 3]) {
    let mut order: Vec<([usize; 3], usize)> =
        items.iter().enumerate().map(|(index, item)| (rank(item), index)).collect();
    order.sort_unstable();
    let mut taken: Vec<Option<T>> = items.drain(..).map(Some).collect();
    items.extend(order.into_iter().filter_map(|(_, index)| taken.get_mut(index)?.take()));
}

/// A map of pairs, of which the last of a key counts.
pub(crate) fn map<K: Ord, V>(pairs: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    map.extend(pairs);
    map
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_keep_their_order() {
        let mut items = vec![(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd'), (1, 'e')];
        sort_by_rank(&mut items, |(rank, _)| [*rank, 0, 0]);
        assert_eq!(items, [(0, 'd'), (1, 'b'), (1, 'e'), (2, 'a'), (2, 'c')]);
    }
}

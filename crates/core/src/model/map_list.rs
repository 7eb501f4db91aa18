//! Lists of maps.

use super::field::FieldShape;
use super::field_reader::FieldReader;
use super::text_list::list_items;
use crate::span::{Span, Spanned};
use crate::syntax::{Mapping, Node};

/// Reads a list of maps. `read` reads one of them; it gets the place to report missing fields at.
pub(super) fn map_list<T>(
    node: &Node,
    field: &FieldShape,
    reader: &mut FieldReader<'_>,
    read: fn(&Mapping, Span, &mut FieldReader<'_>) -> T,
) -> Option<Vec<Spanned<T>>> {
    let items = list_items(node, field, reader)?;
    let item = |(index, item): (usize, &Node)| {
        reader.in_item(index, |reader| {
            let Some(mapping) = item.as_mapping() else {
                if !item.is_broken() {
                    reader.push(reader.wrong_type(item, "a map"));
                }
                return None;
            };
            let owner = mapping.entries.first().map_or(item.span, |first| first.key.span);
            Some(Spanned::new(read(mapping, owner, reader), item.span))
        })
    };
    Some(items.iter().enumerate().filter_map(item).collect())
}

//! The open maps and lists, with their columns before and after formatting.

/// By how many columns a map or list is deeper than the one around it.
pub(super) const STEP: usize = 2;

/// An open map or list.
pub(super) enum Level {
    Block {
        kind: BlockKind,
        /// The column in the text.
        before: usize,
        /// The column in the formatted text.
        after: usize,
    },
    /// In braces or brackets.
    Flow,
}

/// The kind of a map or list that is not in braces or brackets.
pub(super) enum BlockKind {
    Mapping {
        /// The number of complete keys and values.
        nodes: usize,
    },
    Sequence,
}

/// The open maps and lists, the innermost last.
#[derive(Default)]
pub(super) struct Levels {
    open: Vec<Level>,
    /// The columns of maps and lists that ended after the last line with content.
    ended: Vec<(usize, usize)>,
}

impl Levels {
    pub(super) fn open_block(&mut self, kind: BlockKind, before: usize) {
        let after = self.innermost().map_or(0, |(_, parent)| parent + STEP);
        self.open.push(Level::Block { kind, before, after });
    }

    pub(super) fn open_flow(&mut self) {
        self.open.push(Level::Flow);
    }

    /// Ends the innermost map or list, which is a node of the one around it.
    pub(super) fn close(&mut self) {
        if let Some(Level::Block { before, after, .. }) = self.open.pop() {
            self.ended.push((before, after));
        }
        self.add_node();
    }

    /// Counts a complete node of the innermost map.
    pub(super) fn add_node(&mut self) {
        if let Some(Level::Block { kind: BlockKind::Mapping { nodes }, .. }) = self.open.last_mut()
        {
            *nodes += 1;
        }
    }

    /// Forgets the maps and lists that ended before a line with content.
    pub(super) fn start_content(&mut self) {
        self.ended.clear();
    }

    pub(super) fn is_in_flow(&self) -> bool {
        matches!(self.open.last(), Some(Level::Flow))
    }

    /// Returns the columns of the innermost map or list outside braces, before and after.
    pub(super) fn innermost(&self) -> Option<(usize, usize)> {
        self.open.iter().rev().find_map(|level| match level {
            Level::Block { before, after, .. } => Some((*before, *after)),
            Level::Flow => None,
        })
    }

    /// Returns the column of a dash, of `?` or of `:` at the start of a line.
    pub(super) fn indicator_column(&self) -> usize {
        self.innermost().map_or(0, |(_, after)| after)
    }

    /// Returns the column of a node at the start of a line: a key has the column of its map, and a
    /// value is deeper.
    pub(super) fn node_column(&self) -> usize {
        match self.open.last() {
            Some(Level::Block { kind: BlockKind::Mapping { nodes }, after, .. })
                if nodes.is_multiple_of(2) =>
            {
                *after
            }
            Some(Level::Block { after, .. }) => after + STEP,
            Some(Level::Flow) | None => 0,
        }
    }

    /// Returns the column in the formatted text for a column of a continuation line.
    pub(super) fn shifted(&self, column: usize) -> usize {
        let (before, after) = self.innermost().unwrap_or_default();
        (column + after).saturating_sub(before)
    }

    /// Returns the column of a comment; none if no map or list has its column.
    pub(super) fn comment_column(&self, column: usize) -> Option<usize> {
        self.columns().find(|(before, _)| *before == column).map(|(_, after)| after)
    }

    /// Returns the column of a comment at the end of the text.
    pub(super) fn last_comment_column(&self, column: usize) -> usize {
        let outer = self.columns().filter(|(before, _)| *before <= column);
        outer.max_by_key(|(before, _)| *before).map_or(0, |(_, after)| after)
    }

    fn columns(&self) -> impl Iterator<Item = (usize, usize)> {
        let open = self.open.iter().rev().filter_map(|level| match level {
            Level::Block { before, after, .. } => Some((*before, *after)),
            Level::Flow => None,
        });
        open.chain(self.ended.iter().copied())
    }
}

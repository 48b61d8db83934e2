//! Lists in pages: from the newest back, and within a page the oldest first.

/// Which page of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest<C = i64> {
    /// How many items at most.
    pub limit: usize,
    /// Where the page before this one ended; none for the first.
    pub after: Option<C>,
}

/// Some items of a list, and where the next page goes on; none at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, C = i64> {
    /// The items in the order in which they are shown.
    pub items: Vec<T>,
    /// What to ask with for the page after this.
    pub next: Option<C>,
}

impl<C> PageRequest<C> {
    /// How many rows to ask for: one more than are shown tells whether there is another page.
    pub(crate) fn probe(&self) -> i64 {
        i64::try_from(self.limit.saturating_add(1)).unwrap_or(i64::MAX)
    }
}

impl<T, C> Page<T, C> {
    /// Makes a page of rows that came in the order of paging, one more than the limit if there are more.
    pub(crate) fn cut(mut rows: Vec<T>, limit: usize, mark: impl FnOnce(&T) -> C) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(mark) } else { None };
        Self { items: rows, next }
    }

    /// The same page with its items the other way round: rows come newest first and are shown oldest first.
    pub(crate) fn reversed(mut self) -> Self {
        self.items.reverse();
        self
    }

    /// The same page of other items.
    pub(crate) fn with<U>(self, other: impl FnOnce(Vec<T>) -> Vec<U>) -> Page<U, C> {
        Page { items: other(self.items), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_page_tells_where_the_next_begins() {
        let page = Page::cut(vec![9, 8, 7], 2, |id| *id).reversed();
        assert_eq!(page, Page { items: vec![8, 9], next: Some(8) });
        assert_eq!(Page::cut(vec![9, 8], 2, |id| *id).next, None);
    }
}

//! Lists in pages: from the newest back, and within a page the oldest first.

/// How many bytes of text a page holds before it ends early; the longest texts would fill megabytes otherwise.
const BUDGET: usize = 2 * 1024 * 1024;

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
    /// How many rows to ask for: at least one more than are shown, which tells whether there is another page.
    ///
    /// Rounded up to one of a few numbers, as each makes a statement of its own that is kept prepared.
    pub(crate) fn probe(&self) -> i64 {
        let needed = self.limit.saturating_add(1);
        let rounded = [2, 11, 21, 51, 101, 201, 501].into_iter().find(|step| *step >= needed).unwrap_or(needed);
        i64::try_from(rounded).unwrap_or(i64::MAX)
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

    /// The same page, ended early where its items weigh more than [`BUDGET`] bytes together; one is always shown.
    pub(crate) fn within_budget(mut self, weigh: impl Fn(&T) -> usize, mark: impl FnOnce(&T) -> C) -> Self {
        let mut weight = 0_usize;
        let fit = self.items.iter().take_while(|item| {
            weight = weight.saturating_add(weigh(item));
            weight <= BUDGET
        });
        let fit = fit.count().max(1);
        if fit < self.items.len() {
            self.items.truncate(fit);
            self.next = self.items.last().map(mark);
        }
        self
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

    #[test]
    fn a_heavy_page_ends_early_and_goes_on_where_it_ended() {
        let page = Page::cut(vec![9, 8, 7], 3, |id| *id);
        assert_eq!(page.clone().within_budget(|_| BUDGET / 2, |id| *id), Page { items: vec![9, 8], next: Some(8) });
        assert_eq!(page.clone().within_budget(|_| BUDGET * 2, |id| *id), Page { items: vec![9], next: Some(9) });
        assert_eq!(page.clone().within_budget(|_| 1, |id| *id), page);
    }
}

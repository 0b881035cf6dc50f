//! Who moves furthest from the rank in the first column.

use super::RankRow;

/// The most authorities named for each way.
const MOST_NAMED: usize = 5;

/// Which way a rank moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// To more £ per head than others have.
    Up,
    /// To less.
    Down,
}

impl Way {
    /// As one does it and as several do.
    pub(super) fn verbs(self) -> [&'static str; 2] {
        match self {
            Self::Up => ["rises", "rise"],
            Self::Down => ["falls", "fall"],
        }
    }

    /// `up`, `down`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// An authority's longest move from its rank in the first column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Mover<'a> {
    pub(super) row: &'a RankRow,
    pub(super) way: Way,
    /// How many places, at least one.
    pub(super) by: usize,
    /// The column it leads to.
    pub(super) to: usize,
}

impl<'a> Mover<'a> {
    /// The longest move, the first of equals; none if the rank is the same in every column.
    fn of(row: &'a RankRow) -> Option<Self> {
        let first = *row.ranks.first()?;
        let moves = row.ranks.iter().enumerate().skip(1);
        moves
            .map(|(to, &rank)| Self {
                row,
                way: if rank < first { Way::Up } else { Way::Down },
                by: first.abs_diff(rank),
                to,
            })
            .filter(|mover| mover.by > 0)
            .reduce(|best, next| if next.by > best.by { next } else { best })
    }
}

/// All that move, the longest moves first.
pub(super) struct Movers<'a> {
    movers: Vec<Mover<'a>>,
}

impl<'a> Movers<'a> {
    pub(super) fn new(rows: &'a [RankRow]) -> Self {
        let mut movers: Vec<Mover<'a>> = rows.iter().filter_map(Mover::of).collect();
        movers.sort_by(|one, other| {
            let by_length = other.by.cmp(&one.by);
            by_length.then_with(|| one.row.code.cmp(&other.row.code))
        });
        Self { movers }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.movers.is_empty()
    }

    fn of(&self, way: Way) -> impl Iterator<Item = &Mover<'a>> {
        self.movers.iter().filter(move |mover| mover.way == way)
    }

    /// Those that are highlighted and named.
    pub(super) fn named(&self, way: Way) -> impl Iterator<Item = &Mover<'a>> {
        self.of(way).take(MOST_NAMED)
    }

    pub(super) fn count_named(&self) -> usize {
        self.named(Way::Up).count() + self.named(Way::Down).count()
    }

    /// The longest move and those as long that lead to the same column.
    pub(super) fn furthest(&self, way: Way) -> Vec<&Mover<'a>> {
        let Some(first) = self.of(way).next() else {
            return Vec::new();
        };
        self.of(way)
            .filter(|mover| mover.by == first.by && mover.to == first.to)
            .collect()
    }
}

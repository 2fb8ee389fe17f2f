//! The order in which the operations of a bulk message can be done.

use super::BulkOperation;

/// The strongly connected parts of what refers to what, each after those that it refers to (Tarjan's
/// algorithm). The recursion is as deep as there are operations, whose number is limited.
pub(super) fn units(operations: &[BulkOperation]) -> Vec<Vec<usize>> {
    let mut search = Search {
        operations,
        visits: 0,
        seen: vec![None; operations.len()],
        open: Vec::new(),
        units: Vec::new(),
    };
    for place in 0..operations.len() {
        if search.seen[place].is_none() {
            search.visit(place);
        }
    }
    search.units
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    /// The number of the visit.
    visit: usize,
    /// Whether its unit is not complete yet.
    open: bool,
}

struct Search<'a> {
    operations: &'a [BulkOperation],
    visits: usize,
    seen: Vec<Option<Seen>>,
    open: Vec<usize>,
    units: Vec<Vec<usize>>,
}

impl Search<'_> {
    /// Visits an operation and answers the earliest open visit that it reaches.
    fn visit(&mut self, place: usize) -> usize {
        let visit = self.visits;
        self.visits += 1;
        self.seen[place] = Some(Seen { visit, open: true });
        self.open.push(place);
        let mut low = visit;
        for &next in &self.operations[place].refers_to {
            match self.seen[next] {
                None => low = low.min(self.visit(next)),
                Some(seen) if seen.open => low = low.min(seen.visit),
                Some(_) => {}
            }
        }
        if low == visit {
            let start = self.open.iter().rposition(|open| *open == place).unwrap_or(0);
            let mut unit = self.open.split_off(start);
            for &closed in &unit {
                if let Some(seen) = &mut self.seen[closed] {
                    seen.open = false;
                }
            }
            unit.sort_unstable();
            self.units.push(unit);
        }
        low
    }
}

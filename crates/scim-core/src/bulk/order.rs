//! The order in which the operations of a bulk message can be done.

use super::BulkOperation;

/// The operations in the order of the message, but that one that refers to others waits for the last of
/// them. Those that refer to each other in a circle are one unit.
pub(super) fn units(operations: &[BulkOperation]) -> Vec<Vec<usize>> {
    let units = connected(operations);
    let mut unit_of = vec![0; operations.len()];
    for (at, unit) in units.iter().enumerate() {
        unit.iter().for_each(|&place| unit_of[place] = at);
    }
    // When a unit's turn is: at its last operation, or at the turn of what it refers to.
    let mut turns: Vec<usize> = Vec::with_capacity(units.len());
    for unit in &units {
        let own = unit.last().copied().unwrap_or_default();
        let others = unit.iter().flat_map(|&place| &operations[place].refers_to);
        // What it refers to is before it in `units`, so its turn is known; of its own there is none yet.
        turns.push(
            others.filter_map(|&place| turns.get(unit_of[place])).fold(own, |turn, other| turn.max(*other)),
        );
    }
    let mut ordered: Vec<(usize, Vec<usize>)> = turns.into_iter().zip(units).collect();
    // Stable: what has the same turn stays after what it refers to.
    ordered.sort_by_key(|(turn, _)| *turn);
    ordered.into_iter().map(|(_, unit)| unit).collect()
}

/// The strongly connected parts of what refers to what, each after those that it refers to (Tarjan's
/// algorithm). The recursion is as deep as there are operations, whose number is limited.
fn connected(operations: &[BulkOperation]) -> Vec<Vec<usize>> {
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

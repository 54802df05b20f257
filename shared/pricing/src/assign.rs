//! The best way to hand out things of which each place takes one and each thing goes to one place.

/// `worth[place][thing]` is what a thing is worth in a place; 0 and less: it does not go there. Answers the thing of
/// each place so that the total worth is the greatest there is (the Hungarian method: exact, and cubic in the number of
/// places and things together).
pub(crate) fn assign(worth: &[Vec<i128>]) -> Vec<Option<usize>> {
    let places = worth.len();
    let things = worth.first().map_or(0, Vec::len);
    // One empty-handed choice per place, so that every place can be served.
    let columns = things + places;
    let cost = |place: usize, column: usize| {
        let worth = worth[place].get(column).copied().unwrap_or(0);
        -worth.max(0)
    };
    // Rows and columns count from 1; column 0 holds the row that is being placed.
    let (mut row_price, mut column_price) = (vec![0_i128; places + 1], vec![0_i128; columns + 1]);
    let mut row_of = vec![0_usize; columns + 1];
    for row in 1..=places {
        row_of[0] = row;
        let mut from = vec![0_usize; columns + 1];
        let mut slack = vec![i128::MAX; columns + 1];
        let mut done = vec![false; columns + 1];
        let mut at = 0;
        while row_of[at] != 0 {
            done[at] = true;
            let (mut least, mut next) = (i128::MAX, 0);
            for column in 1..=columns {
                if done[column] {
                    continue;
                }
                let reduced = cost(row_of[at] - 1, column - 1) - row_price[row_of[at]] - column_price[column];
                if reduced < slack[column] {
                    slack[column] = reduced;
                    from[column] = at;
                }
                if slack[column] < least {
                    least = slack[column];
                    next = column;
                }
            }
            for column in 0..=columns {
                if done[column] {
                    row_price[row_of[column]] += least;
                    column_price[column] -= least;
                } else if slack[column] != i128::MAX {
                    slack[column] -= least;
                }
            }
            at = next;
        }
        while at != 0 {
            row_of[at] = row_of[from[at]];
            at = from[at];
        }
    }
    let mut taken = vec![None; places];
    for column in 1..=things {
        if row_of[column] > 0 && worth[row_of[column] - 1][column - 1] > 0 {
            taken[row_of[column] - 1] = Some(column - 1);
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Tries everything.
    fn best(worth: &[Vec<i128>], used: &mut Vec<usize>) -> i128 {
        let Some((first, rest)) = worth.split_first() else { return 0 };
        let mut most = best(rest, used);
        for (thing, value) in first.iter().enumerate() {
            if *value > 0 && !used.contains(&thing) {
                used.push(thing);
                most = most.max(value + best(rest, used));
                used.pop();
            }
        }
        most
    }

    #[test]
    fn the_best_thing_may_belong_where_nothing_else_fits() {
        assert_eq!(assign(&[vec![5, 4], vec![5, 0]]), [Some(1), Some(0)]);
        assert_eq!(assign(&[vec![0, 0], vec![0, 3]]), [None, Some(1)]);
        assert_eq!(assign(&[vec![], vec![]]), [None, None]);
        assert_eq!(assign(&[]), [None::<usize>; 0]);
    }

    proptest! {
        #[test]
        fn nothing_beats_it((places, things) in (1_usize..5, 0_usize..5), values in prop::collection::vec(0_i128..20, 25)) {
            let worth: Vec<Vec<i128>> = (0..places).map(|p| values[p * 5..p * 5 + things].to_vec()).collect();
            let taken = assign(&worth);
            let total: i128 = taken.iter().enumerate().filter_map(|(p, t)| t.map(|t| worth[p][t])).sum();
            let mut things_taken: Vec<usize> = taken.into_iter().flatten().collect();
            let count = things_taken.len();
            things_taken.sort_unstable();
            things_taken.dedup();
            prop_assert_eq!(things_taken.len(), count);
            prop_assert_eq!(total, best(&worth, &mut vec![]));
        }
    }
}

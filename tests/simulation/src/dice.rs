//! The only source of chance: the same seed throws the same numbers on every machine (SplitMix64).

/// Dice of a seed.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 to `n - 1`; 0 of nothing.
    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(n.max(1)).unwrap_or(1)).unwrap_or(0)
    }

    /// `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.next() % u64::try_from(high - low + 1).unwrap_or(1)).unwrap_or(0)
    }

    /// True so many times of a hundred.
    pub fn percent(&mut self, chance: i64) -> bool {
        self.between(1, 100) <= chance
    }

    /// One of them; none of nothing.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    /// Some of them in their order, at least one.
    pub fn some<T: Clone>(&mut self, of: &[T]) -> Vec<T> {
        let chosen: Vec<T> = of.iter().filter(|_| self.percent(50)).cloned().collect();
        if chosen.is_empty() { self.pick(of).cloned().into_iter().collect() } else { chosen }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_throws_the_same_for_ever() {
        let mut dice = Dice::new(7);
        let thrown: Vec<usize> = (0..6).map(|_| dice.below(6)).collect();
        assert_eq!(
            thrown,
            (0..6)
                .map({
                    let mut dice = Dice::new(7);
                    move |_| dice.below(6)
                })
                .collect::<Vec<_>>()
        );
        assert!((0..1000).all(|_| (3..=5).contains(&dice.between(3, 5))));
        assert!(dice.pick::<u8>(&[]).is_none());
    }
}

//! What must be true, thought up without the product: pieces on the shelves, stages of lines, money of orders. Pure.

/// What an act on a line in a state must answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Ok,
    Refused,
}

/// What somebody does with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Accept,
    Dispatch,
    Cancel,
    Decide,
}

/// The line's state decides, and whether a cancel of it is asked for; doing a thing twice is no mistake.
pub fn may(act: Act, state: &str, cancel_open: bool) -> Verdict {
    let ok = match (act, state) {
        (Act::Accept, "paid") => !cancel_open,
        (Act::Accept, "preparing" | "dispatched" | "delivering" | "delivered" | "purchase_decided") => true,
        (Act::Dispatch, "paid" | "preparing") => !cancel_open,
        (Act::Cancel, "paid" | "preparing") => true,
        (Act::Decide, "delivering" | "delivered") => !cancel_open,
        (Act::Decide, "purchase_decided") => true,
        _ => false,
    };
    if ok { Verdict::Ok } else { Verdict::Refused }
}

/// A SKU's pieces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shelf {
    /// Pieces that may still be ordered. Taking a held piece from the shelf does not change it.
    pub free: i64,
    /// Pieces of ended orders whose release may still be on its way.
    pub returning: i64,
}

impl Shelf {
    /// Whether an order of so many pieces is taken: certain unless it depends on pieces still on their way, or on
    /// `undecided` ones of orders nobody has paid.
    pub fn foresees(&self, pieces: i64, undecided: i64) -> Option<Verdict> {
        match pieces {
            few if few <= self.free => Some(Verdict::Ok),
            many if many > self.free + self.returning + undecided => Some(Verdict::Refused),
            _ => None,
        }
    }

    /// Pieces are ordered.
    pub fn ordered(&mut self, pieces: i64) {
        // What was on its way has come, when more was ordered than was known to be free.
        let missing = (pieces - self.free).max(0);
        self.returning -= missing;
        self.free -= pieces - missing;
    }

    /// The order of these pieces ended: they are on their way back.
    pub fn ended(&mut self, pieces: i64) {
        self.returning += pieces;
    }

    /// Every message was delivered: what was on its way is there.
    pub fn arrived(&mut self) {
        self.free += std::mem::take(&mut self.returning);
    }

    /// Pieces came onto the shelf.
    pub fn put(&mut self, pieces: i64) {
        self.free += pieces;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_certain_is_foreseen() {
        let shelf = Shelf { free: 2, returning: 1 };
        let said: Vec<_> = (1..=4).map(|pieces| shelf.foresees(pieces, 0)).collect();
        assert_eq!(said, [Some(Verdict::Ok), Some(Verdict::Ok), None, Some(Verdict::Refused)]);
    }

    #[test]
    fn a_line_whose_cancel_is_asked_for_does_not_leave() {
        assert_eq!(may(Act::Dispatch, "preparing", false), Verdict::Ok);
        assert_eq!(may(Act::Dispatch, "preparing", true), Verdict::Refused);
        assert_eq!(may(Act::Decide, "dispatched", false), Verdict::Refused);
    }
}

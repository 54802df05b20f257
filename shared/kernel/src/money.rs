//! Won (원): whole, signed, never a float.

use postgres_types::{FromSql, ToSql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

/// An amount in won. Arithmetic panics on overflow in every build profile rather than wrap; amounts that come from
/// outside are bounded by [`Money::MAX`], so sums of millions of them stay far from the edge.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
    ToSql,
    FromSql,
)]
#[serde(transparent)]
#[postgres(transparent)]
pub struct Money(i64);

impl Money {
    pub const ZERO: Money = Money(0);
    /// The largest amount accepted from outside: 1 billion won a value is beyond any order here.
    pub const MAX: Money = Money(1_000_000_000);

    /// An amount the code itself states.
    pub const fn won(amount: i64) -> Money {
        Money(amount)
    }

    /// The bare number of won, for SQL, JSON and the payment gateway.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// `self × quantity`.
    pub const fn times(self, quantity: i64) -> Money {
        Money(self.0 * quantity)
    }

    /// `floor(self × part / whole)` in 128 bits; `whole` must be positive. The floor is toward minus infinity.
    pub fn floor_share(self, part: Money, whole: Money) -> Money {
        let exact = i128::from(self.0) * i128::from(part.0);
        Money(i64::try_from(exact.div_euclid(i128::from(whole.0))).unwrap_or(i64::MAX))
    }

    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }
}

impl Add for Money {
    type Output = Money;
    fn add(self, other: Money) -> Money {
        Money(self.0 + other.0)
    }
}
impl Sub for Money {
    type Output = Money;
    fn sub(self, other: Money) -> Money {
        Money(self.0 - other.0)
    }
}
impl Neg for Money {
    type Output = Money;
    fn neg(self) -> Money {
        Money(-self.0)
    }
}
impl AddAssign for Money {
    fn add_assign(&mut self, other: Money) {
        *self = *self + other;
    }
}
impl SubAssign for Money {
    fn sub_assign(&mut self, other: Money) {
        *self = *self - other;
    }
}
impl Sum for Money {
    fn sum<I: Iterator<Item = Money>>(iter: I) -> Money {
        iter.fold(Money::ZERO, Add::add)
    }
}
impl<'a> Sum<&'a Money> for Money {
    fn sum<I: Iterator<Item = &'a Money>>(iter: I) -> Money {
        iter.copied().sum()
    }
}
impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
impl crate::sql::SqlType for Money {
    const TYPE: postgres_types::Type = postgres_types::Type::INT8;
    const ARRAY: postgres_types::Type = postgres_types::Type::INT8_ARRAY;
}
impl crate::sql::Element for Money {}

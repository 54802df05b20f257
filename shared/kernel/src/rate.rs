//! Rates: shares between 0 and 1 with five decimals (`numeric(7,5)`), applied to won with a named rounding.

use crate::Money;
use postgres_types::{FromSql, ToSql};
use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;

/// A share from 0 to 1 in steps of 1/100,000. In JSON it is a decimal string, `"0.12500"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, ToSql, FromSql)]
#[serde(transparent)]
#[postgres(transparent)]
pub struct Rate(Decimal);

const PARTS: i64 = 100_000;

impl Rate {
    pub const ZERO: Rate = Rate(Decimal::ZERO);
    pub const ONE: Rate = Rate(Decimal::ONE);

    /// `parts` of 100,000: `Rate::parts(12_500)` is 12.5 %.
    pub fn parts(parts: i64) -> Rate {
        Rate(Decimal::new(parts, 5))
    }

    /// None when outside 0..=1 or finer than five decimals.
    pub fn new(value: Decimal) -> Option<Rate> {
        let five = value.round_dp(5);
        (five == value && value >= Decimal::ZERO && value <= Decimal::ONE).then_some(Rate(value))
    }

    /// The rate as parts of 100,000.
    pub fn in_parts(self) -> i64 {
        let scaled = (self.0 * Decimal::from(PARTS)).trunc();
        i64::try_from(scaled.mantissa()).map_or(0, |mantissa| mantissa / 10_i64.pow(scaled.scale()))
    }

    /// `floor(amount × rate)`, toward minus infinity (원 미만 절사): the only rounding the platform knows.
    pub fn floor_of(self, amount: Money) -> Money {
        amount.floor_share(Money::won(self.in_parts()), Money::won(PARTS))
    }

    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    pub fn decimal(self) -> Decimal {
        self.0
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Rate, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse::<Decimal>().ok().and_then(Rate::new).ok_or_else(|| {
            serde::de::Error::custom("a rate is a decimal string from 0 to 1 with at most five decimals")
        })
    }
}

impl JsonSchema for Rate {
    fn schema_name() -> Cow<'static, str> {
        "Rate".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^(0(\\.[0-9]{1,5})?|1(\\.0{1,5})?)$", "example": "0.12500" })
    }
}

impl crate::sql::SqlType for Rate {
    const TYPE: postgres_types::Type = postgres_types::Type::NUMERIC;
    const ARRAY: postgres_types::Type = postgres_types::Type::NUMERIC_ARRAY;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors_toward_minus_infinity_and_reads_its_own_parts() {
        assert_eq!(Rate::parts(10_700).floor_of(Money::won(19_900)), Money::won(2_129));
        assert_eq!(Rate::parts(10_000).floor_of(Money::won(-1)), Money::won(-1));
        assert_eq!(Rate::new("0.125".parse().unwrap()).unwrap().in_parts(), 12_500);
        assert_eq!(Rate::ONE.in_parts(), 100_000);
        assert!(Rate::new("0.000001".parse().unwrap()).is_none());
    }
}

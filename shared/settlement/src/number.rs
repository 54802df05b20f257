//! Numbers people read out on the phone: a letter for the kind, the day, and ten signs of the id.

use chrono::NaiveDate;
use uuid::Uuid;

/// `S20260308-7F3K2M9QXA`
pub(crate) fn number(kind: char, day: NaiveDate, id: Uuid) -> String {
    const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let random = id.as_u64_pair().1;
    let sign = |i: u32| char::from(SIGNS[usize::try_from((random >> (5 * i)) & 31).unwrap_or(0)]);
    format!("{kind}{}-{}", day.format("%Y%m%d"), (0..10).map(sign).collect::<String>())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_number_tells_its_day() {
        let number = super::number('S', "2026-03-08".parse().unwrap(), uuid::Uuid::now_v7());
        assert!(number.starts_with("S20260308-") && number.len() == 20, "{number}");
    }
}

//! What people call an order: its number on the phone, its name in the payment window.

use kernel::*;

/// What the payment window shows: `린넨 셔츠 외 2건`.
pub(crate) fn order_name(first: &str, lines: usize) -> String {
    let short: String = first.chars().take(80).collect();
    if lines > 1 { format!("{short} 외 {}건", lines - 1) } else { short }
}

/// What people read out on the phone: the Korean day and ten signs of the id, `20260302-7F3K2M9QXA`.
pub(super) fn order_no(id: PurchaseOrderId, now: Now) -> String {
    const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let random = id.0.as_u64_pair().1;
    let sign = |i: u32| char::from(SIGNS[usize::try_from((random >> (5 * i)) & 31).unwrap_or(0)]);
    format!("{}-{}", now.date().format("%Y%m%d"), (0..10).map(sign).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_named_after_its_first_line() {
        assert_eq!(order_name("린넨 셔츠", 1), "린넨 셔츠");
        assert_eq!(order_name("린넨 셔츠", 3), "린넨 셔츠 외 2건");
        assert_eq!(order_name(&"긴".repeat(200), 1).chars().count(), 80);
    }

    #[test]
    fn an_order_number_tells_the_korean_day() {
        let now = Now("2026-03-01T15:00:00Z".parse().unwrap());
        let number = order_no(PurchaseOrderId::new(), now);
        assert!(number.starts_with("20260302-") && number.len() == 19, "{number}");
        assert_ne!(number, order_no(PurchaseOrderId::new(), now));
    }
}

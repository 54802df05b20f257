//! Personal data as it is shown: enough to recognise one's own, not enough to use somebody else's.

/// `홍길동` → `홍*동`, `김철` → `김*`, `남궁길동` → `남**동`.
pub fn name(name: &str) -> String {
    let letters: Vec<char> = name.trim().chars().collect();
    match letters.as_slice() {
        [] => String::new(),
        [_] => "*".to_owned(),
        [first, _] => format!("{first}*"),
        [first, between @ .., last] => format!("{first}{}{last}", "*".repeat(between.len())),
    }
}

/// `01012345678` → `010-****-5678`; a shorter number keeps its last four.
pub fn phone(digits: &str) -> String {
    let digits: Vec<char> = digits.chars().filter(char::is_ascii_digit).collect();
    let last: String = digits.iter().skip(digits.len().saturating_sub(4)).collect();
    if digits.len() < 8 {
        return format!("****-{last}");
    }
    let area = if digits.starts_with(&['0', '2']) { 2 } else { 3 };
    let first: String = digits.iter().take(area).collect();
    format!("{first}-****-{last}")
}

/// `minji@example.com` → `mi***@example.com`.
pub fn email(email: &str) -> String {
    match email.split_once('@') {
        Some((local, domain)) => {
            let shown: String = local.chars().take(if local.chars().count() > 2 { 2 } else { 1 }).collect();
            format!("{shown}***@{domain}")
        }
        None => "***".to_owned(),
    }
}

/// `110123456789` → `********6789`.
pub fn account(number: &str) -> String {
    let letters: Vec<char> = number.chars().collect();
    let hidden = letters.len().saturating_sub(4);
    "*".repeat(hidden) + &letters.iter().skip(hidden).collect::<String>()
}

#[cfg(test)]
mod tests {
    #[test]
    fn shows_the_edges_only() {
        let names = [("홍길동", "홍*동"), ("김철", "김*"), ("남궁길동", "남**동"), ("이", "*")];
        assert!(names.iter().all(|(plain, shown)| super::name(plain) == *shown));
        assert_eq!(super::phone("010-1234-5678"), "010-****-5678");
        assert_eq!(super::phone("0212345678"), "02-****-5678");
        assert_eq!(super::email("minji@example.com"), "mi***@example.com");
        assert_eq!(super::email("ab@x.com"), "a***@x.com");
        assert_eq!(super::account("110123456789"), "********6789");
    }
}

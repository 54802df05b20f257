//! The schedules, ticking: what EventBridge does in the cloud. Every minute of the platform's clock is looked at once.

use boot::Boot;
use chrono::{DateTime, Datelike, Duration, FixedOffset, Timelike};
use jobs::Schedules;
use kernel::Fault;
use kernel::clock::kst;

/// Starts the clock.
pub async fn tick(boot: &Boot) -> Result<(), Fault> {
    let functions = crate::schedules(boot).await?;
    let boot = boot.clone();
    tokio::spawn(async move {
        let mut last = None;
        loop {
            match boot.now().await {
                Ok(now) => {
                    let minute = now.0.timestamp() / 60;
                    if last.replace(minute) != Some(minute) {
                        run_due(&boot, &functions, now.0.with_timezone(&kst())).await;
                    }
                }
                Err(error) => tracing::warn!(%error, "the clock is asked again"),
            }
            tokio::time::sleep(Duration::seconds(1).to_std().unwrap_or_default()).await;
        }
    });
    Ok(())
}

async fn run_due(boot: &Boot, functions: &[Schedules], at: DateTime<FixedOffset>) {
    for function in functions {
        for schedule in function.schedules().iter().filter(|schedule| due(schedule.cron(), at)) {
            let Ok(now) = boot.now().await else { continue };
            // Reported by the run itself; the next minute goes on.
            drop(function.run(schedule.name(), now).await);
        }
    }
}

/// Whether an EventBridge cron (minute hour day month weekday year) names this minute. Weekdays count from Sunday, 1.
fn due(cron: &str, at: DateTime<FixedOffset>) -> bool {
    let fields: Vec<&str> = cron.split_whitespace().collect();
    let values = [
        (at.minute(), 0),
        (at.hour(), 0),
        (at.day(), 1),
        (at.month(), 1),
        (at.weekday().number_from_sunday(), 1),
        (at.year().unsigned_abs(), 1970),
    ];
    fields.len() == values.len() && fields.iter().zip(values).all(|(field, (value, first))| names(field, value, first))
}

fn names(field: &str, value: u32, first: u32) -> bool {
    field.split(',').any(|part| {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, step.parse().ok()));
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (number(from), number(to)),
            None if matches!(range, "*" | "?") => (Some(first), Some(u32::MAX)),
            // `5/10` starts at 5 and goes on; `5` is 5.
            None => (number(range), if step.is_some() { Some(u32::MAX) } else { number(range) }),
        };
        let (Some(from), Some(to)) = (from, to) else { return false };
        (from..=to).contains(&value) && step.is_none_or(|step: u32| step > 0 && (value - from).is_multiple_of(step))
    })
}

fn number(text: &str) -> Option<u32> {
    let days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    let day = days.iter().position(|day| day.eq_ignore_ascii_case(text)).and_then(|i| u32::try_from(i + 1).ok());
    day.or_else(|| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crons_name_minutes() {
        let at: DateTime<FixedOffset> = "2026-03-02T05:30:00+09:00".parse().unwrap();
        for cron in ["* * * * ? *", "30 5 * * ? *", "0/5 * * * ? *", "0/30 5 ? * MON *", "30 1-6 2,3 3 ? 2026"] {
            assert!(due(cron, at), "{cron}");
        }
        for cron in ["31 5 * * ? *", "30 4 * * ? *", "0/7 * * * ? *", "30 5 ? * 1 *", "30 5 3 * ? *", "nonsense"] {
            assert!(!due(cron, at), "{cron}");
        }
    }
}

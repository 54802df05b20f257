//! What happened, for whoever has to find out why: the last steps are printed when a run fails.

use std::collections::BTreeMap;

const KEPT: usize = 40;

/// The steps of one run.
#[derive(Debug)]
pub struct Tape {
    seed: u64,
    steps: usize,
    lines: Vec<String>,
    /// How often each step found something to do.
    done: BTreeMap<&'static str, usize>,
}

impl Tape {
    pub fn new(seed: u64) -> Tape {
        Tape { seed, steps: 0, lines: Vec::new(), done: BTreeMap::new() }
    }

    /// A step begins.
    pub fn step(&mut self, name: &'static str) {
        self.steps += 1;
        self.lines.push(format!("{:>5} {name}", self.steps));
    }

    /// The steps are over: what follows is not one of them.
    pub fn end(&mut self) {
        self.lines.push("  end".to_owned());
    }

    /// Everything that happened, without the ids, which are fresh in every run, and without what follows a `|`: how often
    /// somebody came again, and what a broken connection said.
    pub fn story(&self) -> Vec<String> {
        let masked = |part: &str| part.split_inclusive(['/', ' ', '"', ',', ':']).map(mask).collect::<String>();
        let known = |line: &String| {
            let parts = line.split(';').filter_map(|part| part.split('|').next()).map(str::trim);
            parts.filter(|part| !part.is_empty()).map(masked).collect::<Vec<String>>().join("; ")
        };
        self.lines.iter().map(known).collect()
    }

    /// How often each kind of step, method or fault was met.
    pub fn met(&self) -> &BTreeMap<&'static str, usize> {
        &self.done
    }

    /// What it did.
    pub fn say(&mut self, what: impl std::fmt::Display) {
        match self.lines.last_mut() {
            Some(line) => line.push_str(&format!("; {what}")),
            None => self.lines.push(what.to_string()),
        }
    }

    /// The step found something to do.
    pub fn did(&mut self, name: &'static str) {
        *self.done.entry(name).or_default() += 1;
    }

    /// The run in a line: how often each kind of step was done.
    pub fn summary(&self) -> String {
        let kinds: Vec<String> = self.done.iter().map(|(name, times)| format!("{name} {times}")).collect();
        format!("seed {}: {} steps: {}", self.seed, self.steps, kinds.join(", "))
    }
}

/// An id as a dash; anything else as it is.
fn mask(part: &str) -> &str {
    let id = part.trim_end_matches(['/', ' ', '"', ',', ':']);
    let is_id = id.len() >= 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if is_id { "-" } else { part }
}

impl Drop for Tape {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let from = self.lines.len().saturating_sub(KEPT);
            let last = self.lines.get(from..).unwrap_or_default().join("\n");
            eprintln!(
                "{last}\n\nreplay: SIM_SEED={} SIM_STEPS={} cargo test -p simulation by_hand -- --ignored --nocapture",
                self.seed, self.steps
            );
        }
    }
}

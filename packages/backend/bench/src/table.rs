//! The table of figures: what was measured, beside its ceiling in the same run and the goal.

use std::process::ExitCode;

use crate::samples::Samples;

/// A goal and how a figure relates to it.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// The figure is to be this or more.
    AtLeast(f64),
    /// The figure is to be this or less.
    AtMost(f64),
}

impl Goal {
    fn is_reached(self, figure: f64) -> bool {
        match self {
            Self::AtLeast(least) => figure >= least,
            Self::AtMost(most) => figure <= most,
        }
    }
}

/// One line of the table.
#[derive(Clone, Debug, Default)]
struct Row {
    what: String,
    measured: String,
    ceiling: String,
    ratio: String,
    goal: String,
    reached: String,
}

/// A table being filled, and what was found to be wrong on the way.
#[derive(Debug)]
pub struct Table {
    title: String,
    judged: bool,
    rows: Vec<Row>,
    notes: Vec<String>,
    wrong: Vec<String>,
    right: usize,
    missed: usize,
}

impl Table {
    /// An empty table. Goals are shown, but not judged, where `judged` is false.
    pub fn new(title: impl Into<String>, judged: bool) -> Self {
        let (rows, notes, wrong) = (Vec::new(), Vec::new(), Vec::new());
        Self { title: title.into(), judged, rows, notes, wrong, right: 0, missed: 0 }
    }

    /// A figure without a goal.
    pub fn figure(&mut self, what: impl Into<String>, measured: impl Into<String>) {
        self.rows.push(Row { what: what.into(), measured: measured.into(), ..Row::default() });
    }

    /// A figure beside another of the same kind.
    pub fn compare(&mut self, what: impl Into<String>, (ours, ceiling): (f64, f64), show: impl Fn(f64) -> String) {
        self.rows.push(Row {
            what: what.into(),
            measured: show(ours),
            ceiling: show(ceiling),
            ratio: ratio(ours, ceiling),
            ..Row::default()
        });
    }

    /// A figure with a goal of its own.
    pub fn goal(&mut self, what: impl Into<String>, measured: f64, goal: Goal, show: impl Fn(f64) -> String) {
        let reached = self.judge(measured, goal);
        let (Goal::AtLeast(bound) | Goal::AtMost(bound)) = goal;
        self.rows.push(Row {
            what: what.into(),
            measured: show(measured),
            goal: format!("{} {}", sign(goal), show(bound)),
            reached,
            ..Row::default()
        });
    }

    /// A figure whose ratio to its ceiling has a goal.
    pub fn ratio_goal(
        &mut self,
        what: impl Into<String>,
        (ours, ceiling): (f64, f64),
        goal: Goal,
        show: impl Fn(f64) -> String,
    ) {
        let reached = self.judge(ours / ceiling, goal);
        let (Goal::AtLeast(bound) | Goal::AtMost(bound)) = goal;
        self.rows.push(Row {
            what: what.into(),
            measured: show(ours),
            ceiling: show(ceiling),
            ratio: ratio(ours, ceiling),
            goal: format!("{} {bound} of it", sign(goal)),
            reached,
        });
    }

    /// Latencies as p50 / p99 / max; the goal is about the p99, in seconds.
    pub fn latency(&mut self, what: impl Into<String>, samples: &Samples, goal: Option<f64>) {
        let reached = goal.map(|most| self.judge(samples.p99(), Goal::AtMost(most))).unwrap_or_default();
        self.rows.push(Row {
            what: what.into(),
            measured: samples.summary(),
            goal: goal.map(|most| format!("p99 ≤ {:.0} ms", most * 1e3)).unwrap_or_default(),
            reached,
            ..Row::default()
        });
    }

    /// Says something about the figures under the table.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Checks that what must be so is so. Anything else makes the program fail.
    pub fn check(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if holds {
            self.right += 1;
        } else {
            self.wrong.push(what());
        }
    }

    /// Checks that two numbers are one.
    pub fn check_equal(&mut self, what: &str, found: i64, expected: i64) {
        self.check(found == expected, || format!("{what}: {found}, expected {expected}"));
    }

    /// Takes over checks that were made elsewhere.
    pub fn check_all(&mut self, checks: Checks) {
        self.right += checks.right;
        self.wrong.extend(checks.wrong);
    }

    fn judge(&mut self, figure: f64, goal: Goal) -> String {
        match (goal.is_reached(figure), self.judged) {
            (true, true) => "yes".into(),
            (false, true) => {
                self.missed += 1;
                "MISSED".into()
            }
            (true, false) => "(yes)".into(),
            (false, false) => "(no)".into(),
        }
    }

    /// Prints everything; fails where something was wrong.
    pub fn finish(mut self) -> ExitCode {
        println!("\n{}\n", self.title);
        self.print_rows();
        println!();
        if !self.judged {
            self.notes.push("Goals are judged at full size only: (yes) and (no) are how it looks at this one.".into());
        }
        for note in &self.notes {
            println!("{note}");
        }
        const SHOWN: usize = 20;
        for wrong in self.wrong.iter().take(SHOWN) {
            println!("WRONG: {wrong}");
        }
        if self.wrong.len() > SHOWN {
            println!("WRONG: and {} more", self.wrong.len() - SHOWN);
        }
        let verdict = if self.missed == 0 { String::new() } else { format!(", {} goals MISSED", self.missed) };
        println!("{} checks right, {} wrong{verdict}", self.right, self.wrong.len());
        if self.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// The same; fails also where a goal was missed.
    pub fn finish_strictly(self) -> ExitCode {
        let has_missed = self.missed > 0;
        let code = self.finish();
        if has_missed { ExitCode::FAILURE } else { code }
    }

    fn print_rows(&self) {
        let heading = ["what", "measured", "ceiling", "ratio", "goal", "reached"].map(String::from);
        let cells = |row: &Row| {
            [&row.what, &row.measured, &row.ceiling, &row.ratio, &row.goal, &row.reached].map(|cell| {
                match cell.as_str() {
                    "" => "–".to_owned(),
                    text => text.to_owned(),
                }
            })
        };
        let lines: Vec<[String; 6]> = std::iter::once(heading).chain(self.rows.iter().map(cells)).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 6] = std::array::from_fn(width);
        for (number, line) in lines.iter().enumerate() {
            let padded = line.iter().zip(widths).enumerate().map(|(column, (cell, width))| {
                // Words to the left, numbers to the right.
                if column == 0 || column == 5 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            println!("{}", padded.collect::<Vec<_>>().join("  ").trim_end());
            if number == 0 {
                println!("{}", widths.map(|width| "─".repeat(width)).join("  "));
            }
        }
    }
}

/// Checks made away from the table.
#[derive(Debug, Default)]
pub struct Checks {
    right: usize,
    wrong: Vec<String>,
}

impl Checks {
    /// See [`Table::check`].
    pub fn check(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if holds {
            self.right += 1;
        } else {
            self.wrong.push(what());
        }
    }
}

fn sign(goal: Goal) -> &'static str {
    match goal {
        Goal::AtLeast(_) => "≥",
        Goal::AtMost(_) => "≤",
    }
}

fn ratio(ours: f64, ceiling: f64) -> String {
    format!("{:.2}", ours / ceiling)
}

/// `12,345`, rounded.
pub fn count(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = String::from(if number <= -0.5 { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `12,345/s`.
pub fn per_second(number: f64) -> String {
    format!("{}/s", count(number))
}

/// `1.5 MB`, a megabyte being a million bytes.
pub fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes / 1e6)
}

/// `0.73 ms`, from seconds.
pub fn milliseconds(seconds: f64) -> String {
    format!("{:.2} ms", seconds * 1e3)
}

/// `12.3 s`.
pub fn seconds(seconds: f64) -> String {
    format!("{seconds:.1} s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0.4, 999.0, 1_000.0, 1_234_567.4].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(count(-1_500.0), "-1,500");
    }
}

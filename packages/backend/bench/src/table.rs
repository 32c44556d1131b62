//! The table of results: each measured value with its ceiling in the same run and its goal.

use std::process::ExitCode;

use crate::samples::Samples;

/// The bound for a measured value.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// The value must be this or more.
    AtLeast(f64),
    /// The value must be this or less.
    AtMost(f64),
}

impl Goal {
    fn is_reached(self, value: f64) -> bool {
        match self {
            Self::AtLeast(minimum) => value >= minimum,
            Self::AtMost(maximum) => value <= maximum,
        }
    }
}

/// One row of the table.
#[derive(Clone, Debug, Default)]
struct Row {
    metric: String,
    measured: String,
    ceiling: String,
    ratio: String,
    goal: String,
    reached: String,
}

/// A table of results, and the checks of the returned data.
#[derive(Debug)]
pub struct Table {
    title: String,
    evaluates_goals: bool,
    rows: Vec<Row>,
    notes: Vec<String>,
    failures: Vec<String>,
    passed: usize,
    missed: usize,
}

impl Table {
    /// An empty table. If `evaluates_goals` is false, the table shows goals and counts none as missed.
    pub fn new(title: impl Into<String>, evaluates_goals: bool) -> Self {
        let (rows, notes, failures) = (Vec::new(), Vec::new(), Vec::new());
        Self { title: title.into(), evaluates_goals, rows, notes, failures, passed: 0, missed: 0 }
    }

    /// Adds a value without a goal.
    pub fn metric(&mut self, metric: impl Into<String>, measured: impl Into<String>) {
        self.rows.push(Row { metric: metric.into(), measured: measured.into(), ..Row::default() });
    }

    /// Adds a value with its ceiling.
    pub fn compare(
        &mut self,
        metric: impl Into<String>,
        (measured, ceiling): (f64, f64),
        format: impl Fn(f64) -> String,
    ) {
        self.rows.push(Row {
            metric: metric.into(),
            measured: format(measured),
            ceiling: format(ceiling),
            ratio: ratio(measured, ceiling),
            ..Row::default()
        });
    }

    /// Adds a value with a goal.
    pub fn goal(&mut self, metric: impl Into<String>, measured: f64, goal: Goal, format: impl Fn(f64) -> String) {
        let reached = self.evaluate(measured, goal);
        let (Goal::AtLeast(bound) | Goal::AtMost(bound)) = goal;
        self.rows.push(Row {
            metric: metric.into(),
            measured: format(measured),
            goal: format!("{} {}", sign(goal), format(bound)),
            reached,
            ..Row::default()
        });
    }

    /// Adds a value with its ceiling and a goal for the ratio of both.
    pub fn ratio_goal(
        &mut self,
        metric: impl Into<String>,
        (measured, ceiling): (f64, f64),
        goal: Goal,
        format: impl Fn(f64) -> String,
    ) {
        let reached = self.evaluate(measured / ceiling, goal);
        let (Goal::AtLeast(bound) | Goal::AtMost(bound)) = goal;
        self.rows.push(Row {
            metric: metric.into(),
            measured: format(measured),
            ceiling: format(ceiling),
            ratio: ratio(measured, ceiling),
            goal: format!("ratio {} {bound}", sign(goal)),
            reached,
        });
    }

    /// Adds latencies as p50 / p99 / max. The goal is the maximum p99 in seconds.
    pub fn latency(&mut self, metric: impl Into<String>, samples: &Samples, goal: Option<f64>) {
        let reached = goal.map(|maximum| self.evaluate(samples.p99(), Goal::AtMost(maximum))).unwrap_or_default();
        self.rows.push(Row {
            metric: metric.into(),
            measured: samples.summary(),
            goal: goal.map(|maximum| format!("p99 ≤ {:.0} ms", maximum * 1e3)).unwrap_or_default(),
            reached,
            ..Row::default()
        });
    }

    /// Adds a note, which is printed under the table.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Records a check. A failed check makes the program fail with the message.
    pub fn check(&mut self, is_passed: bool, message: impl FnOnce() -> String) {
        if is_passed {
            self.passed += 1;
        } else {
            self.failures.push(message());
        }
    }

    /// Checks that two numbers are equal.
    pub fn check_equal(&mut self, name: &str, found: i64, expected: i64) {
        self.check(found == expected, || format!("{name}: {found}, expected {expected}"));
    }

    /// Adds checks that are recorded elsewhere.
    pub fn check_all(&mut self, checks: Checks) {
        self.passed += checks.passed;
        self.failures.extend(checks.failures);
    }

    fn evaluate(&mut self, value: f64, goal: Goal) -> String {
        match (goal.is_reached(value), self.evaluates_goals) {
            (true, true) => "yes".into(),
            (false, true) => {
                self.missed += 1;
                "MISSED".into()
            }
            (true, false) => "(yes)".into(),
            (false, false) => "(no)".into(),
        }
    }

    /// Prints the table, the notes and the checks. Returns a failure if a check failed.
    pub fn finish(mut self) -> ExitCode {
        println!("\n{}\n", self.title);
        self.print_rows();
        println!();
        if !self.evaluates_goals {
            self.notes.push(
                "Goals are evaluated at full size only; at this size, (yes) and (no) are for information.".into(),
            );
        }
        for note in &self.notes {
            println!("{note}");
        }
        const MAX_PRINTED: usize = 20;
        for failure in self.failures.iter().take(MAX_PRINTED) {
            println!("FAILED: {failure}");
        }
        if self.failures.len() > MAX_PRINTED {
            println!("FAILED: and {} more", self.failures.len() - MAX_PRINTED);
        }
        let goals = if self.missed == 0 { String::new() } else { format!(", {} goals MISSED", self.missed) };
        println!("{} checks passed, {} failed{goals}", self.passed, self.failures.len());
        if self.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// The same, but also returns a failure if a goal is missed.
    pub fn finish_with_goals(self) -> ExitCode {
        let has_missed = self.missed > 0;
        let code = self.finish();
        if has_missed { ExitCode::FAILURE } else { code }
    }

    fn print_rows(&self) {
        let heading = ["metric", "measured", "ceiling", "ratio", "goal", "reached"].map(String::from);
        let cells = |row: &Row| {
            [&row.metric, &row.measured, &row.ceiling, &row.ratio, &row.goal, &row.reached].map(|cell| {
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
                // Text is aligned to the left, numbers to the right.
                if column == 0 || column == 5 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            println!("{}", padded.collect::<Vec<_>>().join("  ").trim_end());
            if number == 0 {
                println!("{}", widths.map(|width| "─".repeat(width)).join("  "));
            }
        }
    }
}

/// Checks that are recorded without a table.
#[derive(Debug, Default)]
pub struct Checks {
    passed: usize,
    failures: Vec<String>,
}

impl Checks {
    /// See [`Table::check`].
    pub fn check(&mut self, is_passed: bool, message: impl FnOnce() -> String) {
        if is_passed {
            self.passed += 1;
        } else {
            self.failures.push(message());
        }
    }
}

fn sign(goal: Goal) -> &'static str {
    match goal {
        Goal::AtLeast(_) => "≥",
        Goal::AtMost(_) => "≤",
    }
}

fn ratio(measured: f64, ceiling: f64) -> String {
    format!("{:.2}", measured / ceiling)
}

/// `12,345`, rounded.
pub fn count(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = String::from(if number <= -0.5 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
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

/// `1.5 MB`; a megabyte is a million bytes.
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
    fn a_comma_separates_thousands() {
        assert_eq!([0.4, 999.0, 1_000.0, 1_234_567.4].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(count(-1_500.0), "-1,500");
    }
}

//! What was measured, against what it must be.

use std::io::{Error, Result};
use std::time::Duration;

/// What a run is asked to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    /// The anchor is measured, for which there are no targets.
    pub(crate) is_plain: bool,
    /// Small counts, each once.
    pub(crate) is_quick: bool,
}

impl Scale {
    /// The number for a full run, or for a quick one.
    pub(crate) fn of<T>(self, full: T, quick: T) -> T {
        if self.is_quick { quick } else { full }
    }
}

/// One run of a measurement.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) text: String,
    pub(crate) is_met: bool,
    /// Of two that are met, the larger is the worse.
    pub(crate) size: f64,
}

impl Outcome {
    pub(crate) fn new(text: String, is_met: bool, size: f64) -> Self {
        Outcome { text, is_met, size }
    }

    /// One whose size is the time it took.
    pub(crate) fn timed(text: String, is_met: bool, took: Duration) -> Self {
        Outcome::new(text, is_met, took.as_secs_f64())
    }
}

/// The tables, and what their sum is.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) scale: Scale,
    missed: usize,
    void: usize,
}

impl Report {
    pub(crate) fn new(scale: Scale) -> Self {
        Report { scale, missed: 0, void: 0 }
    }

    pub(crate) fn table(&self, title: &str) {
        println!(
            "\n### {title}\n\n| what | measured (worst of the runs) | runs | target | met |\n|---|---|---|---|---|"
        );
    }

    /// Measures one thing some times, and prints the worst. A run that could not be made is void.
    pub(crate) async fn measure(
        &mut self,
        what: &str,
        target: &str,
        runs: usize,
        run: impl AsyncFn() -> Result<Outcome>,
    ) {
        let mut outcomes = Vec::new();
        for _ in 0..runs {
            outcomes.push(run().await);
        }
        self.row(what, target, runs, outcomes);
    }

    /// Prints the worst of some runs.
    pub(crate) fn row(&mut self, what: &str, target: &str, runs: usize, outcomes: Vec<Result<Outcome>>) {
        let outcomes: Result<Vec<Outcome>> = outcomes.into_iter().collect();
        let worst = outcomes.map(|outcomes| {
            outcomes
                .into_iter()
                .max_by(|a, b| b.is_met.cmp(&a.is_met).then(a.size.total_cmp(&b.size)))
                .unwrap_or_else(|| Outcome::new("no run".to_owned(), false, 0.0))
        });
        let (measured, met) = match worst {
            Ok(worst) if self.scale.is_plain => (worst.text, "-"),
            Ok(worst) if worst.is_met => (worst.text, "yes"),
            Ok(worst) => {
                self.missed += 1;
                (worst.text, "**no**")
            }
            Err(error) => {
                self.void += 1;
                (error.to_string(), "**void**")
            }
        };
        let target = if self.scale.is_plain { "-" } else { target };
        println!("| {what} | {measured} | {runs} | {target} | {met} |");
    }

    /// 1 where a target is missed, 2 where a run is void.
    pub(crate) fn exit_code(&self) -> u8 {
        println!();
        match (self.missed, self.void) {
            (0, 0) if self.scale.is_plain => println!("measured"),
            (0, 0) => println!("all targets are met"),
            (missed, void) => println!("{missed} missed, {void} void"),
        }
        match (self.missed, self.void) {
            (0, 0) => 0,
            (0, _) => 2,
            _ => 1,
        }
    }
}

/// Some runs of several measurements, all of them at once, each with a server of its own: they wait most of the time.
pub(crate) async fn together<F>(runs: usize, measurements: &[impl Fn() -> F]) -> Vec<Vec<Result<Outcome>>>
where
    F: Future<Output = Result<Outcome>> + Send + 'static,
{
    let mut outcomes: Vec<Vec<Result<Outcome>>> = measurements.iter().map(|_| Vec::new()).collect();
    for _ in 0..runs {
        let tasks: Vec<_> = measurements.iter().map(|measurement| tokio::spawn(measurement())).collect();
        for (outcomes, task) in outcomes.iter_mut().zip(tasks) {
            outcomes.push(task.await.unwrap_or_else(|error| Err(Error::other(error))));
        }
    }
    outcomes
}

/// Seconds as they stand in the tables.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}

/// Bytes as megabytes.
#[allow(clippy::cast_precision_loss)] // Of shown numbers, the first digits.
pub(crate) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// How much more memory there is at the most than there was at the start.
pub(crate) fn growth(before: u64, most: u64) -> String {
    format!("RSS {:.0} -> {:.0} MB", megabytes(before), megabytes(most))
}

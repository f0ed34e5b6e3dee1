//! Minutes of good and hostile traffic: what grows meanwhile, and what is left afterwards.

use std::io::{Error, Result};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::time::{sleep, sleep_until};

use crate::child::Child;
use crate::report::{Outcome, Report, megabytes, seconds};
use crate::server::{IDLE, Setup};
use crate::traffic::Traffic;

/// How much more memory there may be at the end than after the warm-up.
const MOST_GROWTH: f64 = 16.0;

/// How many samples stand for a point in time: one alone has what a client just then holds.
const TOGETHER: usize = 5;

/// The server at one time.
#[derive(Debug, Clone, Copy)]
struct Sample {
    at: Duration,
    memory: u64,
    files: usize,
    tasks: usize,
}

impl Sample {
    async fn take(child: &Child, start: Instant) -> Result<Self> {
        let tasks = child.stats().await?.tasks;
        Ok(Sample { at: start.elapsed(), memory: child.memory()?, files: child.files()?, tasks })
    }

    fn print(&self, answered: u64, hostile: u64) {
        let Sample { at, memory, files, tasks } = self;
        println!(
            "| {} | {:.1} | {files} | {tasks} | {answered} | {hostile} |",
            at.as_secs(),
            megabytes(*memory)
        );
    }
}

pub(crate) async fn measure(report: &mut Report, span: Duration) {
    let every = report.scale.of(Duration::from_secs(15), Duration::from_secs(1));
    println!(
        "\n### Good and hostile traffic for {} s, a sample every {} s\n",
        span.as_secs(),
        every.as_secs()
    );
    println!(
        "| s | RSS MB | files | tasks | requests answered | hostile connections |\n|---|---|---|---|---|---|"
    );
    let soaked = soak(Setup::new(report.scale.is_plain), span, every).await;
    report.table("What grew, what is left");
    match soaked {
        Ok(rows) => {
            for (what, target, outcome) in rows {
                report.row(what, target, 1, vec![Ok(outcome)]);
            }
        }
        Err(error) => report.row("good and hostile traffic", "", 1, vec![Err(error)]),
    }
}

async fn soak(
    setup: Setup,
    span: Duration,
    every: Duration,
) -> Result<[(&'static str, &'static str, Outcome); 3]> {
    let child = Child::start(setup).await?;
    let start = Instant::now();
    // The first request of a process makes what stays.
    Sample::take(&child, start).await?;
    let before = Sample::take(&child, start).await?;
    before.print(0, 0);
    let traffic = Traffic::start(child.address);
    let warm = span / 5;
    let mut samples = Vec::new();
    let mut next = start;
    while start.elapsed() < span {
        next += every;
        sleep_until(next.into()).await;
        let sample = Sample::take(&child, start).await?;
        sample.print(
            traffic.tally.answered.load(Ordering::Relaxed),
            traffic.tally.hostile.load(Ordering::Relaxed),
        );
        if sample.at >= warm {
            samples.push(sample);
        }
    }
    let tally = traffic.end().await;
    let is_back = |sample: &Sample| sample.files <= before.files && sample.tasks <= before.tasks;
    let ended = Instant::now();
    let mut after = Sample::take(&child, start).await?;
    while !is_back(&after) && ended.elapsed() < IDLE + Duration::from_secs(2) {
        sleep(Duration::from_millis(100)).await;
        after = Sample::take(&child, start).await?;
    }
    let (answered, failed) = (tally.answered.load(Ordering::Relaxed), tally.failed.load(Ordering::Relaxed));
    after.print(answered, tally.hostile.load(Ordering::Relaxed));
    let failure = tally.failure.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let failure = failure.map_or_else(String::new, |failure| format!("; the first: {failure}"));
    let (Some(first), Some(last)) =
        (middle(samples.iter().take(TOGETHER)), middle(samples.iter().rev().take(TOGETHER)))
    else {
        return Err(Error::other("void: no sample after the warm-up"));
    };
    let grown = last - first;
    let mut memory = format!(
        "{grown:+.1} MB ({first:.1} -> {last:.1}), idle {:.1} -> {:.1} MB",
        megabytes(before.memory),
        megabytes(after.memory)
    );
    // Of seconds, it says nothing of an hour.
    if span >= Duration::from_secs(120) {
        memory += &format!(", slope {:+.1} MB/h", slope(&samples));
    }
    let left = format!(
        "files {} -> {}, tasks {} -> {}, {} after the last client",
        before.files,
        after.files,
        before.tasks,
        after.tasks,
        seconds(ended.elapsed())
    );
    let requests = format!("{answered} answered, {failed} failed{failure}");
    Ok([
        (
            "RSS, from the end of the warm-up (a fifth of the time) to the end",
            "< 16 MB",
            Outcome::new(memory, grown < MOST_GROWTH, grown),
        ),
        (
            "files and tasks, once all clients are gone",
            "as at the start, within idle + 2 s",
            Outcome::new(left, is_back(&after), 0.0),
        ),
        (
            "requests of good will meanwhile",
            "all answered rightly",
            Outcome::new(requests, failed == 0 && answered > 0, 0.0),
        ),
    ])
}

/// The median of the memory, in megabytes.
fn middle<'a>(samples: impl Iterator<Item = &'a Sample>) -> Option<f64> {
    let mut memory: Vec<u64> = samples.map(|sample| sample.memory).collect();
    memory.sort_unstable();
    memory.get(memory.len() / 2).map(|memory| megabytes(*memory))
}

/// The slope of the line that fits the memory best, in megabytes an hour.
fn slope(samples: &[Sample]) -> f64 {
    let points = || samples.iter().map(|sample| (sample.at.as_secs_f64() / 3600.0, megabytes(sample.memory)));
    let count = points().map(|_| 1.0).sum::<f64>();
    let (x, y) = points().fold((0.0, 0.0), |(x, y), (hours, memory)| (x + hours / count, y + memory / count));
    let (above, below) = points().fold((0.0, 0.0), |(above, below), (hours, memory)| {
        (above + (hours - x) * (memory - y), below + (hours - x).powi(2))
    });
    if below > 0.0 { above / below } else { 0.0 }
}

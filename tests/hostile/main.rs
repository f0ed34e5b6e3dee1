//! Hostile requests: what a server must answer to each, whichever server it is.
//!
//! The requests are data, `cases/*.json`. They come over raw sockets to a `Server` of this library and, where they are about
//! the router, over sockets to `axum::serve` and in process too. After each the server must give a good answer to somebody
//! else.

mod answer;
mod app;
mod bytes;
mod cases;
mod checks;
mod faults;
mod h2;
mod log;
mod process;
mod report;
mod servers;
mod socket;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use answer::Answer;
use cases::{Case, WAYS, Want, Way};
use process::Process;
use report::Report;

/// The least number of requests, and of each class.
const LEAST: usize = 450;
const LEAST_OF_CLASS: usize = 8;

/// How many cases are tried at once: most of the time of one is waiting.
const THREADS: usize = 4;

/// How much memory the process may keep.
const MOST_KEPT: usize = 64 << 20;

#[test]
fn every_hostile_request_is_answered_as_it_must_be() {
    log::keep();
    faults::expect_panics();
    let cases = cases::load();
    count(&cases);
    let servers = Servers { serve: servers::serve(), axum: servers::serve_axum(), process: Process::new() };
    for way in WAYS {
        servers.is_alive(way).expect("a server");
    }
    let before = memory();
    let mut report = Report::default();
    let start = Instant::now();
    for way in WAYS {
        servers.try_all(way, &cases, &mut report);
    }
    for line in log::forged() {
        report.fail(format!("logged with a raw control character: {line}"));
    }
    let kept = memory().saturating_sub(before);
    if kept > MOST_KEPT {
        report.fail(format!("{kept} bytes of memory are kept"));
    }
    println!("{report}{:.1?}; {} MiB of memory more than before", start.elapsed(), kept >> 20);
    assert!(report.failures().is_empty(), "{}", report.failures().join("\n"));
}

/// Only requests that differ count.
fn count(cases: &[Case]) {
    let mut requests = BTreeMap::new();
    for case in cases {
        if let Some(other) = requests.insert(case.identity(), &case.name) {
            panic!("{} sends what {other} does", case.name);
        }
    }
    assert!(requests.len() >= LEAST, "{} requests", requests.len());
    for class in cases::classes() {
        let of_class = cases.iter().filter(|case| case.class() == class).count();
        assert!(of_class >= LEAST_OF_CLASS, "{of_class} requests of {class}");
    }
}

struct Servers {
    serve: SocketAddr,
    axum: SocketAddr,
    process: Process,
}

impl Servers {
    fn ask(&self, way: Way, case: &Case, want: &Want) -> Answer {
        match way {
            Way::Serve => socket::ask(self.serve, case, want),
            Way::Axum => socket::ask(self.axum, case, want),
            Way::Process => self.process.ask(case, want),
        }
    }

    fn is_alive(&self, way: Way) -> Result<(), String> {
        match way {
            Way::Serve => socket::is_alive(self.serve),
            Way::Axum => socket::is_alive(self.axum),
            Way::Process => self.process.is_alive(),
        }
    }

    /// Tries all cases through one way, several at once.
    fn try_all(&self, way: Way, cases: &[Case], report: &mut Report) {
        let (next, report) = (AtomicUsize::new(0), Mutex::new(report));
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if let Some(want) = case.wanted(way) {
                            let (answer, faults) = self.try_one(way, case, &want);
                            report.lock().unwrap().add(way, case, &answer, &faults);
                        }
                    }
                });
            }
        });
    }

    fn try_one(&self, way: Way, case: &Case, want: &Want) -> (Answer, Vec<String>) {
        let answer = self.ask(way, case, want);
        let mut faults = checks::check(case, want, &answer);
        if let Some(name) = &want.dropped
            && !eventually(|| matches!(faults::hanging(name), (begun, dropped) if begun == dropped))
        {
            faults.push(format!(
                "the handler {name} goes on: begun and dropped are {:?}",
                faults::hanging(name)
            ));
        }
        if let Some(line) = &want.logs
            && !eventually(|| log::lines_with(line) > 0)
        {
            faults.push(format!("no line of the log holds {line:?}"));
        }
        faults.extend(self.is_alive(way).err());
        (answer, faults)
    }
}

fn eventually(holds: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while !holds() {
        if start.elapsed() > Duration::from_secs(10) {
            return false;
        }
        thread::sleep(Duration::from_millis(10));
    }
    true
}

/// The memory of this process that is in use; 0 where the system does not tell.
fn memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: usize =
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default();
    kib << 10
}

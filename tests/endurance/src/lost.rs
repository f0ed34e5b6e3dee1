//! Requests that get no whole answer because the server ends meanwhile.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::child::Child;
use crate::http::{self, Client};
use crate::report::{Outcome, Report};
use crate::server::Setup;

const CLIENTS: usize = 40;

/// How long all is well before the signal.
const BEFORE: Duration = Duration::from_millis(700);

/// How often a client of good will asks whether the server is ready.
const POLL: Duration = Duration::from_millis(50);

/// What all clients of one run saw.
#[derive(Debug, Default, Clone, Copy)]
struct Seen {
    answered: usize,
    /// Sent on a new connection, and no whole answer.
    lost: usize,
    /// Sent on a connection that had answered before and had not said that it closes.
    lost_reused: usize,
    /// Of both, those that the system reset: they were in the queue of the listener when it closed.
    reset: usize,
    /// Connections that were refused: nobody listened any more.
    refused: usize,
}

impl Seen {
    fn add(&mut self, other: Seen) {
        self.answered += other.answered;
        self.lost += other.lost;
        self.lost_reused += other.lost_reused;
        self.reset += other.reset;
        self.refused += other.refused;
    }
}

/// How the clients behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A connection for each request.
    New,
    /// A connection for as long as the server keeps it.
    Keep,
    /// Half of each, and none sends once readiness is not 200.
    Ready,
}

pub(crate) async fn measure(report: &mut Report) {
    report.table("Requests lost at SIGTERM under 40 clients that ask without a pause");
    let (setup, runs) = (Setup::new(report.scale.is_plain), report.scale.of(10, 2));
    for kind in [Kind::New, Kind::Keep, Kind::Ready] {
        let mut seen = Vec::new();
        for _ in 0..runs {
            seen.push(run(setup, kind).await);
        }
        let lost = |seen: &Seen| seen.lost;
        match kind {
            Kind::New => total(report, "that never stop, a new connection each", 5, &seen, lost),
            Kind::Keep => {
                total(report, "that never stop, keep-alive: on a new connection", 5, &seen, lost);
                let reused = |seen: &Seen| seen.lost_reused;
                total(report, "that never stop, keep-alive: on a connection used before", 0, &seen, reused);
            }
            Kind::Ready => {
                let both = |seen: &Seen| seen.lost + seen.lost_reused;
                total(report, "that stop when readiness is 503, asked every 50 ms", 0, &seen, both);
            }
        }
    }
}

/// One row over all runs: their sum counts, not the worst.
fn total(report: &mut Report, what: &str, most: usize, runs: &[Result<Seen>], of: impl Fn(&Seen) -> usize) {
    let target = format!("<= {most} in {} runs", runs.len());
    let mut sum = Seen::default();
    let mut lost = Vec::new();
    for run in runs {
        match run {
            Ok(seen) => {
                sum.add(*seen);
                lost.push(of(seen));
            }
            Err(error) => {
                let error = Error::other(error.to_string());
                return report.row(what, &target, runs.len(), vec![Err(error)]);
            }
        }
    }
    let all: usize = lost.iter().sum();
    let each: Vec<String> = lost.iter().map(usize::to_string).collect();
    let Seen { answered, refused, reset, .. } = sum;
    let mut text = format!("{all} lost ({}); {answered} answered, {refused} refused", each.join(", "));
    if all > 0 {
        text += &format!(", {reset} reset");
    }
    report.row(what, &target, runs.len(), vec![Ok(Outcome::new(text, all <= most, 0.0))]);
}

async fn run(setup: Setup, kind: Kind) -> Result<Seen> {
    let mut child = Child::start(setup).await?;
    let address = child.address;
    // Raised by readiness, for the clients that honour it.
    let is_over = Arc::new(AtomicBool::new(false));
    let mut tasks = JoinSet::new();
    for n in 0..CLIENTS {
        let keeps = kind == Kind::Keep || kind == Kind::Ready && n % 2 == 0;
        tasks.spawn(asks(address, keeps, Arc::clone(&is_over)));
    }
    let polls = (kind == Kind::Ready).then(|| tokio::spawn(polls(address, Arc::clone(&is_over))));
    sleep(BEFORE).await;
    child.terminate().await?;
    let ended = child.ended(http::PATIENCE).await?;
    let mut seen = Seen::default();
    let all = async {
        while let Some(done) = tasks.join_next().await {
            seen.add(done.map_err(Error::other)??);
        }
        Ok::<_, Error>(())
    };
    timeout(2 * http::PATIENCE, all).await.map_err(|_| Error::other("void: clients that never ended"))??;
    if let Some(polls) = polls {
        let is_told = polls.await.map_err(Error::other)?;
        if !is_told && !setup.is_plain {
            return Err(Error::other("void: readiness was never 503"));
        }
    }
    if ended.is_none() {
        return Err(Error::other("void: the server did not end"));
    }
    if kind != Kind::Ready && seen.refused == 0 {
        return Err(Error::other("void: the listener was never seen closed"));
    }
    if seen.answered == 0 {
        return Err(Error::other("void: no request was answered"));
    }
    Ok(seen)
}

/// Until the server is not ready: it says 503, or nothing at all. Whether it said so.
async fn polls(address: SocketAddr, is_over: Arc<AtomicBool>) -> bool {
    let last = loop {
        match http::ask(address, "/ready").await {
            Ok(answer) if answer.status == 200 => sleep(POLL).await,
            last => break last,
        }
    };
    is_over.store(true, Ordering::Relaxed);
    last.is_ok_and(|answer| answer.status == 503)
}

/// One request after the other, until nobody listens any more or `is_over`.
async fn asks(address: SocketAddr, keeps: bool, is_over: Arc<AtomicBool>) -> Result<Seen> {
    let mut seen = Seen::default();
    let mut kept: Option<Client> = None;
    while !is_over.load(Ordering::Relaxed) {
        let is_reused = kept.is_some();
        let mut client = match kept.take() {
            Some(client) => client,
            None => match Client::connect(address).await {
                Ok(client) => client,
                // Reset: it was in the queue of a listener that closed, and nothing was sent.
                Err(error)
                    if matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset) =>
                {
                    seen.refused += 1;
                    break;
                }
                Err(error) => return Err(error),
            },
        };
        let asked = async {
            client.get("/hello").await?;
            client.receive().await
        };
        match asked.await {
            Ok(answer) if answer.status == 200 && answer.body == b"hello" => {
                seen.answered += 1;
                if keeps && !answer.says_close() {
                    kept = Some(client);
                }
            }
            failed => {
                *(if is_reused { &mut seen.lost_reused } else { &mut seen.lost }) += 1;
                let is_reset = failed.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset);
                seen.reset += usize::from(is_reset);
            }
        }
    }
    Ok(seen)
}

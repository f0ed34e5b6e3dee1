//! Clients that are silent, slow or idle, and handlers that never return.

use std::io::{Error, Result};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::canary::Canary;
use crate::child::Child;
use crate::http::{self, Client};
use crate::report::{Outcome, Report, growth, seconds, together};
use crate::server::{BODY, HEAD, IDLE, MAX_DURATION, Setup};

/// How much later than its limit a connection may be closed.
pub(crate) const GRACE: Duration = Duration::from_secs(1);

/// How long the anchor is given.
pub(crate) const LONGEST: Duration = Duration::from_secs(6);

/// Between two bytes of a client that drips.
const DRIP: Duration = Duration::from_millis(100);

/// The most memory that all half heads together may cost.
const MOST_MEMORY: u64 = 200 << 20;

const HALF_HEAD: &str = "GET /hello HTTP/1.1\r\nhost: localhost\r\nx-slow: ";
const SLOW_BODY: &str =
    "POST /body HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\ncontent-length: 100000\r\n\r\nx";

/// What the server sees of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Silent,
    HalfHead,
    /// A byte of a head every tenth of a second.
    DrippingHead,
    DrippingBody,
    /// One request, answered, and no other.
    Idle,
    Hangs,
}

/// What became of a client.
#[derive(Debug)]
struct End {
    /// `None`: it was still connected.
    after: Option<Duration>,
    said: Vec<u8>,
}

async fn client(address: SocketAddr, kind: Kind, limit: Duration) -> Result<End> {
    let mut client = Client::connect(address).await?;
    match kind {
        Kind::Silent => {}
        Kind::HalfHead | Kind::DrippingHead => client.write(HALF_HEAD).await?,
        Kind::DrippingBody => client.write(SLOW_BODY).await?,
        Kind::Idle => {
            client.get("/hello").await?;
            client.receive().await?;
        }
        Kind::Hangs => {
            client.write("GET /hangs HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?
        }
    }
    let start = Instant::now();
    let mut said = Vec::new();
    let is_closed = if matches!(kind, Kind::DrippingHead | Kind::DrippingBody) {
        timeout(limit, client.drip(b"x", DRIP, &mut said)).await.is_ok()
    } else {
        timeout(limit, client.until_closed(&mut said)).await.is_ok()
    };
    Ok(End { after: is_closed.then(|| start.elapsed()), said })
}

/// Many of one kind at once.
async fn clients(address: SocketAddr, kind: Kind, count: usize, limit: Duration) -> Result<Vec<End>> {
    let mut tasks = JoinSet::new();
    for n in 0..count {
        tasks.spawn(client(address, kind, limit));
        // The queue of the system is short: who finds it full tries again after a second.
        if n % 100 == 99 {
            sleep(Duration::from_millis(15)).await;
        }
    }
    let mut ends = Vec::new();
    while let Some(end) = tasks.join_next().await {
        ends.push(end.map_err(Error::other)??);
    }
    Ok(ends)
}

fn closed(ends: &[End]) -> (usize, Duration) {
    let times = ends.iter().filter_map(|end| end.after);
    (times.clone().count(), times.max().unwrap_or_default())
}

/// How many were answered with a status.
fn answered(ends: &[End], status: u16) -> usize {
    let start = format!("HTTP/1.1 {status} ");
    ends.iter().filter(|end| end.said.starts_with(start.as_bytes())).count()
}

pub(crate) async fn measure(report: &mut Report) {
    report.table("Slow, silent and idle clients; handlers that never return");
    let scale = report.scale;
    let (count, runs) = (scale.of(300, 50), scale.of(3, 1));
    let setup = Setup::new(scale.is_plain);
    let kinds = [
        (Kind::Silent, HEAD, "silent connections, 0 bytes", "all closed within head"),
        (Kind::DrippingHead, HEAD, "half heads, dripping", "all closed within head"),
        (Kind::DrippingBody, BODY, "slow bodies, dripping", "all closed, 408, within body"),
        (Kind::Idle, IDLE, "idle keep-alive connections", "all closed within idle"),
        (
            Kind::Hangs,
            MAX_DURATION,
            "handlers that never return",
            "all 503, handlers dropped, within max_duration",
        ),
    ];
    let measurements = kinds.map(|(kind, limit, ..)| move || of_kind(setup, kind, count, limit));
    let outcomes = together(runs, &measurements).await;
    for ((_, _, what, target), outcomes) in kinds.into_iter().zip(outcomes) {
        report.row(&format!("{count} {what}"), &format!("{target} + 1 s"), runs, outcomes);
    }
    let (count, head) = (scale.of(9500, 1500), scale.of(Duration::from_secs(8), Duration::from_secs(4)));
    report
        .measure(
            // A head may take longer here, so that the last comes before the first is closed.
            &format!("{count} half heads, head {head:?}, and a request every 100 ms"),
            "all closed within head + 1 s, RSS +<= 200 MB, no request fails",
            runs,
            async || many(Setup { head, ..setup }, count).await,
        )
        .await;
    let (count, span) = (scale.of(400, 100), scale.of(Duration::from_secs(12), Duration::from_secs(4)));
    report
        .measure(
            &format!("a line of a head every second, {count} connections at 200/s, {} s", span.as_secs()),
            "none left",
            runs,
            async || lines(setup, count, span).await,
        )
        .await;
}

async fn of_kind(setup: Setup, kind: Kind, count: usize, limit: Duration) -> Result<Outcome> {
    let child = Child::start(setup).await?;
    let ends = clients(child.address, kind, count, LONGEST).await?;
    let (closed, last) = closed(&ends);
    let mut text = match closed {
        0 => format!("none closed in {}", seconds(LONGEST)),
        _ => format!("{closed} closed, the last after {}", seconds(last)),
    };
    let mut is_met = closed == count && last <= limit + GRACE;
    if kind == Kind::DrippingBody {
        let told = answered(&ends, 408);
        text += &format!(", {told} told 408");
        is_met &= told == count;
    }
    if kind == Kind::Hangs {
        let (told, stats) = (answered(&ends, 503), child.stats().await?);
        let (started, dropped) = (stats.started, stats.dropped);
        text += &format!(", {told} told 503; {started} handlers begun, {dropped} dropped");
        is_met &= told == count && (started, dropped) == (count, count);
    }
    is_met &= http::is_alive(child.address).await;
    Ok(Outcome::timed(text, is_met, last))
}

async fn many(setup: Setup, count: usize) -> Result<Outcome> {
    may_open(count + 200)?;
    let child = Child::start(setup).await?;
    let before = child.memory()?;
    let canary = Canary::start(child.address);
    let files = child.files()?;
    let (ends, most, most_files) =
        child.most(clients(child.address, Kind::HalfHead, count, setup.head + LONGEST)).await?;
    let (song, ends) = (canary.end().await?, ends?);
    let (closed, last) = closed(&ends);
    let open = most_files.saturating_sub(files);
    // Seen every twentieth of a second; the client of good will may be one of them just then.
    if open < count / 100 * 99 {
        return Err(Error::other(format!("void: never more than {open} open at once")));
    }
    let text = format!(
        "{} open at once, {closed} closed, the last after {}; {}; {} requests, {} failed, the slowest {}",
        open,
        seconds(last),
        growth(before, most),
        song.asked,
        song.failed,
        seconds(song.slowest)
    );
    let is_met = closed == count
        && last <= setup.head + GRACE
        && most.saturating_sub(before) <= MOST_MEMORY
        && song.failed == 0
        && song.asked > 0;
    Ok(Outcome::timed(text, is_met, last))
}

/// An error where this process may not open as many files. The server inherits the same limit.
fn may_open(files: usize) -> Result<()> {
    let limits = std::fs::read_to_string("/proc/self/limits")?;
    let limit =
        limits.lines().find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next());
    match limit.map(str::parse::<usize>) {
        Some(Ok(limit)) if limit < files => {
            Err(Error::other(format!("this needs `ulimit -n {files}`, it is {limit}")))
        }
        _ => Ok(()),
    }
}

/// As `slowhttptest -H`: a head that goes on for ever, a whole line at a time.
async fn lines(setup: Setup, count: usize, span: Duration) -> Result<Outcome> {
    let child = Child::start(setup).await?;
    let (start, mut tasks) = (Instant::now(), JoinSet::new());
    for _ in 0..count {
        let address = child.address;
        tasks.spawn(async move {
            let mut client = Client::connect(address).await?;
            client.write("GET /hello HTTP/1.1\r\nhost: localhost\r\n").await?;
            let left = span.saturating_sub(start.elapsed());
            Ok::<_, Error>(
                timeout(left, client.drip(b"x-line: y\r\n", GRACE, &mut Vec::new())).await.is_err(),
            )
        });
        sleep(Duration::from_millis(5)).await;
    }
    let (mut left, mut last) = (0, Duration::ZERO);
    while let Some(is_left) = tasks.join_next().await {
        let is_left = is_left.map_err(Error::other)??;
        left += usize::from(is_left);
        if !is_left {
            last = start.elapsed();
        }
    }
    let is_met = left == 0 && http::is_alive(child.address).await;
    let mut text = format!("{left} left");
    if left < count {
        text += &format!("; the last was closed at {}", seconds(last));
    }
    Ok(Outcome::timed(text, is_met, last))
}

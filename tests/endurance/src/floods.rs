//! More clients than the server takes, more files than it has, floods of HTTP/2, a panic in a pipeline.

use std::io::{Error, Result};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::child::Child;
use crate::h2;
use crate::http::{self, Client};
use crate::report::{Outcome, Report, growth, seconds};
use crate::server::Setup;

/// How many connections the server has at once in the flood over them.
const MOST_CONNECTIONS: usize = 200;

/// How many files the server has where they are few.
const FEW_FILES: u32 = 64;

/// The most memory that a flood over HTTP/2 may cost.
const MOST_MEMORY: u64 = 64 << 20;

pub(crate) async fn measure(report: &mut Report) {
    report.table("Floods and faults");
    let scale = report.scale;
    let (setup, runs) = (Setup::new(scale.is_plain), scale.of(3, 1));
    report
        .measure(
            "max_connections 200, 1000 clients at once, each fifth of which stays until it is closed",
            "all answered, never more than 200 open",
            runs,
            async || crowd(setup, 1000).await,
        )
        .await;
    report
        .measure(
            "64 files, 300 silent connections",
            "<= 0.5 s of CPU in 3 s, a request is answered afterwards",
            runs,
            async || few_files(setup).await,
        )
        .await;
    let pings = scale.of(20_000, 5_000);
    report
        .measure(
            &format!("one connection of HTTP/2 with {pings} PINGs"),
            "alive afterwards, RSS +< 64 MB",
            runs,
            async || flood(setup, Flood::Pings(pings)).await,
        )
        .await;
    let streams = scale.of(5_000, 2_000);
    report
        .measure(
            &format!("rapid reset: {streams} streams of HTTP/2, each reset at once"),
            "alive afterwards, RSS +< 64 MB, handlers dropped",
            runs,
            async || flood(setup, Flood::Resets(streams)).await,
        )
        .await;
    report
        .measure(
            &format!("{streams} streams of HTTP/2, each reset once its handler runs"),
            "alive afterwards, RSS +< 64 MB, handlers dropped",
            runs,
            async || flood(setup, Flood::Cancels(streams)).await,
        )
        .await;
    report
        .measure(
            "a handler that panics, the 26th of 50 pipelined requests",
            "50 answered, the one with a problem of 500",
            runs,
            async || panics(setup).await,
        )
        .await;
}

async fn crowd(setup: Setup, count: usize) -> Result<Outcome> {
    let child = Child::start(Setup { max_connections: MOST_CONNECTIONS, ..setup }).await?;
    let files = child.files()?;
    let address = child.address;
    let start = Instant::now();
    let work = async {
        let mut tasks = JoinSet::new();
        for n in 0..count {
            tasks.spawn(async move {
                let mut client = Client::connect(address).await?;
                let close = if n % 5 == 0 { "" } else { "connection: close\r\n" };
                client.write(format!("GET /slow/50 HTTP/1.1\r\nhost: localhost\r\n{close}\r\n")).await?;
                // Five waves of those who stay, each an idle timeout long.
                let answer = timeout(3 * http::PATIENCE, client.receive_some_time()).await??;
                let stay = async { client.until_closed(&mut Vec::new()).await };
                let _ = timeout(http::PATIENCE, stay).await;
                Ok::<_, Error>(answer.status == 200 && answer.body == b"slow")
            });
        }
        let mut answered = 0;
        while let Some(done) = tasks.join_next().await {
            answered += usize::from(matches!(done, Ok(Ok(true))));
        }
        answered
    };
    let (answered, _, most) = child.most(work).await?;
    let open = most.saturating_sub(files);
    let took = start.elapsed();
    let text = format!("{answered} answered, {open} open at the most, {}", seconds(took));
    Ok(Outcome::timed(text, answered == count && open <= MOST_CONNECTIONS, took))
}

async fn few_files(setup: Setup) -> Result<Outcome> {
    let child = Child::start_with_files(setup, FEW_FILES).await?;
    let before = child.cpu()?;
    let mut held = JoinSet::new();
    for _ in 0..300 {
        let address = child.address;
        held.spawn(async move {
            // Where the queue of the system is full too, it is not even connected.
            let _client = Client::connect(address).await;
            std::future::pending::<()>().await;
        });
    }
    sleep(Duration::from_secs(3)).await;
    let spent = child.cpu()?.saturating_sub(before);
    let files = child.files()?;
    held.shutdown().await;
    let start = Instant::now();
    // The queue of the system is full of clients that are gone.
    let is_answered = http::is_alive(child.address).await;
    let text = format!(
        "{} of CPU, {files} files; afterwards {} after {}",
        seconds(spent),
        if is_answered { "answered" } else { "no answer" },
        seconds(start.elapsed())
    );
    Ok(Outcome::timed(text, spent <= Duration::from_millis(500) && is_answered, spent))
}

/// How many streams are open before they are reset.
const BATCH: u32 = 50;

#[derive(Debug, Clone, Copy)]
enum Flood {
    Pings(u32),
    /// A stream and its reset in one piece.
    Resets(u32),
    /// Fifty streams, and a little later their resets.
    Cancels(u32),
}

async fn flood(setup: Setup, flood: Flood) -> Result<Outcome> {
    let child = Child::start(setup).await?;
    let before = child.memory()?;
    let work = async {
        let (mut reader, mut writer) = h2::connect(child.address).await?;
        let reads = tokio::spawn(async move {
            let (mut pongs, mut is_told_off) = (0_u32, false);
            while let Ok(frame) = h2::read(&mut reader).await {
                pongs += u32::from(frame.kind == h2::PING);
                is_told_off |= frame.kind == h2::GOAWAY;
            }
            (pongs, is_told_off)
        });
        let mut sent = 0;
        let (Flood::Pings(count) | Flood::Resets(count) | Flood::Cancels(count)) = flood;
        for n in 0..count {
            let stream = 2 * n + 1;
            let bytes = match flood {
                Flood::Pings(_) => h2::ping(),
                Flood::Resets(_) => [h2::get(stream, "/stuck"), h2::reset(stream)].concat(),
                Flood::Cancels(_) => h2::get(stream, "/stuck"),
            };
            // The server hangs up on whom it has enough of.
            if http::in_time(writer.write_all(&bytes)).await.is_err() {
                break;
            }
            sent += 1;
            if matches!(flood, Flood::Cancels(_)) && sent % BATCH == 0 {
                sleep(Duration::from_millis(5)).await;
                let resets: Vec<u8> =
                    (0..BATCH).rev().flat_map(|back| h2::reset(stream - 2 * back)).collect();
                if http::in_time(writer.write_all(&resets)).await.is_err() {
                    break;
                }
            }
        }
        sleep(Duration::from_millis(300)).await;
        drop(writer);
        let (pongs, is_told_off) = timeout(http::PATIENCE, reads).await?.map_err(Error::other)?;
        Ok::<_, Error>((sent, pongs, is_told_off))
    };
    let (done, most, _) = child.most(work).await?;
    let (sent, pongs, is_told_off) = done?;
    let is_alive = http::is_alive(child.address).await;
    let stats = child.stats().await?;
    let grown = most.saturating_sub(before);
    let mut text =
        format!("{sent} sent, {}, {}", growth(before, most), if is_alive { "alive" } else { "dead" });
    match flood {
        Flood::Pings(_) => text += &format!(", {pongs} answered"),
        Flood::Resets(_) | Flood::Cancels(_) => {
            text += &format!(", {} handlers begun, {} dropped", stats.started, stats.dropped);
        }
    }
    text += if is_told_off { ", GOAWAY" } else { "" };
    let is_met = is_alive && grown < MOST_MEMORY && stats.started == stats.dropped;
    #[allow(clippy::cast_precision_loss)] // To compare runs.
    Ok(Outcome::new(text, is_met, grown as f64))
}

async fn panics(setup: Setup) -> Result<Outcome> {
    let child = Child::start(setup).await?;
    let mut client = Client::connect(child.address).await?;
    let requests: Vec<String> =
        (1..=50).map(|n| http::get(if n == 26 { "/panics" } else { "/hello" })).collect();
    client.write(requests.concat()).await?;
    let (mut answered, mut is_problem) = (0, false);
    for n in 1..=50 {
        let Ok(answer) = client.receive().await else { break };
        let is_right = if n == 26 {
            is_problem =
                answer.status == 500 && answer.head.contains("\r\ncontent-type: application/problem+json");
            is_problem
        } else {
            answer.status == 200 && answer.body == b"hello"
        };
        answered += u32::from(is_right);
    }
    let text = format!("{answered} answered{}", if is_problem { ", one with a problem of 500" } else { "" });
    Ok(Outcome::new(text, answered == 50, 0.0))
}

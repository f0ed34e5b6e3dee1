//! Clients that read a reply slowly, and those that do not read it.

use std::io::{Error, Result};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::child::Child;
use crate::h2;
use crate::http::{self, Client};
use crate::report::{Outcome, Report, growth, megabytes, seconds, together};
use crate::server::{CHUNKS, Setup, WRITE_STALL};
use crate::slow::{GRACE, LONGEST};

const CLIENTS: usize = 20;

/// A reply in one piece, and its length.
const LARGE: (&str, usize) = ("/large/64", 64 << 20);

pub(crate) async fn measure(report: &mut Report) {
    report.table("Clients that do not read, and clients that read slowly");
    let scale = report.scale;
    let (setup, runs) = (Setup::new(scale.is_plain), scale.of(3, 1));
    let target = "all closed, files back, within write_stall + 1 s";
    let what = format!("{CLIENTS} clients that never read a reply of 64 MB");
    report.measure(&what, target, runs, async || non_readers(setup).await).await;
    for (path, reply) in [(LARGE.0, "a reply of 64 MB in one piece"), ("/chunks", "a stream of 8 MB")] {
        let what = format!("{CLIENTS} clients over HTTP/2 that give no window for {reply}");
        report.measure(&what, target, runs, async || windowless(setup, path).await).await;
    }
    // Longer than `idle` and `write_stall`.
    let span = scale.of(Duration::from_secs(6), Duration::from_millis(4500));
    let rows = [
        (LARGE.0, LARGE.1, false, "a reply of 64 MB in one piece"),
        (LARGE.0, LARGE.1, true, "a reply of 64 MB in one piece over HTTP/2"),
        ("/chunks", CHUNKS, false, "a stream of 8 MB"),
        ("/chunks", CHUNKS, true, "a stream of 8 MB over HTTP/2"),
    ];
    let measurements =
        rows.map(|(path, length, is_http2, _)| move || slow_reader(setup, path, length, span, is_http2));
    let outcomes = together(runs, &measurements).await;
    for ((.., reply), outcomes) in rows.into_iter().zip(outcomes) {
        let what = format!("a client that reads {reply} in {}", seconds(span));
        report.row(&what, "all of it comes", runs, outcomes);
    }
}

async fn non_readers(setup: Setup) -> Result<Outcome> {
    let child = Child::start(setup).await?;
    let (before, files) = (child.memory()?, child.files()?);
    let work = async {
        let mut held = Vec::new();
        for _ in 0..CLIENTS {
            let mut client = Client::connect(child.address).await?;
            client.get(LARGE.0).await?;
            held.push(client);
        }
        for client in &held {
            // The reply has begun: its bytes are there, and stay there.
            http::in_time(client.0.get_ref().readable()).await?;
        }
        let start = Instant::now();
        let back = child.files_back(files, LONGEST).await?.map(|_| start.elapsed());
        let open = child.files()?;
        drop(held);
        Ok::<_, Error>((back, open))
    };
    let (done, most, _) = child.most(work).await?;
    let (back, open) = done?;
    not_read(&child, back, &growth(before, most), open.saturating_sub(files))
}

/// The window of a stream is 64 kB until the client gives more, and is never given.
async fn windowless(setup: Setup, path: &'static str) -> Result<Outcome> {
    let child = Child::start(setup).await?;
    let (before, files) = (child.memory()?, child.files()?);
    let work = async {
        let (begun, mut all_begun) = mpsc::channel(CLIENTS);
        let mut held = JoinSet::new();
        for _ in 0..CLIENTS {
            let (begun, address) = (begun.clone(), child.address);
            held.spawn(async move {
                let (mut reader, mut writer) = h2::connect(address).await?;
                writer.write_all(&h2::get(1, path)).await?;
                while h2::read(&mut reader).await?.data().is_none() {}
                let _ = begun.send(()).await;
                // What comes is read: it is the server that may not send more.
                while h2::read(&mut reader).await.is_ok() {}
                Ok::<_, Error>(())
            });
        }
        for _ in 0..CLIENTS {
            http::in_time(async { all_begun.recv().await.ok_or_else(|| Error::other("no reply")) }).await?;
        }
        let start = Instant::now();
        let back = child.files_back(files, LONGEST).await?.map(|_| start.elapsed());
        let open = child.files()?;
        held.abort_all();
        Ok::<_, Error>((back, open))
    };
    let (done, most, _) = child.most(work).await?;
    let (back, open) = done?;
    not_read(&child, back, &growth(before, most), open.saturating_sub(files))
}

fn not_read(child: &Child, back: Option<Duration>, memory: &str, open: usize) -> Result<Outcome> {
    let Some(took) = back else {
        let text = format!("{open} held after {}; {memory}", seconds(LONGEST));
        return Ok(Outcome::timed(text, false, LONGEST));
    };
    let after = megabytes(child.memory()?);
    let text = format!("closed, files back after {}; {memory}, then {after:.0} MB", seconds(took));
    Ok(Outcome::timed(text, took <= WRITE_STALL + GRACE, took))
}

async fn slow_reader(
    setup: Setup,
    path: &'static str,
    length: usize,
    span: Duration,
    is_http2: bool,
) -> Result<Outcome> {
    let child = Child::start(setup).await?;
    let start = Instant::now();
    let mut read = 0;
    let reads = async {
        if is_http2 {
            h2::read_slowly(child.address, path, length, span, &mut read).await
        } else {
            let mut client = Client::connect_with_room(child.address, 256 * 1024).await?;
            client.get(path).await?;
            client.read_slowly(length, span, &mut read).await
        }
    };
    let end = reads.await;
    let took = start.elapsed();
    let text = match end {
        Ok(()) => format!("all of it in {}", seconds(took)),
        Err(error) => format!("{:.0}% of it, then {error} after {}", percent(read, length), seconds(took)),
    };
    Ok(Outcome::timed(text, read >= length, took))
}

#[allow(clippy::cast_precision_loss)] // Of a shown number, the first digits.
fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole as f64
}

//! SIGTERM while requests run, beside each kind of client that could keep the server from ending.

use std::io::{Error, Result};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncWriteExt as _, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;

use crate::child::Child;
use crate::h2;
use crate::http::Client;
use crate::report::{Outcome, Report, seconds, together};
use crate::server::{BACKLOG, DRAIN, LAME_DUCK, SETTLE, Setup};

/// For a machine that is busy.
const GRACE: Duration = Duration::from_millis(500);

/// How long the anchor is given.
const LONGEST: Duration = Duration::from_secs(15);

const IN_FLIGHT: usize = 20;

/// Who is connected beside the requests in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beside {
    Nobody,
    Silent,
    HalfHead,
    HalfBody,
    Idle,
    IdleHttp2,
    NonReader,
    /// A reply of 64 MB that takes four seconds, most of them after the signal.
    Reader,
    Hung,
}

const ALL: [(Beside, &str); 9] = [
    (Beside::Nobody, ""),
    (Beside::Silent, ", and a silent connection"),
    (Beside::HalfHead, ", and half a head"),
    (Beside::HalfBody, ", and half a body"),
    (Beside::Idle, ", and an idle keep-alive connection"),
    (Beside::IdleHttp2, ", and an idle connection of HTTP/2"),
    (Beside::NonReader, ", and a client that does not read"),
    (Beside::Reader, ", and a client that reads 64 MB in 4 s"),
    (Beside::Hung, ", and a handler that never returns"),
];

/// A connection that is held open.
#[derive(Debug)]
enum Held {
    Nothing,
    Http1 { _client: Client },
    Reading(JoinHandle<Result<()>>),
    Http2 { _reader: BufReader<OwnedReadHalf>, _writer: OwnedWriteHalf },
}

impl Beside {
    async fn connect(self, address: SocketAddr) -> Result<Held> {
        if self == Beside::IdleHttp2 {
            let (mut reader, mut writer) = h2::connect(address).await?;
            writer.write_all(&h2::get(1, "/hello")).await?;
            while !h2::read(&mut reader).await?.ends_stream() {}
            return Ok(Held::Http2 { _reader: reader, _writer: writer });
        }
        if self == Beside::Nobody {
            return Ok(Held::Nothing);
        }
        let mut client = Client::connect(address).await?;
        match self {
            Beside::HalfHead => client.write("GET /hello HTTP/1.1\r\nhost: localhost\r\n").await?,
            Beside::HalfBody => {
                client
                    .write("POST /body HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n123")
                    .await?;
            }
            Beside::Idle => {
                client.get("/hello").await?;
                client.receive().await?;
            }
            Beside::Reader => {
                let mut client = Client::connect_with_room(address, 256 * 1024).await?;
                client.get("/large/64").await?;
                let span = Duration::from_secs(4);
                let reads = async move { client.read_slowly(64 << 20, span, &mut 0).await };
                return Ok(Held::Reading(tokio::spawn(reads)));
            }
            Beside::NonReader => client.get("/large/64").await?,
            Beside::Hung => client.get("/stuck").await?,
            Beside::Nobody | Beside::Silent | Beside::IdleHttp2 => {}
        }
        Ok(Held::Http1 { _client: client })
    }
}

pub(crate) async fn measure(report: &mut Report) {
    let scale = report.scale;
    let setup = Setup::new(scale.is_plain);
    let bound = LAME_DUCK + BACKLOG + SETTLE + DRAIN + GRACE;
    let title = format!(
        "SIGTERM. Latest end: lame_duck {} + queue {} + settle {} + drain {} + {} = {}",
        seconds(LAME_DUCK),
        seconds(BACKLOG),
        seconds(SETTLE),
        seconds(DRAIN),
        seconds(GRACE),
        seconds(bound)
    );
    report.table(if scale.is_plain { "SIGTERM" } else { &title });
    let (runs, millis) = (scale.of(3, 1), scale.of(3000, 1000));
    let measurements = ALL.map(|(beside, _)| move || ends(setup, beside, millis, bound));
    let outcomes = together(runs, &measurements).await;
    let target = format!("20 answered with `Connection: close`, end <= {}", seconds(bound));
    for ((_, beside), outcomes) in ALL.iter().zip(outcomes) {
        let what = format!("20 in flight, {} s each{beside}", f64::from(millis) / 1000.0);
        report.row(&what, &target, runs, outcomes);
    }
    for (pause, when) in [(100, "while readiness is 503"), (1200, "while requests are waited for")] {
        report
            .measure(
                &format!("a handler that never returns; a second SIGTERM {when}"),
                "end <= 0.5 s after it",
                runs,
                async || second(setup, Duration::from_millis(pause)).await,
            )
            .await;
    }
}

async fn ends(setup: Setup, beside: Beside, millis: u32, bound: Duration) -> Result<Outcome> {
    let mut child = Child::start(setup).await?;
    let held = beside.connect(child.address).await?;
    let mut tasks = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let address = child.address;
        tasks.spawn(async move {
            let mut client = Client::connect(address).await?;
            client.get(&format!("/slow/{millis}")).await?;
            let answer = client.receive().await?;
            Ok::<_, Error>((answer.status == 200 && answer.body == b"slow", answer.says_close()))
        });
    }
    // All of them are with their handlers, and a reader of nothing has its buffers full.
    sleep(Duration::from_millis(500)).await;
    child.terminate().await?;
    let ended = child.ended(LONGEST).await?;
    let (mut answered, mut close) = (0, 0);
    while let Some(done) = tasks.join_next().await {
        if let Ok(Ok((is_right, says_close))) = done {
            answered += usize::from(is_right);
            close += usize::from(says_close);
        }
    }
    let mut is_whole = true;
    if let Held::Reading(reads) = held {
        is_whole = matches!(reads.await, Ok(Ok(())));
    }
    let is_met =
        is_whole && answered == IN_FLIGHT && close == IN_FLIGHT && ended.is_some_and(|ended| ended <= bound);
    let end = ended.map_or_else(|| format!("not within {}", seconds(LONGEST)), seconds);
    let cut = if is_whole { "" } else { ", the reader's reply cut" };
    let text = format!("{answered} answered, {close} with close{cut}, end {end}");
    Ok(Outcome::timed(text, is_met, ended.unwrap_or(LONGEST)))
}

async fn second(setup: Setup, pause: Duration) -> Result<Outcome> {
    let mut child = Child::start(setup).await?;
    let held = Beside::Hung.connect(child.address).await?;
    sleep(Duration::from_millis(100)).await;
    child.terminate().await?;
    if child.ended(pause).await?.is_some() {
        return Err(Error::other("it ended before the second signal"));
    }
    child.terminate().await?;
    let ended = child.ended(LONGEST).await?;
    drop(held);
    let text = ended.map_or_else(|| format!("not within {}", seconds(LONGEST)), seconds);
    Ok(Outcome::timed(text, ended.is_some_and(|ended| ended <= GRACE), ended.unwrap_or(LONGEST)))
}

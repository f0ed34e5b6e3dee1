//! A server in a child process, seen from outside.

use std::fs;
use std::io::{Error, Result};
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child as Process, Command};
use tokio::time::{sleep, timeout};

use crate::http;
use crate::server::{Setup, Stats};

/// The server's process. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Child {
    process: Process,
    id: u32,
    pub(crate) address: SocketAddr,
}

impl Child {
    /// Starts this program again, as a server.
    pub(crate) async fn start(setup: Setup) -> Result<Self> {
        let program = std::env::current_exe()?;
        let mut command = Command::new(program);
        command.args(setup.arguments());
        Child::spawn(command).await
    }

    /// The same, with few files allowed.
    pub(crate) async fn start_with_files(setup: Setup, files: u32) -> Result<Self> {
        let mut command = Command::new("sh");
        // `exec`: the process keeps its number, so that signals and readings are the server's.
        command.args(["-c", &format!("ulimit -n {files}; exec \"$0\" \"$@\"")]);
        command.arg(std::env::current_exe()?).args(setup.arguments());
        Child::spawn(command).await
    }

    async fn spawn(mut command: Command) -> Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        // Its log has a line for every late handler, of which there are thousands.
        let mut process = command.stderr(Stdio::null()).spawn()?;
        let output = process.stdout.take().ok_or_else(|| Error::other("no output"))?;
        let mut line = String::new();
        http::in_time(BufReader::new(output).read_line(&mut line)).await?;
        let line = line.trim();
        let address = line.parse().map_err(|_| Error::other(format!("the server did not start: {line}")))?;
        let id = process.id().ok_or_else(|| Error::other("the server has ended"))?;
        Ok(Child { process, id, address })
    }

    fn read(&self, file: &str) -> Result<String> {
        fs::read_to_string(format!("/proc/{}/{file}", self.id))
    }

    /// Resident memory in bytes.
    pub(crate) fn memory(&self) -> Result<u64> {
        let status = self.read("status")?;
        let kilobytes =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next());
        let kilobytes = kilobytes.and_then(|kilobytes| kilobytes.parse::<u64>().ok());
        Ok(kilobytes.ok_or_else(|| Error::other("no VmRSS"))? * 1024)
    }

    /// Open files, of which every connection is one.
    pub(crate) fn files(&self) -> Result<usize> {
        Ok(fs::read_dir(format!("/proc/{}/fd", self.id))?.count())
    }

    /// Time on a processor, in user and in system mode.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let stat = self.read("stat")?;
        // The name in parentheses may hold blanks; the times are the 12th and 13th after it, in hundredths.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks: u64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
        Ok(Duration::from_millis(ticks * 10))
    }

    /// What it says of itself.
    pub(crate) async fn stats(&self) -> Result<Stats> {
        let answer = http::ask(self.address, "/stats").await?;
        serde_json::from_slice(&answer.body).map_err(Error::other)
    }

    /// SIGTERM.
    pub(crate) async fn terminate(&self) -> Result<()> {
        let status = Command::new("kill").args(["-TERM", &self.id.to_string()]).status().await?;
        if status.success() { Ok(()) } else { Err(Error::other("kill failed")) }
    }

    /// How long it takes until the process has ended; `None` where it has not by then.
    pub(crate) async fn ended(&mut self, limit: Duration) -> Result<Option<Duration>> {
        let start = Instant::now();
        // Not `wait`, which closes the server's input, and so ends it.
        while start.elapsed() < limit {
            if let Some(status) = self.process.try_wait()? {
                let took = start.elapsed();
                return if status.success() {
                    Ok(Some(took))
                } else {
                    Err(Error::other(format!("the server ended with {status}")))
                };
            }
            sleep(Duration::from_millis(5)).await;
        }
        Ok(None)
    }

    /// How long it takes until no more than `files` are open; `None` where there are more by then.
    pub(crate) async fn files_back(&self, files: usize, limit: Duration) -> Result<Option<Duration>> {
        let start = Instant::now();
        while start.elapsed() < limit {
            if self.files()? <= files {
                return Ok(Some(start.elapsed()));
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(None)
    }

    /// The most memory and the most files that are seen while `work` runs.
    pub(crate) async fn most<T>(&self, work: impl Future<Output = T>) -> Result<(T, u64, usize)> {
        let (mut memory, mut files) = (self.memory()?, self.files()?);
        let mut work = std::pin::pin!(work);
        loop {
            let next = timeout(Duration::from_millis(50), work.as_mut()).await;
            memory = memory.max(self.memory()?);
            files = files.max(self.files()?);
            if let Ok(done) = next {
                return Ok((done, memory, files));
            }
        }
    }
}

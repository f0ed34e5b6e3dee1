//! The tour as a user starts it, `cargo run --example tour`.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// A tour that listens. A failed test leaves none behind.
#[derive(Debug)]
pub struct Tour {
    process: Child,
    output: BufReader<ChildStdout>,
    /// What it printed before it listened.
    pub table: String,
    /// Where it listens.
    pub address: SocketAddr,
}

/// The command of a tour that keeps its posts in `folder`.
#[must_use]
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--package", "examples", "--example", "tour"]);
    command.env("TOUR_DB", folder.join("tour.db"));
    command.env_remove("TOUR_UPLOADS").env_remove("TRIVIA_URL");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Tour {
    /// One that keeps its posts in `folder`, on a port of its own.
    ///
    /// # Panics
    ///
    /// When it does not start.
    #[must_use]
    pub fn start(folder: &Path) -> Tour {
        Tour::with(folder, "PORT", "0")
    }

    /// One with a variable more.
    ///
    /// # Panics
    ///
    /// When it does not start.
    #[must_use]
    pub fn with(folder: &Path, variable: &str, value: impl AsRef<OsStr>) -> Tour {
        let mut command = command(folder);
        let mut process = command.env("PORT", "0").env(variable, value).spawn().expect("cargo runs");
        let mut output = BufReader::new(process.stdout.take().expect("its output"));
        let mut table = String::new();
        let address = loop {
            let mut line = String::new();
            if output.read_line(&mut line).expect("a line") == 0 {
                let mut error = String::new();
                process.stderr.take().expect("its errors").read_to_string(&mut error).expect("text");
                unreachable!("the tour ended: {table}{error}");
            }
            if let Some(address) = line.strip_prefix("http://").and_then(|line| line.split(' ').next()) {
                break address.parse().expect("an address");
            }
            table.push_str(&line);
        };
        Tour { process, output, table, address }
    }

    /// Its process: cargo has become the program.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Ends it by a signal; what it printed meanwhile.
    ///
    /// # Panics
    ///
    /// When it does not end in time and by itself.
    #[must_use]
    pub fn end(mut self, signal: &str) -> String {
        let killed = Command::new("kill").args([signal, &self.process.id().to_string()]).status();
        assert!(killed.expect("kill runs").success());
        let start = Instant::now();
        let status = self.process.wait().expect("it ends");
        assert!(status.success(), "{signal}: {status}");
        assert!(start.elapsed() < Duration::from_secs(9), "{signal}: not by its drain deadline");
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("text");
        rest
    }
}

impl Drop for Tour {
    /// As `kill -9` does.
    fn drop(&mut self) {
        // It has ended already where the test ended it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

//! The application as a process of its own.

use std::io::{BufRead as _, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::check::ANSWERS;
use crate::client::{Client, Log, SECRET};
use crate::schema::VALIDATED;

/// The key of the tokens, unless a test is about another.
pub(crate) const KEY: &str = "the key of the tests, long enough";

/// A folder of a test's own, removed when the test ends.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("conduit-{}-{number}", std::process::id()));
        // What a killed process with this id left.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir(&path).expect("a folder");
        Folder(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The variable `DATABASE_URL` for a file in it.
    pub(crate) fn url(&self) -> String {
        format!("sqlite://{}", self.0.join("conduit.db").display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What can't be removed is the system's to remove.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The command with these variables and none else that it knows.
pub(crate) fn command(folder: &Folder, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_realworld"));
    for variable in ["PORT", "DATABASE_URL", "JWT_SECRET"] {
        command.env_remove(variable);
    }
    command.envs(variables.iter().copied()).current_dir(folder.path());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a process that should end by itself left. One that does not is ended.
#[track_caller]
pub(crate) fn output(command: &mut Command) -> Output {
    let mut process = command.spawn().expect("it runs");
    if wait(&mut process, Duration::from_secs(10)).is_none() {
        process.kill().expect("it is there");
        panic!("it goes on: {:?}", process.wait_with_output());
    }
    process.wait_with_output().expect("its output")
}

fn wait(process: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < patience {
        if let Some(status) = process.try_wait().expect("its status") {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    None
}

/// An application that listens. A failed test leaves none behind.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    /// What it printed, on both ways.
    printed: Arc<Mutex<String>>,
    pub(crate) address: SocketAddr,
    pub(crate) log: Log,
    /// Removed after the process has ended: fields are dropped last.
    folder: Option<Folder>,
}

impl Server {
    /// One with an empty database of its own.
    #[track_caller]
    pub(crate) fn start() -> Server {
        let folder = Folder::new();
        let mut server = Server::on(&folder);
        server.folder = Some(folder);
        server
    }

    /// One with the database in this folder.
    #[track_caller]
    pub(crate) fn on(folder: &Folder) -> Server {
        Server::with(folder, &[("JWT_SECRET", KEY)])
    }

    /// One with these variables beside the port and the database.
    #[track_caller]
    pub(crate) fn with(folder: &Folder, variables: &[(&str, &str)]) -> Server {
        let mut command = command(folder, &[("PORT", "0"), ("DATABASE_URL", &folder.url())]);
        Server::spawn(command.envs(variables.iter().copied()))
    }

    #[track_caller]
    pub(crate) fn spawn(command: &mut Command) -> Server {
        let mut process = command.spawn().expect("it runs");
        let printed = Arc::default();
        let lines = drain(process.stdout.take().expect("its output"), &printed);
        drop(drain(process.stderr.take().expect("its errors"), &printed));
        let start = Instant::now();
        let address = loop {
            let left = Duration::from_secs(30).saturating_sub(start.elapsed());
            let Ok(line) = lines.recv_timeout(left) else {
                // Whatever ended the wait: it is not needed any more.
                let _ = process.kill();
                panic!("it does not listen: {:?} {printed:?}", process.wait());
            };
            let host = line.strip_prefix("http://").and_then(|line| line.split(['/', ' ']).next());
            if let Some(host) = host {
                break host.parse().expect("an address");
            }
        };
        Server { process, printed, address, log: Log::default(), folder: None }
    }

    /// Somebody without a token.
    pub(crate) fn anonymous(&self) -> Client {
        Client::anonymous(self.address, Arc::clone(&self.log))
    }

    /// A new user.
    #[track_caller]
    pub(crate) fn register(&self, name: &str) -> Client {
        self.anonymous().register(name, &format!("{name}@conduit.test"))
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// What it printed until now.
    pub(crate) fn printed(&self) -> String {
        self.printed.lock().expect("no panic").clone()
    }

    /// Ends it by a signal that it can catch.
    #[track_caller]
    pub(crate) fn end(mut self, signal: &str) -> ExitStatus {
        let killed = Command::new("kill").args([signal, &self.process.id().to_string()]).status();
        assert!(killed.expect("kill runs").success());
        wait(&mut self.process, Duration::from_secs(20)).unwrap_or_else(|| panic!("{signal}: it goes on"))
    }

    /// As `kill -9` does. Nothing is checked: it may be in the middle of anything.
    pub(crate) fn kill(&mut self) {
        self.process.kill().expect("it is there");
        self.process.wait().expect("it ends");
    }
}

impl Drop for Server {
    /// As `kill -9` does; until then it must have run, and kept the users' passwords to itself.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let printed = self.printed();
            // Not all the table of its routes.
            let since = printed.rsplit("http://").next().unwrap_or_default();
            println!("it has ended: {:?}; since it listens it printed: {since}", self.process.try_wait());
        }
        // It has ended already where the test ended it.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let (answers, validated) = (ANSWERS.load(Ordering::Relaxed), VALIDATED.load(Ordering::Relaxed));
        println!("{answers} answers checked by now, {validated} of them by the published schemas");
        if !std::thread::panicking() {
            let printed = self.printed();
            assert!(!printed.contains("panicked"), "{printed}");
            assert!(!printed.contains(SECRET) && !printed.contains("$argon2"), "{printed}");
        }
    }
}

/// Reads a pipe to its end, so that the process never waits; its lines as they come.
fn drain(pipe: impl Read + Send + 'static, printed: &Arc<Mutex<String>>) -> Receiver<String> {
    let (tell, told) = channel();
    let printed = Arc::clone(printed);
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            let mut printed = printed.lock().expect("no panic");
            printed.push_str(&line);
            printed.push('\n');
            // Nobody may be listening any more.
            let _ = tell.send(line);
        }
    });
    told
}

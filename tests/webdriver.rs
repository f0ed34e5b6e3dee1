//! A browser, driven by the WebDriver protocol (W3C), as far as the tests need it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::folder::Folder;
use crate::http;

/// The key of an element's id in the JSON of the protocol.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How long a page may need for what a test waits for, on a machine that compiles beside it.
const PATIENCE: Duration = Duration::from_secs(20);

const FLAGS: [&str; 10] = [
    "--headless",
    // The tests of a container run as root, where there is no sandbox.
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    // It asks nobody but the page.
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=900,1000",
];

/// Chromium with a profile of its own. A failed test leaves none behind.
#[derive(Debug)]
pub struct Browser {
    driver: Driver,
    session: String,
    _profile: Folder,
}

/// The first of these programs in `PATH`.
fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}

impl Browser {
    /// `None`, with the reason printed, where there is no browser.
    ///
    /// # Panics
    ///
    /// When there is one and it does not start.
    #[must_use]
    pub fn start() -> Option<Browser> {
        let driver = program(&["chromedriver"]);
        let chromium = program(&["chromium", "chromium-browser", "google-chrome"]);
        let (Some(driver), Some(chromium)) = (driver, chromium) else {
            println!(
                "skipped: no chromedriver or no chromium in PATH (Debian: apt-get install chromium chromium-driver)"
            );
            return None;
        };
        let profile = Folder::new();
        let mut flags = FLAGS.map(str::to_owned).to_vec();
        flags.push(format!("--user-data-dir={}", profile.path().display()));
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "binary": chromium, "args": flags },
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let driver = Driver::start(&driver.display().to_string());
        let session = driver.ask("POST", "/session", &wanted);
        let session = session["sessionId"].as_str().expect("a session").to_owned();
        Some(Browser { driver, session, _profile: profile })
    }

    fn ask(&self, method: &str, command: &str, body: &Value) -> Value {
        self.driver.ask(method, &format!("/session/{}{command}", self.session), body)
    }

    /// Opens a page and waits until it is loaded.
    pub fn open(&self, url: &str) {
        self.ask("POST", "/url", &json!({ "url": url }));
    }

    /// Runs a function body in the page; what it returns.
    #[must_use]
    pub fn run(&self, script: &str) -> Value {
        self.run_with(script, &[])
    }

    fn run_with(&self, script: &str, arguments: &[&str]) -> Value {
        self.ask("POST", "/execute/sync", &json!({ "script": script, "args": arguments }))
    }

    fn element(&self, selector: &str) -> String {
        let found = self.ask("POST", "/element", &json!({ "using": "css selector", "value": selector }));
        format!("/element/{}", found[ELEMENT].as_str().expect("an element"))
    }

    /// Clicks on the element, as a user does: it must be visible.
    pub fn click(&self, selector: &str) {
        self.ask("POST", &format!("{}/click", self.element(selector)), &json!({}));
    }

    /// Types into the element, in place of what is there.
    pub fn fill(&self, selector: &str, text: &str) {
        let element = self.element(selector);
        self.ask("POST", &format!("{element}/clear"), &json!({}));
        self.ask("POST", &format!("{element}/value"), &json!({ "text": text }));
    }

    /// The text of the element as a user sees it; `None` where there is no such element.
    #[must_use]
    pub fn text(&self, selector: &str) -> Option<String> {
        let script = "return document.querySelector(arguments[0])?.innerText ?? null";
        self.run_with(script, &[selector]).as_str().map(str::to_owned)
    }

    /// Waits until the element is there with this text.
    ///
    /// # Panics
    ///
    /// When that takes too long.
    #[track_caller]
    pub fn wait_for(&self, selector: &str, wanted: &str) {
        let start = Instant::now();
        loop {
            let text = self.text(selector);
            if text.as_deref() == Some(wanted) {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "`{selector}` says {text:?} and not {wanted:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// What the console has said since it was last asked: errors of scripts, of loading, of the page's policy.
    #[must_use]
    pub fn console(&self) -> Vec<String> {
        let log = self.ask("POST", "/se/log", &json!({ "type": "browser" }));
        let lines = log.as_array().expect("a log").iter();
        lines.map(|line| line["message"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // What does not end by being asked, the driver ends.
        let _ = self.driver.try_ask(&format!("DELETE /session/{}", self.session), b"");
    }
}

/// A running chromedriver.
#[derive(Debug)]
struct Driver {
    process: Child,
    output: BufReader<ChildStdout>,
    address: SocketAddr,
}

impl Driver {
    fn start(program: &str) -> Driver {
        let mut command = Command::new(program);
        // With its browser it is a group of processes.
        command.arg("--port=0").process_group(0).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("it runs");
        let output = BufReader::new(process.stdout.take().expect("its output"));
        let mut driver = Driver { process, output, address: ([127, 0, 0, 1], 0).into() };
        let port = driver.output.by_ref().lines().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        driver.address.set_port(port.expect("chromedriver says its port"));
        driver
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let answer = self.try_ask(&format!("{method} {path}"), &body).expect("chromedriver answers");
        let value: Value = serde_json::from_str(&answer.body).expect("JSON");
        assert_eq!(answer.status, 200, "{method} {path}: {value:#}");
        value["value"].clone()
    }

    fn try_ask(&self, start: &str, body: &[u8]) -> std::io::Result<http::Answer> {
        let mut stream = TcpStream::connect(self.address)?;
        // A browser on a busy machine starts slowly.
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        http::send_body(&mut stream, start, "content-type: application/json\r\n", body)?;
        http::try_receive(&mut stream)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The browser too, which would outlive it.
        let group = format!("-{}", self.process.id());
        let _ = Command::new("kill").args(["-9", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.process.wait();
    }
}

//! The server under slow clients, floods, signals, and minutes of good and hostile traffic. README.md says how to run it.

mod canary;
mod child;
mod floods;
mod h2;
mod http;
mod lost;
mod readers;
mod report;
mod server;
mod shutdown;
mod slow;
mod soak;
mod traffic;

use std::process::ExitCode;
use std::time::Duration;

use report::{Report, Scale};
use server::Setup;

const USAGE: &str =
    "usage: endurance [--plain] [--quick] [slow] [floods] [shutdown] [lost] [soak] [all] [--minutes N]";

/// What is asked for on the command line.
struct Asked {
    scale: Scale,
    minutes: Option<u64>,
    parts: Vec<String>,
}

const PARTS: [&str; 5] = ["slow", "floods", "shutdown", "lost", "soak"];

fn parse(arguments: impl Iterator<Item = String>) -> Option<Asked> {
    let mut asked =
        Asked { scale: Scale { is_plain: false, is_quick: false }, minutes: None, parts: Vec::new() };
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        match &*argument {
            "--plain" => asked.scale.is_plain = true,
            "--quick" => asked.scale.is_quick = true,
            "--minutes" => {
                asked.minutes = Some(arguments.next()?.parse().ok().filter(|minutes| *minutes > 0)?)
            }
            "all" => asked.parts.extend(PARTS.map(str::to_owned)),
            part if PARTS.contains(&part) => asked.parts.push(argument),
            _ => return None,
        }
    }
    if asked.parts.is_empty() {
        asked.parts.extend(PARTS.map(str::to_owned));
    }
    Some(asked)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, rest @ ..] = &*arguments
        && first == "server"
    {
        return serve(rest);
    }
    let Some(asked) = parse(arguments.into_iter()) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("no runtime: {error}");
            return ExitCode::from(2);
        }
    };
    ExitCode::from(runtime.block_on(run(asked)))
}

/// What the program is when it was started by itself.
fn serve(arguments: &[String]) -> ExitCode {
    let served = match Setup::parse(arguments) {
        Some(setup) => server::serve(setup),
        None => Err(std::io::Error::other("no arguments of a server")),
    };
    if let Err(error) = served {
        // Where the address would stand: it is read there.
        println!("{error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

async fn run(asked: Asked) -> u8 {
    let Asked { scale, minutes, parts } = asked;
    println!("{}", server::numbers(scale.is_plain));
    let mut report = Report::new(scale);
    let soak = match minutes {
        Some(minutes) => Duration::from_secs(60 * minutes),
        None => scale.of(Duration::from_secs(600), Duration::from_secs(10)),
    };
    for part in parts {
        match &*part {
            "slow" => {
                slow::measure(&mut report).await;
                readers::measure(&mut report).await;
            }
            "floods" => floods::measure(&mut report).await,
            "shutdown" => shutdown::measure(&mut report).await,
            "lost" => lost::measure(&mut report).await,
            _ => soak::measure(&mut report, soak).await,
        }
    }
    report.exit_code()
}

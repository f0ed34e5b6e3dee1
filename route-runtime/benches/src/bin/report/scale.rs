//! What many routes cost: to make an application of them, and each request and connection of it.

use std::path::Path;
use std::process::Command;

use benches::many::ASKED;

use crate::Result;
use crate::server;

pub const SIZES: [usize; 4] = [10, 100, 1000, 10_000];
pub const WAYS: [(&str, &str); 3] =
    [("axum", "axum by hand"), ("routes", "`into_router`"), ("service", "`into_service`")];

/// As `scale` asks.
const REQUESTS: f64 = 20.0;

#[derive(Debug, Clone, Copy)]
pub struct Cost {
    pub instructions: f64,
    pub milliseconds: f64,
    pub bytes: f64,
    /// Instructions of a request to the first, the middle and the last route, and to none.
    pub requests: [f64; 4],
}

pub type Measured = Vec<(&'static str, usize, Cost)>;

/// Instructions of a connection with one request, by way and number of routes.
pub type Connections = Vec<(&'static str, usize, f64)>;

pub fn measure() -> Result<(Measured, Connections)> {
    let program = server::built("scale")?;
    let mut measured = Vec::new();
    for (way, _) in WAYS {
        for size in SIZES {
            measured.push((way, size, cost(&program, way, size)?));
        }
    }
    let program = server::built("server")?;
    let mut connections = Vec::new();
    for way in ["axum", "routes"] {
        for size in [SIZES[0], SIZES[SIZES.len() - 1]] {
            connections.push((way, size, server::connection(&program, way, size)?));
        }
    }
    Ok((measured, connections))
}

fn cost(program: &Path, way: &str, size: usize) -> Result<Cost> {
    let count = size.to_string();
    // Three times, because the first in a process may meet a cold machine.
    let mut told: Vec<(f64, f64)> = (0..3)
        .map(|_| {
            let output = Command::new(program).args([way, &count]).output()?;
            let text = String::from_utf8(output.stdout)?;
            let mut numbers = text.split_whitespace().map(str::parse);
            match (numbers.next(), numbers.next()) {
                (Some(Ok(milliseconds)), Some(Ok(bytes))) => Ok((milliseconds, bytes)),
                _ => Err(format!("`scale {way} {size}` told {text:?}").into()),
            }
        })
        .collect::<Result<_>>()?;
    told.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (milliseconds, bytes) = told[1];
    let file = program.with_file_name("scale.callgrind");
    let out = format!("--callgrind-out-file={}", file.display());
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", &out])
        .arg(program)
        .args([way, &count])
        .output()?;
    if !run.status.success() {
        return Err(format!("valgrind: {}", String::from_utf8_lossy(&run.stderr)).into());
    }
    let output = Command::new("callgrind_annotate")
        .args(["--inclusive=yes", "--threshold=100"])
        .arg(&file)
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    // `1,234 (5.6%)  file:function [object]`
    let instructions = |function: &str| -> Result<f64> {
        let line = text.lines().find(|line| line.contains(&format!(":{function} ")));
        let number = line.and_then(|line| line.trim_start().split(' ').next()?.replace(',', "").parse().ok());
        number.ok_or_else(|| format!("callgrind knows no `{function}` of `scale {way} {size}`").into())
    };
    let mut requests = [0.0; 4];
    for (cost, asked) in requests.iter_mut().zip(ASKED) {
        *cost = instructions(&format!("scale::{asked}"))? / REQUESTS;
    }
    let build = instructions("benches::many::Written::build")?;
    Ok(Cost { instructions: build, milliseconds, bytes, requests })
}

//! Runs the bench `requests` and reads what it counted.

use std::collections::HashMap;
use std::process::{Command, Stdio};

use benches::REQUESTS;
use serde_json::Value;

use crate::Result;

/// For each request.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    pub instructions: f64,
    pub allocations: f64,
}

/// By way and case, as the bench calls them.
pub type Measured = HashMap<(String, String), Cost>;

pub fn measure() -> Result<Measured> {
    let output = Command::new("cargo")
        .args(["bench", "--bench", "requests", "--", "--output-format=json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err("the bench `requests` failed; it needs valgrind and gungraun-runner".into());
    }
    String::from_utf8(output.stdout)?.lines().filter(|line| line.starts_with('{')).map(measured).collect()
}

fn measured(line: &str) -> Result<((String, String), Cost)> {
    let summary: Value = serde_json::from_str(line)?;
    let name = |key: &str| summary[key].as_str().map(str::to_owned).ok_or(format!("no `{key}` in {line}"));
    let metric = |tool: &str, metric: &str| {
        let profiles = summary["profiles"].as_array().into_iter().flatten();
        let value = profiles
            .filter(|profile| profile["tool"] == tool)
            .find_map(|profile| profile["data"]["total"]["metrics"][metric]["values"]["new"].as_f64());
        value.map(|value| value / REQUESTS as f64).ok_or(format!("no `{metric}` of {tool} in {line}"))
    };
    let cost = Cost { instructions: metric("Callgrind", "Ir")?, allocations: metric("DHAT", "TotalBlocks")? };
    Ok(((name("function_name")?, name("id")?), cost))
}

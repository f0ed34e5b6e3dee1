//! What routes cost a compiler: programs of 200 and of 1000 functions, by hand and by this library.
//!
//! Seconds are those of processors, of the program's own crate alone: what it depends on is built before. A route's share is
//! the slope between the two sizes, so that what any program costs is in neither.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;

pub const SIZES: [usize; 2] = [200, 1000];

/// Who writes the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Axum,
    Routes,
    /// The same with a document.
    Openapi,
}

pub const WAYS: [(Way, &str); 3] =
    [(Way::Axum, "axum by hand"), (Way::Routes, "`#[api_route]`"), (Way::Openapi, "… with `openapi`")];

/// Seconds of processors, and bytes of the release build.
#[derive(Debug, Clone, Copy)]
pub struct Build {
    pub check: f64,
    pub debug: f64,
    pub release: f64,
    /// After one function was changed.
    pub check_again: f64,
    pub debug_again: f64,
    pub bytes: u64,
}

pub type Measured = Vec<(Way, usize, Build)>;

pub fn measure() -> Result<Measured> {
    let mut measured = Vec::new();
    for (way, _) in WAYS {
        // Its dependencies.
        let program = Program::new(way, 1)?;
        for command in ["check", "build", "build --release"] {
            program.cargo(command, false)?;
        }
        for size in SIZES {
            measured.push((way, size, build(way, size)?));
        }
    }
    Ok(measured)
}

fn build(way: Way, size: usize) -> Result<Build> {
    let program = Program::new(way, size)?;
    let check = fewest(3, |_| program.cargo("check", false))?;
    let debug = fewest(2, |_| program.cargo("build", false))?;
    let release = fewest(2, |_| program.cargo("build --release", false))?;
    let bytes = fs::metadata(folder().join("target/release").join(&program.name))?.len();
    // With what a compiler keeps for the next time.
    let again = |command: &str| -> Result<f64> {
        program.cargo(command, true)?;
        fewest(3, |time| {
            program.change(&format!("changed {time} for {command}"))?;
            program.cargo(command, true)
        })
    };
    let check_again = again("check")?;
    let debug_again = again("build")?;
    Ok(Build { check, debug, release, check_again, debug_again, bytes })
}

/// The fewest seconds of some times: other processes of a machine only add.
fn fewest(times: usize, seconds: impl FnMut(usize) -> Result<f64>) -> Result<f64> {
    (0..times).map(seconds).try_fold(f64::INFINITY, |fewest, seconds| Ok(fewest.min(seconds?)))
}

/// The crates of a program, by who writes it.
pub type Crates = Vec<(Way, BTreeSet<String>)>;

pub fn crates() -> Result<Crates> {
    WAYS.iter().map(|(way, _)| Ok((*way, Program::new(*way, 1)?.crates()?))).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/compile")
}

/// A program with so many functions.
struct Program {
    name: String,
    folder: PathBuf,
    way: Way,
    size: usize,
}

const MODULES: usize = 20;

impl Program {
    fn new(way: Way, size: usize) -> Result<Self> {
        let name = format!("{}-{size}", format!("{way:?}").to_lowercase());
        let folder = folder().join(&name);
        let program = Program { name, folder, way, size };
        fs::create_dir_all(program.folder.join("src"))?;
        fs::write(program.folder.join("Cargo.toml"), program.manifest())?;
        // The versions that everything else is measured with.
        fs::copy(
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock"),
            program.folder.join("Cargo.lock"),
        )?;
        fs::write(program.folder.join("src/types.rs"), program.types())?;
        fs::write(program.folder.join("src/main.rs"), program.main())?;
        for module in 0..MODULES {
            let text = program.module(module, "John Doe");
            fs::write(program.folder.join(format!("src/m{module}.rs")), text)?;
        }
        Ok(program)
    }

    /// Gives one function another body.
    fn change(&self, text: &str) -> Result<()> {
        Ok(fs::write(self.folder.join("src/m0.rs"), self.module(0, text))?)
    }

    /// The seconds that a command takes.
    fn cargo(&self, command: &str, keeps: bool) -> Result<f64> {
        let main = self.folder.join("src/main.rs");
        fs::File::options().append(true).open(main)?.set_modified(std::time::SystemTime::now())?;
        let output = Command::new("sh")
            .args(["-c", &format!("cargo {command} --quiet && times")])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", folder().join("target"))
            .env("CARGO_INCREMENTAL", if keeps { "1" } else { "0" })
            .output()?;
        if !output.status.success() {
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("`cargo {command}` of {}: {told}", self.name).into());
        }
        // Its second line: user and system time of what the shell has run.
        let text = String::from_utf8(output.stdout)?;
        let seconds: Option<f64> = text.lines().nth(1).and_then(|line| {
            line.split_whitespace()
                .map(|time| {
                    let (minutes, seconds) = time.strip_suffix('s')?.split_once('m')?;
                    Some(60.0 * minutes.parse::<f64>().ok()? + seconds.parse::<f64>().ok()?)
                })
                .sum()
        });
        seconds.ok_or_else(|| format!("`times` told {text:?}").into())
    }

    /// What is compiled for it, itself left out, by name.
    fn crates(&self) -> Result<BTreeSet<String>> {
        let output = Command::new("cargo")
            .args(["tree", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"])
            .current_dir(&self.folder)
            .output()?;
        if !output.status.success() {
            return Err(format!("`cargo tree`: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        let text = String::from_utf8(output.stdout)?;
        let names = text.lines().filter_map(|line| line.split(' ').next());
        Ok(names.filter(|name| !name.is_empty() && *name != self.name).map(str::to_owned).collect())
    }

    fn manifest(&self) -> String {
        let dependencies = match self.way {
            Way::Axum => String::new(),
            Way::Routes => format!("route-runtime = {{ path = {:?} }}\n", parent()),
            Way::Openapi => {
                format!(
                    "route-runtime = {{ path = {:?}, features = [\"openapi\"] }}\nschemars = \"1\"\n",
                    parent()
                )
            }
        };
        format!(
            "[package]\nname = {:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
             axum = \"0.8\"\ntokio = {{ version = \"1\", features = [\"rt-multi-thread\", \"net\"] }}\n\
             serde = {{ version = \"1\", features = [\"derive\"] }}\n{dependencies}",
            self.name
        )
    }

    fn types(&self) -> String {
        let schema = if self.way == Way::Openapi { ", schemars::JsonSchema" } else { "" };
        format!(
            "use serde::{{Deserialize, Serialize}};\n\n\
             #[derive(Serialize{schema})]\npub struct Hello {{\n    pub name: &'static str,\n}}\n\n\
             #[derive(Deserialize{schema})]\npub struct Draft {{\n    pub title: String,\n    pub body: String,\n}}\n\n\
             #[derive(Serialize{schema})]\npub struct Post {{\n    pub id: u64,\n    pub title: String,\n    pub body: String,\n}}\n\n\
             #[derive(Deserialize)]\npub struct Search {{\n    pub q: String,\n    pub limit: Option<u32>,\n}}\n"
        )
    }

    fn main(&self) -> String {
        let mut text = "#![allow(dead_code)]\n".to_owned();
        for module in 0..MODULES {
            let _ = writeln!(text, "mod m{module};");
        }
        text.push_str(
            "mod types;\n\nfn main() {\n    let runtime = tokio::runtime::Runtime::new().unwrap();\n",
        );
        match self.way {
            Way::Axum => {
                text.push_str("    let app = axum::Router::new()");
                for module in 0..MODULES {
                    let _ = write!(text, "\n        .merge(m{module}::routes())");
                }
                text.push_str(
                    ";\n    runtime.block_on(async {\n\
                     \x20       let listener = tokio::net::TcpListener::bind(\"127.0.0.1:3000\").await.unwrap();\n\
                     \x20       axum::serve(listener, app).await.unwrap();\n    });\n}\n",
                );
            }
            Way::Routes | Way::Openapi => {
                let docs = if self.way == Way::Openapi { ".with_docs(\"/docs\")" } else { "" };
                let _ = write!(
                    text,
                    "    let routes = route_runtime::Routes::collect(){docs};\n\
                     \x20   runtime.block_on(routes.serve(\"127.0.0.1:3000\")).unwrap();\n}}\n"
                );
            }
        }
        text
    }

    /// The functions of a module: of four kinds in turn.
    fn module(&self, module: usize, name: &str) -> String {
        let numbers = || (module..self.size).step_by(MODULES);
        let by_hand = self.way == Way::Axum;
        let mut text = if by_hand {
            "use axum::Json;\nuse axum::Router;\nuse axum::extract::{Path, Query};\nuse axum::routing::{get, post};\n\n"
        } else {
            "use axum::Json;\nuse route_runtime::{ApiRequest, ApiResponse, get, post};\n\n"
        }
        .to_owned();
        text.insert_str(0, "#![allow(unused_imports)]\n");
        text.push_str("use crate::types::*;\n");
        for i in numbers() {
            let kind = (i / MODULES) % 4;
            let (attribute, signature, body) = match kind {
                0 => (
                    format!("#[get(\"/api/r{i}\")]"),
                    "() -> Json<Hello>",
                    format!("Json(Hello {{ name: \"{name} {i}\" }})"),
                ),
                1 => (
                    format!("#[get(\"/api/r{i}/[number]\")]"),
                    if by_hand { "(Path(number): Path<i64>) -> String" } else { "(number: i64) -> String" },
                    format!("format!(\"{{number}} is not {i}\")"),
                ),
                2 if by_hand => (
                    String::new(),
                    "(Json(draft): Json<Draft>) -> Json<Post>",
                    format!("Json(Post {{ id: {i}, title: draft.title, body: draft.body }})"),
                ),
                2 => (
                    format!("#[post(\"/api/r{i}\")]"),
                    "(req: ApiRequest<Draft>) -> ApiResponse<Post>",
                    format!(
                        "let draft = req.into_body();\n    \
                         ApiResponse::ok(Post {{ id: {i}, title: draft.title, body: draft.body }})"
                    ),
                ),
                _ => (
                    format!("#[get(\"/api/r{i}?q&limit\")]"),
                    if by_hand {
                        "(Query(Search { q, limit }): Query<Search>) -> String"
                    } else {
                        "(q: String, limit: Option<u32>) -> String"
                    },
                    format!("format!(\"{i} {{q}} {{}}\", limit.unwrap_or(20))"),
                ),
            };
            let attribute = if by_hand { String::new() } else { attribute + "\n" };
            let _ = write!(text, "\n{attribute}pub async fn h{i}{signature} {{\n    {body}\n}}\n");
        }
        if by_hand {
            text.push_str("\npub fn routes() -> Router {\n    Router::new()");
            for i in numbers() {
                let (path, method) = match (i / MODULES) % 4 {
                    1 => ("/{number}", "get"),
                    2 => ("", "post"),
                    _ => ("", "get"),
                };
                let _ = write!(text, "\n        .route(\"/api/r{i}{path}\", {method}(h{i}))");
            }
            text.push_str("\n}\n");
        }
        text
    }
}

/// The folder of the runtime.
fn parent() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

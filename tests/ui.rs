//! Compile errors as a user sees them: one mistake a file, in folders by rule; see `ui/README.md`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

/// The compiler that the `.stderr` files were made with.
const BLESSED: &str = "1.95.";

fn cases() -> BTreeMap<String, Vec<PathBuf>> {
    let mut cases: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for folder in std::fs::read_dir("ui").expect("the folder").flatten().filter(|entry| entry.path().is_dir())
    {
        let files = std::fs::read_dir(folder.path()).expect("a folder").flatten().map(|entry| entry.path());
        let files =
            files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect();
        cases.insert(folder.file_name().to_string_lossy().into_owned(), files);
    }
    cases
}

#[test]
fn every_mistake_has_its_sentence() {
    let version = Command::new("rustc").arg("--version").output().expect("rustc runs").stdout;
    let version = String::from_utf8_lossy(&version).into_owned();
    if !version.starts_with(&format!("rustc {BLESSED}")) {
        println!("skipped: the sentences were taken down with rustc {BLESSED}x, this is {version}");
        return;
    }
    let test = trybuild::TestCases::new();
    for (rule, files) in cases() {
        println!("{rule}: {} cases", files.len());
        files.iter().for_each(|file| test.compile_fail(file));
    }
}

/// One error for a mistake: neither a cascade nor a second opinion, and no look into the expansion.
#[test]
fn one_error_for_each_mistake() {
    let mut wrong = Vec::new();
    for file in cases().into_values().flatten() {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file.with_extension("stderr")).expect("a blessed case");
        let errors =
            text.lines().filter(|line| line.starts_with("error") && !line.starts_with("error: aborting"));
        let wanted = if name.contains("two_mistakes") { 2 } else { 1 };
        let errors = errors.count();
        if errors != wanted || text.contains("__rt") || text.contains("__ROUTE") || text.contains("warning:")
        {
            wrong.push(format!("{name}: {errors} errors"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Functions with attributes made by chance, through the real compiler: it reports mistakes, never a panic of the macro.
#[test]
fn the_compiler_never_sees_the_macro_panic() {
    const WORDS: &[&str] = &[
        "\"/a/[id]\"",
        "\"/[...rest]?q\"",
        "\"[\"",
        "method",
        "status",
        "layer",
        "state",
        "crate",
        "=",
        "=",
        ",",
        ",",
        "GET",
        "[GET, HEAD]",
        "201",
        "-1",
        "true",
        "\"10s\"",
        "\"1kb\"",
        "::",
        "<",
        "(x)",
        "#",
        "fn",
        "r#type",
        "'a",
        "b'x'",
        "..",
    ];
    let seed = tests::random::seed();
    println!("ROUTE_SEED={seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut source = "use route_runtime::*;\n".to_owned();
    let mut made = 0;
    while made < 300 {
        let count = rng.usize(0..8);
        let words: Vec<&str> = (0..count).map(|_| *rng.choice(WORDS).expect("words")).collect();
        let arguments = words.join(" ");
        let argument =
            rng.choice(&["", "id: u8", "x: &str", "x: impl Send", "State(a): State<A>"]).expect("some");
        source.push_str(&format!("#[api_route({arguments})]\nasync fn f{made}({argument}) {{}}\n"));
        made += 1;
    }
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("corpus");
    std::fs::create_dir_all(folder.join("src")).expect("a folder");
    let runtime = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../route-runtime");
    let manifest = format!(
        "[workspace]\n[package]\nname = \"corpus\"\nedition = \"2024\"\n[dependencies]\nroute-runtime = {{ path = {runtime:?} }}\n"
    );
    std::fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
    std::fs::copy("../Cargo.lock", folder.join("Cargo.lock")).expect("a lock file");
    std::fs::write(folder.join("src/lib.rs"), source).expect("a source");
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--manifest-path"])
        .arg(folder.join("Cargo.toml"))
        // What the tests have built need not be built again.
        .env("CARGO_TARGET_DIR", PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(".."))
        .output()
        .expect("cargo runs");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("could not compile `corpus`"), "{text}");
    assert!(!text.contains("panicked"), "ROUTE_SEED={seed} {text}");
    let errors = text.lines().filter(|line| line.starts_with("error")).count();
    assert!(errors > made / 2, "the compiler stopped before the macro was asked: {text}");
    println!("{made} attributes, {errors} errors");
}

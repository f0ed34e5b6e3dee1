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

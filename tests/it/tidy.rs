//! The house rules, held (DESIGN.md 3 and 7): which way imports point, what the domain never does, how long a file is,
//! what every module says of itself, and that every letter has its templates, its sample and its picture.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What each part of the crate may import from it. `cli` may know everything.
const MAY_IMPORT: [(&str, &[&str]); 9] = [
    ("domain", &["domain"]),
    ("ports", &["domain", "ports"]),
    ("store", &["domain", "store"]),
    ("adapters", &["adapters", "domain", "ports"]),
    ("engine", &["domain", "engine", "ports", "store"]),
    ("rehearse", &["config", "domain", "engine", "ports", "rehearse", "store"]),
    ("config", &["config", "domain"]),
    ("telemetry", &["config"]),
    ("control", &["control", "domain", "engine"]),
];

const MAX_LINES: usize = 400;
const NINTH_DECILE: usize = 300;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A source file: its path from the root, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// Without comments and without the module of tests at its end; empty for a file of tests.
    fn code(&self) -> impl Iterator<Item = &str> {
        let is_test = self.path.ends_with("tests.rs");
        let code = self.text.split("#[cfg(test)]\nmod tests {").next().filter(|_| !is_test);
        code.unwrap_or_default().lines().filter(|line| !line.trim_start().starts_with("//"))
    }

    /// `engine` for `src/engine/read.rs`.
    fn part(&self) -> &str {
        let inner = self.path.trim_start_matches("src/");
        inner.split(['/', '.']).next().unwrap()
    }
}

fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
                found.push(Source { path: name, text: fs::read_to_string(&path).unwrap() });
            }
        }
    }
    assert!(!found.is_empty(), "no source in {folder}");
    found
}

/// Every line of code of which `is_wrong` says why.
fn check(sources: &[Source], is_wrong: impl Fn(&Source, &str) -> Option<String>) {
    let mut wrong = Vec::new();
    for source in sources {
        for line in source.code() {
            wrong
                .extend(is_wrong(source, line).map(|why| format!("{}: {why}: {}", source.path, line.trim())));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The parts that a line names as `crate::part`.
fn imported(line: &str) -> impl Iterator<Item = &str> {
    line.split("crate::").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(rest.len());
        rest.get(..end).filter(|part| !part.is_empty())
    })
}

#[test]
fn imports_point_one_way() {
    check(&sources("src"), |source, line| {
        let (_, allowed) = MAY_IMPORT.iter().find(|(part, _)| *part == source.part())?;
        // Fault points know nothing and are nothing in a release build; only the pure part is free of them.
        let is_fault = |part: &str| part == "fault" && source.part() != "domain";
        let stray = imported(line).find(|part| !allowed.contains(part) && !is_fault(part))?;
        Some(format!("{} may not know {stray}", source.part()))
    });
}

/// The daemon, what puts it together, and what walks its ways before it does.
const KNOW_ADAPTERS: [&str; 4] =
    ["src/cli/run.rs", "src/cli/wiring.rs", "src/cli/check/connect.rs", "src/cli/check/own_mail.rs"];

#[test]
fn only_the_wiring_knows_what_is_wired() {
    check(&sources("src"), |source, line| {
        let may = source.part() == "adapters" || KNOW_ADAPTERS.contains(&&*source.path);
        (!may && line.contains("adapters::") && !line.contains("adapters::clock"))
            .then(|| format!("only {} know adapters by name", KNOW_ADAPTERS.join(", ")))
    });
}

#[test]
fn the_domain_is_pure() {
    let never = [
        "tokio",
        "sqlx",
        "async fn",
        "std::fs",
        "std::env",
        "std::process",
        "std::thread",
        "TcpStream",
        "UdpSocket",
        "ToSocketAddrs",
        "Instant",
        "::now(",
        "getrandom",
        "tracing::",
    ];
    check(&sources("src/domain"), |_, line| {
        never.iter().find(|word| line.contains(*word)).map(|word| format!("the domain knows no {word}"))
    });
}

#[test]
fn only_the_clock_reads_the_clock() {
    check(&sources("src"), |source, line| {
        let reads = ["Utc::now", "Local::now", "SystemTime::now", "Instant::now"]
            .iter()
            .any(|now| line.contains(now));
        (reads && source.path != "src/adapters/clock.rs").then(|| "reads the clock".into())
    });
}

#[test]
fn nothing_gives_up_with_a_panic() {
    check(&sources("src"), |source, line| {
        let lints = [(".unwrap()", "unwrap_used"), (".expect(", "expect_used"), ("panic!(", "panic")];
        // What is sure, and says why in a reason, may stand.
        let is_excused =
            |lint: &str| source.text.contains(&format!("clippy::{lint}")) && source.text.contains("reason =");
        let found = lints.iter().find(|(word, lint)| line.contains(word) && !is_excused(lint));
        found.map(|(word, _)| format!("{word} outside of tests"))
    });
}

#[test]
fn files_are_short() {
    let all: Vec<Source> = ["src", "tests/it"].into_iter().flat_map(sources).collect();
    let length = |source: &Source| source.text.lines().count();
    let long: BTreeSet<&str> =
        all.iter().filter(|source| length(source) > MAX_LINES).map(|source| source.path.as_str()).collect();
    assert!(long.is_empty(), "longer than {MAX_LINES} lines, split them: {long:?}");
    let mut lengths: Vec<usize> = all.iter().map(length).collect();
    lengths.sort_unstable();
    let ninth = lengths[lengths.len() * 9 / 10];
    assert!(ninth <= NINTH_DECILE, "one file in ten is longer than {ninth} lines");
}

#[test]
fn every_module_says_what_it_is() {
    let silent: Vec<String> = ["src", "tests/it"]
        .into_iter()
        .flat_map(sources)
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| source.path)
        .collect();
    assert!(silent.is_empty(), "begin with `//!` and what goes in and out: {silent:?}");
}

#[test]
fn no_module_has_a_name_that_says_nothing() {
    let empty = ["util", "utils", "common", "helper", "helpers", "manager", "misc"];
    for source in ["src", "tests/it"].into_iter().flat_map(sources) {
        let mut names = source.path.split(['/', '.']);
        assert!(!names.any(|name| empty.contains(&name)), "{}", source.path);
    }
}

#[test]
fn no_test_sleeps() {
    let of_this_file = |source: &Source| source.path.ends_with("tidy.rs");
    for source in sources("tests/it").into_iter().filter(|source| !of_this_file(source)) {
        for sleep in ["thread::sleep", "time::sleep", "::sleep("] {
            assert!(!source.text.contains(sleep), "{}: {sleep}: wait for what happens", source.path);
        }
    }
}

#[test]
fn every_letter_has_templates_a_sample_and_a_snapshot() {
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let letter = read("src/domain/letter/mod.rs");
    let samples: String = sources("src/domain/letter/sample").into_iter().map(|source| source.text).collect();
    let (_, kinds) = letter.split_once("pub enum Facts {\n").expect("the kinds of letters");
    let kinds: Vec<&str> = kinds
        .lines()
        .take_while(|line| *line != "}")
        .filter_map(|line| line.trim().split_once('(').map(|(kind, _)| kind))
        .collect();
    assert!(kinds.len() > 1, "{kinds:?}");
    for kind in kinds {
        let folder = snake(kind);
        for file in ["subject.txt", "text.txt", "html.html"] {
            let path = root().join(format!("templates/mail/{folder}/{file}"));
            assert!(path.exists(), "{kind} lacks {}", path.display());
        }
        assert!(samples.contains(&format!("Facts::{kind}(")), "{kind} has no sample");
        let snapshots = fs::read_dir(root().join("tests/it/snapshots")).unwrap();
        let start = format!("it__letter__{folder}_");
        let has_one = snapshots
            .filter_map(Result::ok)
            .any(|entry| entry.file_name().to_string_lossy().starts_with(&start));
        assert!(has_one, "{kind} has no snapshot");
    }
}

/// `ReviewDue` is `review_due` as a folder.
fn snake(kind: &str) -> String {
    let mut out = String::new();
    for c in kind.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[test]
fn every_dependency_is_used_and_accounted_for() {
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let (manifest, decisions) = (read("Cargo.toml"), read("DECISIONS.md"));
    let (_, rest) = manifest.split_once("[dependencies]\n").expect("dependencies");
    let (dependencies, _) = rest.split_once("\n[").expect("the end of the dependencies");
    let sources = sources("src");
    for name in dependencies.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name) {
        let path = format!("{}::", name.replace('-', "_"));
        let is_used = sources.iter().any(|source| source.text.contains(&path));
        assert!(is_used, "nothing in src uses {name}: take it out of Cargo.toml");
        assert!(decisions.contains(&format!("- `{name}`:")), "DECISIONS.md does not say why {name} is there");
    }
}

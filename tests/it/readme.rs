//! The README says what is so: its tables are the reader's own, and every key of the configuration stands in it.

use std::path::Path;

use sscd::domain::notification::labels;

fn file(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What stands between the marks of that name. With `SSCD_README=write` in the environment it is written instead.
fn holds(name: &str, expected: &str) {
    let readme = file("README.md");
    let (head, rest) = readme.split_once(&format!("<!-- {name}:")).expect("the opening mark");
    let (mark, rest) = rest.split_once('\n').expect("a line after the opening mark");
    let end = format!("<!-- /{name} -->");
    let (table, tail) = rest.split_once(&end).expect("the closing mark");
    if std::env::var("SSCD_README").is_ok_and(|what| what == "write") {
        let readme = format!("{head}<!-- {name}:{mark}\n{expected}{end}{tail}");
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"), readme).unwrap();
        return;
    }
    assert_eq!(table, expected, "write it anew with SSCD_README=write");
}

#[test]
fn the_readme_holds_the_tables_of_labels_and_of_what_is_read() {
    holds("labels", &labels::markdown());
    holds("what-is-read", &crate::corpus::what_is_read());
}

#[test]
fn the_readme_names_every_key_of_the_configuration() {
    let (readme, config) = (file("README.md"), file("config/sscd.toml"));
    let missing: Vec<&str> = config
        .lines()
        .filter_map(|line| line.trim_start_matches("# ").split_once(" = "))
        .map(|(key, _)| key)
        .filter(|key| key.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        .filter(|key| !readme.contains(&format!("`{key}`")))
        .collect();
    assert!(missing.is_empty(), "not in the README: {missing:?}");
}

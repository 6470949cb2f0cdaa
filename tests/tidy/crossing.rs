//! What crosses between page and worker is written without names (`portal/src/bridge/bytes.rs`), so
//! its types use nothing of serde that needs them.

use crate::tree::{File, finds, holds, repository, sample};

/// `content` beside a tag makes two fields of it, which is fine.
const NEEDS_NAMES: [&str; 3] = ["untagged", "flatten", "tag = "];

fn findings(files: &[File]) -> Vec<String> {
    let may_cross = |file: &&File| {
        file.path.starts_with("portal/src/bridge")
            || ["shared/src/edit", "shared/src/fhir", "shared/src/record", "shared/src/view"]
                .iter()
                .any(|place| file.path.starts_with(place))
    };
    let mut findings = Vec::new();
    for file in files.iter().filter(may_cross) {
        for (number, line) in file.text().lines().enumerate() {
            let needs = NEEDS_NAMES.iter().find(|word| line.contains(*word));
            if line.contains("#[serde(") && !line.contains("content = ") {
                findings.extend(needs.map(|word| format!("{}:{}: {word}", file.path, number + 1)));
            }
        }
    }
    findings
}

#[test]
fn what_crosses_the_bridge_needs_no_names() {
    holds(&findings(&repository()));
}

#[test]
fn planted_names_are_found() {
    let enums = "#[serde(tag = \"is\")]\n#[serde(tag = \"a\", content = \"b\")]\n#[serde(default)]";
    let files = sample(&[
        ("shared/src/view/sample.rs", enums),
        ("shared/src/record/sample.rs", "    #[serde(flatten)]"),
        ("sync-server/src/sample.rs", "#[serde(untagged)]"),
    ]);
    finds(&findings(&files), &["shared/src/view/sample.rs:1", "shared/src/record/sample.rs:1"]);
}

//! Which paths a source names, with the groups of its imports taken apart.

/// The paths that start at a module: `shared::{id, view::{Ask, Answer}}` gives `id`, `view::Ask` and
/// `view::Answer`.
pub fn paths_from(code: &str, root: &str) -> Vec<String> {
    let start = format!("{root}::");
    let mut found = Vec::new();
    for (place, _) in code.match_indices(&start) {
        let before = code[..place].chars().next_back();
        if !before.is_some_and(is_of_path) {
            expand("", &code[place + start.len()..], &mut found);
        }
    }
    found
}

/// The same for paths that begin with `super`, as they read from the crate's root in the file of this
/// module. A module inside of a file counts as the file.
pub fn paths_upwards(code: &str, module: &[&str]) -> Vec<String> {
    const UP: &str = "super::";
    let mut found = Vec::new();
    for (place, _) in code.match_indices(UP) {
        if code[..place].ends_with(is_of_path) {
            continue;
        }
        let rest = code[place..].trim_start_matches(UP);
        let steps = (code[place..].len() - rest.len()) / UP.len();
        let kept = &module[..module.len().saturating_sub(steps)];
        let before: String = kept.iter().flat_map(|part| [*part, "::"]).collect();
        expand(&before, rest, &mut found);
    }
    found
}

fn is_of_path(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == ':'
}

/// Reads one path or one group in braces; answers what stands behind it.
fn expand<'a>(before: &str, text: &'a str, found: &mut Vec<String>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        while let Some(inside) = Some(rest.trim_start()).filter(|rest| !rest.is_empty()) {
            if let Some(behind) = inside.strip_prefix('}') {
                return behind;
            }
            let next = inside.strip_prefix(',').unwrap_or(inside);
            rest = if next.len() < inside.len() { next } else { expand(before, inside, found) };
        }
        return "";
    }
    let end = text.find(|letter| !is_of_path(letter)).unwrap_or(text.len());
    let (path, rest) = text.split_at(end);
    let whole = format!("{before}{path}");
    if rest.starts_with('{') && path.ends_with("::") {
        return expand(&whole, rest, found);
    }
    found.push(whole);
    let Some(renamed) = rest.trim_start().strip_prefix("as ") else {
        // Something that no import holds; one letter on, so that reading always ends.
        return if end == 0 { text.get(1..).unwrap_or_default() } else { rest };
    };
    renamed.trim_start().trim_start_matches(is_of_path)
}

/// Whether a path is this part or something in it.
pub fn is_in(path: &str, part: &str) -> bool {
    path == part || path.strip_prefix(part).is_some_and(|rest| rest.starts_with("::"))
}

#[test]
fn groups_are_taken_apart() {
    let code =
        "use shared::{id::EntryId, view::{Ask as Question, Answer,}, wire}; shared::time::now()";
    let paths = ["id::EntryId", "view::Ask", "view::Answer", "wire", "time::now"];
    assert_eq!(paths_from(code, "shared"), paths);
    let upwards = "use super::super::{view::Ask, wire}; super::mark()";
    let paths = ["view::Ask", "wire", "record::mark"];
    assert_eq!(paths_upwards(upwards, &["record", "allergy"]), paths);
    assert_eq!(paths_from("use crate::shared::id; my_shared::id()", "shared"), [""; 0]);
}

//! One style sheet for patients, one for staff and one more for their office, each joined from small
//! files.

use std::fs;
use std::path::{Path, PathBuf};

use super::assets::Assets;
use super::source;

/// Parts of the page that the staff's program uses too.
const FOR_STAFF: [&str; 9] = [
    "banner.css",
    "button.css",
    "card.css",
    "field.css",
    "icon.css",
    "photo.css",
    "sheet.css",
    "table.css",
    "tag.css",
];

/// Adds `portal.css` (`styles/*.css` and one file beside each part) and `clinic.css`, which holds
/// the tokens too, because staff never load the patients' sheet.
pub fn gather(assets: &mut Assets) -> anyhow::Result<()> {
    let styles = sheets(&source().join("styles"))?;
    let parts = sheets(&source().join("src/page/ui"))?;
    let clinic = sheets(&source().join("styles/clinic"))?;
    let office = sheets(&source().join("styles/office"))?;
    assets.add("portal.css", join(styles.iter().chain(&parts))?);
    let shared = parts.iter().filter(|part| FOR_STAFF.iter().any(|name| part.ends_with(name)));
    assets.add("clinic.css", join(styles.iter().chain(shared).chain(&clinic))?);
    assets.add("clinic-office.css", join(office.iter())?);
    Ok(())
}

/// The style sheets of one folder: `tokens.css` first, because it declares the layers' order, then
/// by name.
fn sheets(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if folder.exists() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "css") {
                found.push(path);
            }
        }
    }
    found.sort_by_key(|path| (!path.ends_with("tokens.css"), path.clone()));
    Ok(found)
}

fn join<'a>(sheets: impl Iterator<Item = &'a PathBuf>) -> anyhow::Result<Vec<u8>> {
    let mut joined = String::new();
    for sheet in sheets {
        joined.push_str(&squeeze(&fs::read_to_string(sheet)?));
    }
    Ok(joined.into_bytes())
}

/// Leaves out comments, indentation and empty lines.
fn squeeze(css: &str) -> String {
    let mut bare = String::new();
    let mut rest = css;
    while let Some(start) = rest.find("/*") {
        bare.push_str(&rest[..start]);
        rest = rest[start..].find("*/").map_or("", |length| &rest[start + length + 2..]);
    }
    bare.push_str(rest);
    let lines = bare.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_are_not_sent() {
        let css = "/* Why. */\n.row {\n  color: red; /* Here. */\n\n}\n";
        assert_eq!(squeeze(css), ".row {\ncolor: red;\n}\n");
    }
}

//! Assets named by their content, and the placeholders that stand for those names.
//!
//! A text may say `{{asset:NAME}}` (becomes the URL) or `{{size:NAME}}` (becomes the number of bytes
//! that a script sees coming, for honest progress). Assets may name each other, not in a circle.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};

use super::{Served, pack, scripts};

/// Enough of SHA-256 that two contents never share a name by accident.
const NAME_HASH_DIGITS: usize = 16;
/// Deeper chains of assets that name assets are a circle.
const DEPTH_MAX: usize = 8;

#[derive(Default)]
pub struct Assets {
    files: BTreeMap<String, Vec<u8>>,
    /// Those that travel packed; their content here is what a device keeps.
    packed: BTreeMap<String, Vec<u8>>,
}

impl Assets {
    pub fn add(&mut self, name: &str, bytes: Vec<u8>) {
        self.files.insert(name.to_owned(), bytes);
    }

    /// From now on this file is named, served and counted as its packed form, which needs `before` to be
    /// unpacked.
    pub fn pack(&mut self, name: &str, before: Option<&str>) -> anyhow::Result<()> {
        let before = before.map(|before| self.content(before, 0)).transpose()?;
        let bytes = pack::packed_program(&self.content(name, 0)?, before.as_deref())?;
        self.packed.insert(name.to_owned(), bytes);
        Ok(())
    }

    /// Adds every file below a folder by its path inside it.
    pub fn add_folder(&mut self, folder: &Path) -> anyhow::Result<()> {
        self.add_below(folder, folder)
    }

    /// Leaves out of every script what only its readers need.
    pub fn tighten_scripts(&mut self) {
        for (name, bytes) in &mut self.files {
            if name.ends_with(".js")
                && let Ok(script) = str::from_utf8(bytes)
            {
                *bytes = scripts::tightened(script).into_bytes();
            }
        }
    }

    fn add_below(&mut self, root: &Path, folder: &Path) -> anyhow::Result<()> {
        let entries = fs::read_dir(folder)
            .with_context(|| format!("{} could not be read", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                self.add_below(root, &path)?;
            } else {
                let name = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
                self.add(&name, fs::read(&path)?);
            }
        }
        Ok(())
    }

    /// All assets under their final names with their final content.
    pub fn served(&self) -> anyhow::Result<Vec<Served>> {
        let mut files = Vec::new();
        for name in self.files.keys() {
            let kept = self.content(name, 0)?;
            let (path, print) = (self.path(name, &kept), digest(&kept));
            let bytes = self.packed.get(name).cloned().unwrap_or(kept);
            files.push(Served { path, bytes, print });
        }
        Ok(files)
    }

    /// A text with its placeholders replaced. `whose` is for the sentence when one is wrong.
    pub fn fill(&self, text: &str, whose: &str) -> anyhow::Result<String> {
        self.fill_to(text, whose, 0)
    }

    fn fill_to(&self, text: &str, whose: &str, depth: usize) -> anyhow::Result<String> {
        if depth > DEPTH_MAX {
            bail!("{whose} names assets in a circle");
        }
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (inside, behind) = after
                .split_once("}}")
                .with_context(|| format!("{whose} has a placeholder without an end"))?;
            filled.push_str(before);
            match inside.split_once(':') {
                Some(("asset", name)) => {
                    let bytes = self.content(name, depth + 1).context(whose.to_owned())?;
                    filled.push('/');
                    filled.push_str(&self.path(name, &bytes));
                }
                Some(("size", name)) => {
                    let bytes = self.content(name, depth + 1).context(whose.to_owned())?;
                    let length = self.packed.get(name).map_or(bytes.len(), Vec::len);
                    filled.push_str(&length.to_string());
                }
                _ => bail!("{whose} has a placeholder that nobody fills: `{inside}`"),
            }
            rest = behind;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// Where it is served: a packed one under an ending that says so.
    fn path(&self, name: &str, content: &[u8]) -> String {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        match self.packed.get(name) {
            Some(bytes) => hashed(&format!("{stem}.{}", pack::ENDING), bytes),
            None => hashed(name, content),
        }
    }

    /// An asset's final content, not packed.
    fn content(&self, name: &str, depth: usize) -> anyhow::Result<Vec<u8>> {
        let bytes = self.files.get(name).with_context(|| format!("there is no asset `{name}`"))?;
        if !is_template(name, bytes) {
            return Ok(bytes.clone());
        }
        let text = str::from_utf8(bytes).with_context(|| format!("{name} is not UTF-8"))?;
        Ok(self.fill_to(text, name, depth)?.into_bytes())
    }
}

/// Only scripts and style sheets name other assets, and most do not.
fn is_template(name: &str, bytes: &[u8]) -> bool {
    let may = [".js", ".css", ".svg"].iter().any(|ending| name.ends_with(ending));
    may && ["{{asset:", "{{size:"]
        .iter()
        .any(|mark| bytes.windows(mark.len()).any(|window| window == mark.as_bytes()))
}

/// `boot.js` becomes `assets/boot-0123456789abcdef.js`.
fn hashed(name: &str, bytes: &[u8]) -> String {
    let hash = &digest(bytes)[..NAME_HASH_DIGITS];
    match name.rsplit_once('.') {
        Some((stem, ending)) => format!("assets/{stem}-{hash}.{ending}"),
        None => format!("assets/{name}-{hash}"),
    }
}

/// SHA-256 in hex.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assets(files: &[(&str, &str)]) -> Assets {
        let mut assets = Assets::default();
        for (name, text) in files {
            assets.add(name, text.as_bytes().to_vec());
        }
        assets
    }

    #[test]
    fn a_change_deep_inside_changes_every_name_above_it() {
        let page = "<script src=\"{{asset:boot.js}}\">";
        let fill = |icon: &str| {
            let files = [("boot.js", "use('{{asset:i.svg}}', {{size:i.svg}})"), ("i.svg", icon)];
            assets(&files).fill(page, "page").unwrap()
        };
        assert_ne!(fill("<svg/>"), fill("<svg />"));
        assert_eq!(fill("<svg/>"), fill("<svg/>"));
    }

    #[test]
    fn a_wrong_placeholder_is_named_with_its_file() {
        let refused = |text: &str| {
            let error = assets(&[("a.js", "{{asset:a.js}}")]).fill(text, "index.html");
            format!("{:#}", error.unwrap_err())
        };
        assert_eq!(refused("{{asset:b.js}}"), "index.html: there is no asset `b.js`");
        assert_eq!(refused("{{name}}"), "index.html has a placeholder that nobody fills: `name`");
        assert!(refused("{{asset:a.js}}").ends_with("a.js names assets in a circle"));
    }
}

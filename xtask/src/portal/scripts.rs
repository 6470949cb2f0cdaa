//! Scripts without what only their readers need.

/// Without comments that have lines of their own, and without space at the beginning of lines. Lines
/// stay lines, so that nothing has to be understood: a comment is one only where a line begins with it.
pub fn tightened(script: &str) -> String {
    let mut text = String::new();
    let mut is_comment = false;
    for line in script.lines().map(str::trim) {
        is_comment |= line.starts_with("/*");
        if !(is_comment || line.is_empty() || line.starts_with("//")) {
            text.push_str(line);
            text.push('\n');
        }
        is_comment &= !line.ends_with("*/");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::tightened;

    #[test]
    fn comments_and_indentation_go_and_code_stays() {
        let script =
            "/**\n * What it does.\n */\nfunction a() {\n    // why\n    b('//'); // kept\n\n}\n";
        assert_eq!(tightened(script), "function a() {\nb('//'); // kept\n}\n");
        assert_eq!(tightened("/* one line */\na();"), "a();\n");
    }
}

//! The settings as people read them: the sample file and the table of the documentation.

use std::fmt::{Error, Write};

use super::table::{self, Default, Kind, Setting};

const HEAD: &str = "\
# Settings of gigline. Copy this file to `gigline.toml` in the directory that the server starts in, or name it with
# `--config PATH`. Every line here shows the default, or an example where there is no fixed one. The environment
# variable named with a setting wins over this file, and its flag over both.
";

/// The text of the sample file: everything commented out.
pub(super) fn sample() -> Result<String, Error> {
    let mut text = HEAD.to_owned();
    let mut section = "";
    for setting in table::ALL {
        let (within, name) = setting.key.split_once('.').unwrap_or(("", setting.key));
        if within != section {
            write!(text, "\n[{within}]\n")?;
            section = within;
        }
        writeln!(text)?;
        for line in wrap(setting.doc, 110) {
            writeln!(text, "# {line}")?;
        }
        if let Default::Derived { says, .. } = setting.default {
            writeln!(text, "# Default: {says}.")?;
        }
        writeln!(text, "# {}, --{}", setting.env, setting.flag)?;
        writeln!(text, "#{name} = {}", toml_value(setting))?;
    }
    Ok(text)
}

/// The settings as a Markdown table.
pub(super) fn markdown() -> Result<String, Error> {
    let mut text = "| `gigline.toml` | environment | flag | default | meaning |\n|---|---|---|---|---|\n".to_owned();
    for setting in table::ALL {
        let default = match setting.default {
            Default::Value(value) => format!("`{value}`"),
            Default::Derived { says, .. } => says.to_owned(),
        };
        let Setting { key, env, flag, doc, .. } = setting;
        writeln!(text, "| `{key}` | `{env}` | `--{flag}` | {default} | {doc} |")?;
    }
    Ok(text)
}

/// The variables of S3 as a Markdown table.
pub(super) fn markdown_s3() -> Result<String, Error> {
    let mut text = "| environment | meaning |\n|---|---|\n".to_owned();
    for (name, doc) in table::S3_ENVIRONMENT {
        writeln!(text, "| `{name}` | {doc} |")?;
    }
    Ok(text)
}

fn toml_value(setting: &Setting) -> String {
    let (Default::Value(value) | Default::Derived { example: value, .. }) = setting.default;
    match setting.kind {
        Kind::Text => format!("\"{value}\""),
        Kind::Number => value.to_owned(),
        Kind::Switch => (value == "on").to_string(),
        Kind::List => {
            let items: Vec<_> = value.split(',').map(|item| format!("\"{item}\"")).collect();
            format!("[{}]", items.join(", "))
        }
    }
}

/// Breaks `text` at spaces into lines of at most `width` characters.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::{Settings, Sources};
    use super::*;

    fn docs(name: &str) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
    }

    /// Compares a file with what it should hold; with `GIGLINE_TEST_BLESS=1` writes it instead.
    fn holds(name: &str, expected: &str) {
        if std::env::var_os("GIGLINE_TEST_BLESS").is_some_and(|value| value == "1") {
            std::fs::write(docs(name), expected).unwrap();
        }
        let found = std::fs::read_to_string(docs(name)).unwrap();
        assert!(
            found == expected,
            "docs/{name} is not what the table of settings says; GIGLINE_TEST_BLESS=1 rewrites it"
        );
    }

    #[test]
    fn the_sample_file_is_what_the_table_says() {
        holds("gigline.sample.toml", &sample().unwrap());
    }

    #[test]
    fn the_documented_tables_are_what_the_table_says() {
        let found = std::fs::read_to_string(docs("SETTINGS.md")).unwrap();
        let expected = between(&found, "settings", &markdown().unwrap());
        let expected = between(&expected, "s3", &markdown_s3().unwrap());
        holds("SETTINGS.md", &expected);
    }

    /// `text` with what stands between the marks of `name` replaced.
    fn between(text: &str, name: &str, inner: &str) -> String {
        let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->"));
        let (before, rest) = text.split_once(&begin).expect("the mark of the beginning");
        let (_, after) = rest.split_once(&end).expect("the mark of the end");
        format!("{before}{begin}{inner}{end}{after}")
    }

    #[test]
    fn every_line_of_the_sample_can_be_switched_on() {
        let on: String = sample()
            .unwrap()
            .lines()
            .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line).to_owned() + "\n")
            .collect();
        assert_eq!(on.lines().filter(|line| line.contains(" = ")).count(), table::ALL.len());
        let key = [("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "secret")];
        Settings::read(&Sources::default().with_file("sample", &on).with_environment(key)).unwrap();
    }

    #[test]
    fn lines_break_at_spaces_only() {
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrap("aaaaaaaa b", 5), ["aaaaaaaa", "b"]);
    }
}

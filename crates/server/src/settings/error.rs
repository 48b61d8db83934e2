//! What is wrong with the settings, each fault with the place and the name to look at.

use std::fmt;

/// Where a value came from; a later one wins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Nobody gave it.
    Default,
    /// The settings file at this path.
    File(String),
    /// An environment variable.
    Environment,
    /// The command line.
    Flag,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => f.write_str(path),
            Self::Environment => f.write_str("environment"),
            Self::Flag => f.write_str("command line"),
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingFault {
    /// A name that is no setting.
    #[error("{place}: {name}: there is no such setting{}", hint(.meant.as_deref()))]
    Unknown {
        /// Where it stands.
        place: Source,
        /// As it stands there.
        name: String,
        /// The setting that was probably meant, as it would be written there.
        meant: Option<String>,
    },
    /// A value that the setting cannot take.
    #[error("{place}: {name}: {reason}")]
    Invalid {
        /// Where it stands.
        place: Source,
        /// As it is called there.
        name: String,
        /// What it would have to be.
        reason: String,
    },
    /// A settings file that cannot be read as such.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// Why not.
        reason: String,
    },
}

fn hint(meant: Option<&str>) -> String {
    meant.map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

/// Everything that is wrong with the settings at once, a line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError(pub Vec<SettingFault>);

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingsError {}

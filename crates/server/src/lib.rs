//! The server as an object: its settings, its command line, its start and its end.
//!
//! The only crate that reads the environment and the settings file. Both are read once, into [`settings::Settings`],
//! and whatever needs a setting is handed it.
//!
//! ```
//! use gigline_server::settings::{Settings, Sources};
//!
//! let file = "listen = '127.0.0.1:0'\n[ratings]\nrequire_job = true\n";
//! let settings = Settings::read(&Sources::default().with_file("gigline.toml", file))?;
//! assert!(settings.ratings.require_job);
//!
//! let wrong = Sources::default().with_environment([("GIGLINE_LISEN", "127.0.0.1:0")]);
//! let error = Settings::read(&wrong).unwrap_err().to_string();
//! assert!(error.contains("did you mean GIGLINE_LISTEN?"));
//! # Ok::<(), gigline_server::settings::SettingsError>(())
//! ```

pub mod cli;
pub mod commands;
mod demo;
pub mod logging;
pub mod secret_input;
pub mod serve;
pub mod settings;

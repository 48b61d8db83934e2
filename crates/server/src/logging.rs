//! Starts the log: lines on the standard error, levels from the settings.

use crate::settings::LogSettings;

/// Starts logging for the whole process; may be called once.
pub fn start(settings: &LogSettings) -> Result<(), log::SetLoggerError> {
    env_logger::Builder::new().parse_filters(&settings.filter).format_timestamp_micros().try_init()
}

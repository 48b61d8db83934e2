//! A believable marketplace for an empty database.

use crate::commands::CommandError;
use crate::settings::Settings;

/// Fills an empty database.
pub(crate) fn fill(_settings: &Settings) -> Result<(), CommandError> {
    Err("not yet".into())
}

//! Files in a directory, of which a stored one survives a power cut and a half-written one is never seen.

use std::fs::{self, DirEntry, File};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gigline_domain::Timestamp;
use object_store::local::LocalFileSystem;

use super::{BlobError, BlobName};

/// Opens `place`, making it first where it is missing.
///
/// Each write goes to a file of its own beside the target, is synced, renamed and the directory synced, before it
/// counts as done.
pub(super) fn open(place: &Path) -> Result<LocalFileSystem, BlobError> {
    create_durably(place)
        .map_err(|cause| BlobError::Settings(format!("cannot make the directory {}: {cause}", place.display())))?;
    let files = LocalFileSystem::new_with_prefix(place).map_err(|cause| BlobError::Settings(cause.to_string()))?;
    Ok(files.with_fsync(true))
}

/// Makes a directory and those above it; each new one is entered into its parent for good.
fn create_durably(place: &Path) -> io::Result<()> {
    if place.is_dir() {
        return Ok(());
    }
    let parent = match place.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    create_durably(parent)?;
    match fs::create_dir(place) {
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists && place.is_dir() => Ok(()),
        made => made,
    }?;
    sync(parent)
}

#[cfg(unix)]
fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Elsewhere directories cannot be opened to be synced; the file system orders such changes itself.
#[cfg(not(unix))]
fn sync(_directory: &Path) -> io::Result<()> {
    Ok(())
}

/// Whether files can be made in `place`.
pub(super) fn check(place: &Path) -> Result<(), BlobError> {
    let probe = place.join(format!("check-{:032x}", rand::random::<u128>()));
    File::create_new(&probe).and_then(|_| fs::remove_file(&probe)).map_err(BlobError::unavailable)
}

/// Removes what writes left behind that were cut short before `before`; returns how many.
pub(super) fn remove_unfinished(place: &Path, before: Timestamp) -> io::Result<usize> {
    let mut removed = 0;
    for entry in fs::read_dir(place)? {
        let entry = entry?;
        if is_unfinished(&entry) && is_older(&entry, before)? {
            fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// A write's own file is called after its target: `name#1`.
fn is_unfinished(entry: &DirEntry) -> bool {
    entry.file_name().to_str().is_some_and(|file| {
        file.split_once('#').is_some_and(|(name, attempt)| {
            BlobName::parse(name).is_some() && attempt.bytes().all(|byte| byte.is_ascii_digit())
        })
    })
}

/// `false` as well for a file that has gone meanwhile.
fn is_older(entry: &DirEntry, before: Timestamp) -> io::Result<bool> {
    match entry.metadata() {
        Ok(about) => Ok(about.modified()? < system_time(before)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(cause) => Err(cause),
    }
}

fn system_time(at: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(u64::try_from(at.micros()).unwrap_or(0))
}

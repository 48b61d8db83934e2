//! Files in a directory.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures_util::TryStreamExt;
use gigline_domain::Timestamp;
use gigline_media::{BlobConfig, BlobError, BlobName, BlobStore, ByteRange, PictureFormat, Studio, drawn};
use tempfile::TempDir;

const OLD: Timestamp = Timestamp::from_micros(1_000_000_000_000_000);

fn store(place: &Path) -> BlobStore {
    BlobStore::open(&BlobConfig::Directory(place.to_path_buf())).unwrap()
}

fn name() -> BlobName {
    BlobName::random(PictureFormat::Png)
}

fn files(place: &Path) -> Vec<String> {
    let entries = fs::read_dir(place).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Sets a file's time to a second before [`OLD`].
fn age(place: &Path, file: &str) {
    let before = Duration::from_micros(OLD.micros().unsigned_abs() - 1_000_000);
    let file = File::options().write(true).open(place.join(file)).unwrap();
    file.set_modified(UNIX_EPOCH + before).unwrap();
}

#[tokio::test]
async fn what_is_put_can_be_read_whole_and_in_parts() {
    let place = TempDir::new().unwrap();
    let store = store(place.path());
    // More than two chunks, and not a multiple of one.
    let content: Bytes = (0..300_001_u32).flat_map(u32::to_le_bytes).take(300_001).collect();
    let name = name();
    store.put(name, content.clone()).await.unwrap();
    assert_eq!(files(place.path()), [name.to_string()]);

    let whole = store.get(name, None).await.unwrap();
    assert_eq!((whole.size, whole.range.clone()), (300_001, 0..300_001));
    assert_eq!(whole.content_type, "image/png");
    assert_eq!(whole.collect().await.unwrap(), content);

    for (range, start, end) in [
        (ByteRange::Within(0..1), 0, 1),
        (ByteRange::Within(100_000..290_000), 100_000, 290_000),
        (ByteRange::Within(300_000..u64::MAX), 300_000, 300_001),
        (ByteRange::From(299_990), 299_990, 300_001),
        (ByteRange::Last(5), 299_996, 300_001),
        (ByteRange::Last(u64::MAX), 0, 300_001),
    ] {
        let read = store.get(name, Some(range)).await.unwrap();
        assert_eq!((read.size, read.range.clone()), (300_001, start..end));
        let expected = content.slice(usize::try_from(start).unwrap()..usize::try_from(end).unwrap());
        assert_eq!(read.collect().await.unwrap(), expected);
    }
    let beyond = store.get(name, Some(ByteRange::From(300_001))).await;
    assert!(matches!(beyond, Err(BlobError::OutOfRange { size: 300_001 })));
}

#[tokio::test]
async fn a_deleted_file_is_gone_and_may_be_deleted_again() {
    let place = TempDir::new().unwrap();
    let store = store(place.path());
    let name = name();
    store.put(name, Bytes::from_static(b"x")).await.unwrap();
    store.delete(name).await.unwrap();
    assert!(matches!(store.get(name, None).await, Err(BlobError::NotFound)));
    store.delete(name).await.unwrap();
}

#[tokio::test]
async fn who_still_reads_a_deleted_file_reads_it_to_the_end() {
    let place = TempDir::new().unwrap();
    let store = store(place.path());
    let name = name();
    store.put(name, vec![7; 500_000].into()).await.unwrap();
    let read = store.get(name, None).await.unwrap();
    store.delete(name).await.unwrap();
    assert_eq!(read.collect().await.unwrap().len(), 500_000);
}

#[tokio::test]
async fn a_picture_and_its_thumbnail_are_kept_under_kindred_names() {
    let place = TempDir::new().unwrap();
    let store = store(place.path());
    let picture = Studio::new().clean(drawn(1, 400, 300).into()).await.unwrap();
    let kept = store.keep(&picture).await.unwrap();
    assert_eq!(kept.thumbnail, kept.picture.thumbnail(PictureFormat::Jpeg));
    for (name, rendition) in [(kept.picture, &picture.full), (kept.thumbnail, &picture.thumbnail)] {
        let read = store.get(name, None).await.unwrap();
        assert_eq!(read.collect().await.unwrap(), rendition.bytes);
    }
}

#[tokio::test]
async fn a_picture_that_cannot_be_kept_whole_is_not_kept() {
    let place = TempDir::new().unwrap();
    let store = store(&place.path().join("pictures"));
    let picture = Studio::new().clean(drawn(1, 40, 30).into()).await.unwrap();
    fs::remove_dir_all(place.path().join("pictures")).unwrap();
    fs::write(place.path().join("pictures"), "in the way").unwrap();
    let refused = store.keep(&picture).await;
    assert!(matches!(refused, Err(BlobError::Unavailable(_))), "{refused:?}");
}

#[tokio::test]
async fn only_old_files_of_ours_are_found_for_sweeping() {
    let place = TempDir::new().unwrap();
    let store = store(place.path());
    let (old, thumbnail, fresh) = (name(), name().thumbnail(PictureFormat::Jpeg), name());
    for name in [old, thumbnail, fresh] {
        store.put(name, Bytes::from_static(b"x")).await.unwrap();
    }
    fs::write(place.path().join("README.txt"), "not ours").unwrap();
    fs::create_dir(place.path().join("sub")).unwrap();
    fs::write(place.path().join("sub").join(old.to_string()), "not ours").unwrap();
    for file in ["README.txt", &format!("sub/{old}"), &old.to_string(), &thumbnail.to_string()] {
        age(place.path(), file);
    }
    let mut found: Vec<_> = store.older_than(OLD).try_collect().await.unwrap();
    found.sort();
    let mut expected = vec![old, thumbnail];
    expected.sort();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn many_files_come_out_while_they_are_being_deleted() {
    let place = TempDir::new().unwrap();
    let store = store(place.path());
    for _ in 0..2500 {
        let name = name().to_string();
        fs::write(place.path().join(&name), "x").unwrap();
        age(place.path(), &name);
    }
    let mut names = store.older_than(OLD);
    while let Some(name) = names.try_next().await.unwrap() {
        store.delete(name).await.unwrap();
    }
    assert_eq!(files(place.path()), Vec::<String>::new());
}

#[tokio::test]
async fn what_a_crash_left_half_written_is_never_seen_and_removed_in_time() {
    let place = TempDir::new().unwrap();
    let store = store(place.path());
    let (old, fresh) = (format!("{}#1", name()), format!("{}#2", name()));
    let others = ["notes#1".to_owned(), format!("{}#x", name())];
    for file in [&old, &fresh, &others[0], &others[1]] {
        fs::write(place.path().join(file), "half").unwrap();
        if file != &fresh {
            age(place.path(), file);
        }
    }
    let found: Vec<_> = store.older_than(OLD).try_collect().await.unwrap();
    assert_eq!(found, []);
    assert_eq!(store.remove_unfinished(OLD).await.unwrap(), 1);
    assert!(!place.path().join(old).exists());
    assert_eq!(files(place.path()).len(), 3);
}

#[tokio::test]
async fn missing_directories_are_made_and_lost_ones_noticed() {
    let place = TempDir::new().unwrap();
    let deep = place.path().join("a/b/c");
    let store = store(&deep);
    store.check().await.unwrap();
    assert_eq!(files(&deep), Vec::<String>::new(), "checking leaves nothing behind");
    store.put(name(), Bytes::from_static(b"x")).await.unwrap();
    fs::remove_dir_all(&deep).unwrap();
    assert!(matches!(store.check().await, Err(BlobError::Unavailable(_))));
}

#[test]
fn a_place_that_cannot_be_is_refused_at_once() {
    let place = TempDir::new().unwrap();
    let file = place.path().join("file");
    fs::write(&file, "x").unwrap();
    for place in [file.clone(), file.join("below")] {
        let refused = BlobStore::open(&BlobConfig::Directory(place));
        assert!(matches!(refused, Err(BlobError::Settings(_))));
    }
}

#[tokio::test]
async fn the_time_of_a_file_is_the_time_of_its_writing() {
    let place = TempDir::new().unwrap();
    let store = store(place.path());
    let name = name();
    store.put(name, Bytes::from_static(b"x")).await.unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = Timestamp::from_micros(i64::try_from(now.as_micros()).unwrap());
    let minute = Duration::from_secs(60);
    let found: Vec<_> = store.older_than(now.plus(minute)).try_collect().await.unwrap();
    assert_eq!(found, [name]);
    let found: Vec<_> = store.older_than(now.minus(minute)).try_collect().await.unwrap();
    assert_eq!(found, []);
}

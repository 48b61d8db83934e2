//! Files in S3, over HTTP to a service on this machine.

use bytes::Bytes;
use futures_util::TryStreamExt;
use gigline_domain::Timestamp;
use gigline_media::{
    BlobConfig, BlobError, BlobName, BlobStore, ByteRange, PictureFormat, S3Credentials, Studio, drawn,
};

use crate::fake_s3::{BUCKET, FakeS3};

fn store_in(s3: &FakeS3, bucket: &str, prefix: &str) -> BlobStore {
    let address = s3.address;
    let url = format!("s3://{bucket}/{prefix}?endpoint=http://{address}&region=eu-west-1");
    let config = url.parse::<BlobConfig>().unwrap();
    let credentials = S3Credentials {
        access_key_id: "AKTEST".into(),
        secret_access_key: "secret".into(),
        session_token: Some("temporary".into()),
    };
    BlobStore::open(&config.with_credentials(Some(credentials))).unwrap()
}

fn store(s3: &FakeS3) -> BlobStore {
    store_in(s3, BUCKET, "a/b")
}

#[tokio::test]
async fn what_is_put_can_be_read_whole_and_in_parts() {
    let s3 = FakeS3::start();
    let store = store(&s3);
    let content: Bytes = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    let name = BlobName::random(PictureFormat::Jpeg);
    store.put(name, content.clone()).await.unwrap();
    let stored = s3.object(&format!("a/b/{name}")).unwrap();
    assert_eq!((stored.bytes.len(), stored.content_type.as_str()), (800_000, "image/jpeg"));

    let whole = store.get(name, None).await.unwrap();
    assert_eq!((whole.size, whole.range.clone()), (800_000, 0..800_000));
    assert_eq!(whole.content_type, "image/jpeg");
    assert_eq!(whole.collect().await.unwrap(), content);

    for (range, start, end) in [
        (ByteRange::Within(10..20), 10, 20),
        (ByteRange::Within(799_999..u64::MAX), 799_999, 800_000),
        (ByteRange::From(700_000), 700_000, 800_000),
        (ByteRange::Last(5), 799_995, 800_000),
        (ByteRange::Last(u64::MAX), 0, 800_000),
    ] {
        let read = store.get(name, Some(range)).await.unwrap();
        assert_eq!((read.size, read.range.clone()), (800_000, start..end));
        let expected = content.slice(usize::try_from(start).unwrap()..usize::try_from(end).unwrap());
        assert_eq!(read.collect().await.unwrap(), expected);
    }
    for range in [ByteRange::From(800_000), ByteRange::Last(0)] {
        let beyond = store.get(name, Some(range)).await;
        assert!(matches!(beyond, Err(BlobError::OutOfRange { size: 800_000 })));
    }
}

#[tokio::test]
async fn a_missing_file_is_not_found_and_may_be_deleted() {
    let s3 = FakeS3::start();
    let store = store(&s3);
    let name = BlobName::random(PictureFormat::Png);
    for range in [None, Some(ByteRange::From(0))] {
        assert!(matches!(store.get(name, range).await, Err(BlobError::NotFound)));
    }
    store.delete(name).await.unwrap();

    store.put(name, Bytes::from_static(b"x")).await.unwrap();
    store.delete(name).await.unwrap();
    assert!(s3.object(&format!("a/b/{name}")).is_none());
}

#[tokio::test]
async fn a_picture_is_kept_without_a_prefix_too() {
    let s3 = FakeS3::start();
    let store = store_in(&s3, BUCKET, "");
    let picture = Studio::new().clean(drawn(1, 40, 30).into()).await.unwrap();
    let kept = store.keep(&picture).await.unwrap();
    for name in [kept.picture, kept.thumbnail] {
        assert!(s3.object(&name.to_string()).is_some());
    }
    let found: Vec<_> = store.older_than(Timestamp::from_micros(i64::MAX)).try_collect().await.unwrap();
    assert_eq!(found.len(), 2);
}

#[tokio::test]
async fn only_old_files_of_ours_are_found_for_sweeping_page_by_page() {
    let s3 = FakeS3::start();
    let store = store(&s3);
    let mut old: Vec<_> = (0..7).map(|_| BlobName::random(PictureFormat::Png)).collect();
    let fresh = BlobName::random(PictureFormat::Png);
    for name in &old {
        s3.insert(&format!("a/b/{name}"), "2026-11-20T09:59:59.999Z");
    }
    s3.insert(&format!("a/b/{fresh}"), "2026-11-20T10:00:00.000Z");
    for foreign in [
        format!("a/b/sub/{fresh}"),
        format!("a/b/{fresh}/x"),
        format!("a/bc/{fresh}"),
        "a/b/notes".to_owned(),
        fresh.to_string(),
    ] {
        s3.insert(&foreign, "2001-01-01T00:00:00.000Z");
    }
    let ten = Timestamp::from_micros(1_795_168_800_000_000);
    assert_eq!(ten.to_string(), "2026-11-20T10:00:00.00000Z");
    let found: Vec<_> = store.older_than(ten).try_collect().await.unwrap();
    old.sort();
    assert_eq!(found, old);
    assert_eq!(store.remove_unfinished(ten).await.unwrap(), 0);
}

#[tokio::test]
async fn readiness_tells_a_bucket_that_answers_from_one_that_does_not() {
    let s3 = FakeS3::start();
    store(&s3).check().await.unwrap();
    let lost = store_in(&s3, "nowhere", "").check().await;
    assert!(matches!(lost, Err(BlobError::Unavailable(_))), "{lost:?}");
    s3.refuse_everything(403);
    let refused = store(&s3).check().await;
    assert!(matches!(refused, Err(BlobError::Unavailable(_))), "{refused:?}");
}

#[tokio::test]
async fn a_service_that_refuses_is_unavailable_and_its_errors_hold_no_secret() {
    let s3 = FakeS3::start();
    let store = store(&s3);
    s3.refuse_everything(403);
    let name = BlobName::random(PictureFormat::Png);
    let errors = [
        store.put(name, Bytes::from_static(b"x")).await.err(),
        store.get(name, None).await.err(),
        store.delete(name).await.err(),
        store.older_than(Timestamp::from_micros(0)).try_next().await.err(),
    ];
    for error in errors {
        let Some(BlobError::Unavailable(text)) = error else { panic!("{error:?}") };
        assert!(!text.contains("secret") && !text.contains("temporary"), "{text}");
    }
}

#[tokio::test]
async fn a_service_that_cannot_be_reached_is_named_with_the_reason() {
    // Nobody listens on the first of all ports.
    let config: BlobConfig = "s3://pictures?endpoint=http://127.0.0.1:1".parse().unwrap();
    let key = S3Credentials { access_key_id: "AKTEST".into(), secret_access_key: "secret".into(), session_token: None };
    let store = BlobStore::open(&config.with_credentials(Some(key))).unwrap();
    let Err(BlobError::Unavailable(text)) = store.check().await else { panic!("nobody is there") };
    assert!(text.contains("refused"), "{text}");
}

#[test]
fn a_bucket_behind_tls_can_be_opened_without_asking_it() {
    let config: BlobConfig = "s3://pictures?endpoint=https://127.0.0.1:1".parse().unwrap();
    assert!(BlobStore::open(&config).is_ok());
}

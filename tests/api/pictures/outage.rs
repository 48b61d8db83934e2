//! What clients see while the storage of the files is out of order.

use gigline_domain::UserId;
use gigline_persistence::blobs;
use gigline_persistence::pictures::{self, NewPicture};
use gigline_testkit::{Backend, TestApp, on, on_both};
use std::net::TcpListener;

use super::samples::{db_files, name, png};

async fn a_deletion_does_not_wait_for_a_storage_that_is_silent(app: TestApp) {
    let ann = app.user("ann").await;
    let new = NewPicture {
        owner: UserId::new(ann.id),
        job: None,
        blob: "0123456789abcdef0123456789abcdef.png".to_owned(),
        thumbnail_blob: "0123456789abcdef0123456789abcdef-t.png".to_owned(),
        width: 8,
        height: 8,
    };
    let now = gigline_auth::Clock::now(app.clock());
    let asset = app.app().store.write(move |tx| pictures::insert(tx, &new, now)).await.unwrap();
    let began = std::time::Instant::now();
    let _ = ann.delete(&format!("/api/asset/{asset}/")).await.expect(200);
    // The storage itself is given up on after a minute or so for each of the two files.
    assert!(began.elapsed().as_secs() < 15, "{:?}", began.elapsed());
    let doomed = app.app().store.read(|conn| blobs::list_doomed(conn, 9)).await.unwrap();
    assert_eq!(doomed.len(), 2, "they are not forgotten");
}

fn with_a_silent_storage(backend: Backend) {
    // Connections are taken by the system, and nobody ever answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let settings = [
        ("GIGLINE_MEDIA_URL", "s3://pictures"),
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];
    on(backend, &settings, a_deletion_does_not_wait_for_a_storage_that_is_silent);
}

#[test]
fn a_deletion_does_not_wait_for_a_silent_storage_sqlite() {
    with_a_silent_storage(Backend::Sqlite);
}

#[test]
fn a_deletion_does_not_wait_for_a_silent_storage_postgres() {
    with_a_silent_storage(Backend::Postgres);
}

on_both! {
    async fn files_that_cannot_be_read_or_written_are_no_fault_of_the_client(app) {
        let ann = app.user("ann").await;
        let asset = ann.uploads(&png(8, 8)).await.expect(201).json();
        let media = app.data_dir().join("media");
        let file = media.join(name(&asset, "url"));
        std::fs::remove_file(&file).unwrap();
        let _ = app.anyone().get(asset["url"].as_str().unwrap()).await.expect(404);
        std::fs::create_dir(&file).unwrap();
        let unreadable = app.anyone().get(asset["url"].as_str().unwrap()).await;
        assert!([404, 503].contains(&unreadable.status), "{}", unreadable.status);
        // A file where the directory was: nothing can be stored in it.
        std::fs::remove_dir_all(&media).unwrap();
        std::fs::write(&media, b"").unwrap();
        let refused = ann.uploads(&png(8, 8)).await.expect(503);
        assert_eq!((refused.code().as_str(), refused.header("retry-after").as_str()), ("busy", "1"));
        assert_eq!(app.anyone().get("/api/asset/").await.expect(200).ids("assets").len(), 1);
        std::fs::remove_file(&media).unwrap();
        std::fs::create_dir(&media).unwrap();
        let _ = ann.uploads(&png(8, 8)).await.expect(201);
        assert_eq!(db_files(&app).len(), 2);
    }
}

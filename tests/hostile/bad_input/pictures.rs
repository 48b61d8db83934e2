//! Uploads that are no pictures, or more than they seem.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gigline_media::drawn;
use gigline_testkit::on_both;
use serde_json::json;

use super::{Rows, Stage, lives, refused};

/// A chunk of a PNG with its checksum (ISO 3309).
fn chunk(kind: &[u8], body: &[u8]) -> Vec<u8> {
    let checked = [kind, body].concat();
    let checksum = !checked.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 })
    });
    [&u32::try_from(body.len()).unwrap().to_be_bytes(), checked.as_slice(), &checksum.to_be_bytes()].concat()
}

/// An uncompressed PNG in grey, with `extra` chunks and with a header that claims `width` and `height`.
fn png(width: u32, height: u32, extra: &[u8]) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    // Four rows of four pixels, each after its filter byte, in one stored block of zlib (RFC 1950, 1951).
    let rows = [[0_u8, 10, 20, 30, 40]; 4].concat();
    let (low, high) = rows.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (low + high) % 65_521)
    });
    let length = u16::try_from(rows.len()).unwrap();
    let data = [
        &[0x78, 0x01, 0x01][..],
        &length.to_le_bytes(),
        &(!length).to_le_bytes(),
        &rows,
        &((high << 16) | low).to_be_bytes(),
    ];
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &header),
        extra.to_vec(),
        chunk(b"IDAT", &data.concat()),
        chunk(b"IEND", b""),
    ]
    .concat()
}

const HTML: &[u8] = b"<!doctype html><script>alert(document.cookie)</script>";

on_both! {
    async fn what_is_no_picture_leaves_no_trace(app) {
        let stage = Stage::set(&app).await;
        let rows = Rows::of(&app);
        let huge = png(50_000, 50_000, &chunk(b"tEXt", &[b'x'; 2_800]));
        assert!(huge.len() < 3_072);
        let picture = drawn(7, 64, 48);
        let half = &picture[..picture.len() / 2];
        let files: [&[u8]; 12] = [
            &huge, HTML, half, b"", b"\0", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF\xff\xff\xff\xffWEBPVP8 ",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"%PDF-1.7", b"BM\x3a\0\0\0\0\0\0\0",
        ];
        for path in [format!("/api/user/{}/upload/", stage.ann.id), format!("/api/job/{}/upload/", stage.job)] {
            for file in files {
                refused(&stage.ann.post(&path, &json!({ "image_data": STANDARD.encode(file) })).await, 400, "invalid_input");
            }
            for text in [
                "=", "====", "A", "AAA=A", "data:image/png;base64,", "data:,", "data:image/png,AAAA", "not base64!", "\u{1f4a5}",
                "AAAA\u{0}", "file:///etc/passwd", "http://127.0.0.1/", "data:text/html;base64,PGh0bWw+",
            ] {
                refused(&stage.ann.post(&path, &json!({ "image_data": text })).await, 400, "invalid_input");
            }
            let over = json!({ "image_data": "A".repeat(12 << 20) });
            let answer = stage.ann.post(&path, &over).await;
            refused(&answer, 413, "too_large");
        }
        rows.are_still(&app);
        assert_eq!(files_of(&app), 0);
        lives(&app).await;
    }

    async fn a_picture_that_is_also_a_page_is_only_a_picture_here(app) {
        let stage = Stage::set(&app).await;
        for page in [png(4, 4, &chunk(b"tEXt", HTML)), [png(4, 4, b""), HTML.to_vec()].concat(), [drawn(7, 64, 48), HTML.to_vec()].concat()] {
            let labelled = format!("data:text/html;base64,{}", STANDARD.encode(&page));
            let path = format!("/api/user/{}/upload/", stage.ann.id);
            let answer = stage.ann.post(&path, &json!({ "image_data": STANDARD.encode(&page) })).await.expect(201);
            let labelled = stage.ann.post(&path, &json!({ "image_data": labelled })).await;
            assert!(matches!(labelled.status, 201 | 400), "{}", labelled.status);
            for key in ["url", "thumbnail_url"] {
                let file = app.anyone().get(&answer.text(key)).await.expect(200);
                assert!(file.header("content-type").starts_with("image/"));
                assert_eq!(file.header("x-content-type-options"), "nosniff");
                assert!(file.header("content-security-policy").contains("sandbox"));
                assert!(!file.body.windows(7).any(|seven| seven == b"<script"));
            }
        }
        lives(&app).await;
    }
}

fn files_of(app: &gigline_testkit::TestApp) -> usize {
    let media = app.data_dir().join("media");
    std::fs::read_dir(media)
        .map_or(0, |entries| entries.filter(|entry| entry.as_ref().unwrap().path().is_file()).count())
}

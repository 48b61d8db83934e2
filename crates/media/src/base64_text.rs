//! Reads base64 as mobile clients write it, never holding more than the limit allows.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::PictureError;

/// Some encoders leave stray bits in the last character, and some leave the padding out: neither loses data.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Decodes `text`: bare base64 or a `data:` URL of base64, with or without padding.
///
/// Spaces, tabs and line breaks may stand anywhere. The URL-safe alphabet (`-`, `_`) is taken as well. The
/// media type of a `data:` URL is not looked at: the bytes say what they are.
///
/// Errors: `NotBase64`, and `TooManyBytes` when there are more than `limit` bytes behind the text.
pub fn decode_base64(text: &str, limit: usize) -> Result<Vec<u8>, PictureError> {
    let payload = payload(text).ok_or(PictureError::NotBase64)?;
    let most = limit.div_ceil(3).saturating_mul(4);
    let mut letters = Vec::with_capacity(payload.len().min(most));
    for letter in payload.bytes() {
        match letter {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ if letters.len() == most => return Err(PictureError::TooManyBytes { limit }),
            b'-' => letters.push(b'+'),
            b'_' => letters.push(b'/'),
            other => letters.push(other),
        }
    }
    let bytes = LENIENT.decode(letters).map_err(|_| PictureError::NotBase64)?;
    if bytes.len() > limit {
        return Err(PictureError::TooManyBytes { limit });
    }
    Ok(bytes)
}

/// What stands behind the comma of a `data:` URL, or the text itself; `None` for a `data:` URL of another encoding.
fn payload(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let is_url = text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"));
    if !is_url {
        return Some(text);
    }
    let (header, payload) = text.split_once(',')?;
    let (_, encoding) = header.rsplit_once(';')?;
    encoding.trim().eq_ignore_ascii_case("base64").then_some(payload)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_form_that_clients_send_is_read() {
        for text in [
            "aGk/+w==",
            "aGk/+w",
            "aGk_-w",
            " aGk/\r\n+w==\r\n",
            "aG k/ +w = =",
            "data:image/png;base64,aGk/+w==",
            "DATA:image/jpeg;charset=x;BASE64,aGk/\n+w",
            "data:;base64,aGk/+w",
        ] {
            assert_eq!(decode_base64(text, 100), Ok(b"hi?\xfb".to_vec()), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_base64_is_refused() {
        for text in [
            "aGk*",
            "a",
            "aGk/+w==aGk/",
            "data:image/png,aGk/",
            "data:image/png;base64",
            "data:image/png;hex,00",
            "bild 🙂",
            "http://example.org/a.png",
        ] {
            assert_eq!(decode_base64(text, 100), Err(PictureError::NotBase64), "{text:?}");
        }
    }

    #[test]
    fn the_limit_counts_decoded_bytes() {
        assert_eq!(decode_base64("aGk/+w==", 4).map(|bytes| bytes.len()), Ok(4));
        for limit in 0..4 {
            assert_eq!(decode_base64("aGk/+w==", limit), Err(PictureError::TooManyBytes { limit }));
        }
        assert_eq!(decode_base64("", 0), Ok(Vec::new()));
    }

    proptest! {
        #[test]
        fn what_was_encoded_comes_back(bytes in proptest::collection::vec(any::<u8>(), 0..200), width in 1_usize..80) {
            let text = base64::engine::general_purpose::STANDARD.encode(&bytes);
            let lines: Vec<&str> = text.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
            prop_assert_eq!(decode_base64(&lines.join("\r\n"), bytes.len()), Ok(bytes));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            if let Ok(bytes) = decode_base64(&text, 64) {
                prop_assert!(bytes.len() <= 64);
            }
        }
    }
}

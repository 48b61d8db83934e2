//! Names of stored files: nobody guesses one, and none leads anywhere but to a file of ours.

use std::fmt;

use crate::PictureFormat;

/// A file's name: 32 hexadecimal digits (128 random bits), `-t` for a thumbnail, and the format's extension.
///
/// ```
/// use gigline_media::{BlobName, PictureFormat};
///
/// let name = BlobName::random(PictureFormat::Jpeg);
/// assert_eq!(BlobName::parse(&name.to_string()), Some(name));
/// assert_eq!(BlobName::parse("../../etc/passwd"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobName {
    id: u128,
    thumbnail: bool,
    format: PictureFormat,
}

const DIGITS: usize = 32;

impl BlobName {
    /// A name that never was and never will be, but for a chance of 2⁻¹²⁸.
    pub fn random(format: PictureFormat) -> Self {
        Self { id: rand::random(), thumbnail: false, format }
    }

    /// The name of this picture's thumbnail.
    #[must_use]
    pub fn thumbnail(self, format: PictureFormat) -> Self {
        Self { thumbnail: true, format, ..self }
    }

    /// Reads exactly what `Display` writes, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let (digits, rest) = text.split_at_checked(DIGITS)?;
        let lower_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if !digits.bytes().all(lower_hex) {
            return None;
        }
        let (thumbnail, extension) = match rest.strip_prefix("-t.") {
            Some(extension) => (true, extension),
            None => (false, rest.strip_prefix('.')?),
        };
        let format =
            [PictureFormat::Jpeg, PictureFormat::Png].into_iter().find(|format| format.extension() == extension)?;
        Some(Self { id: u128::from_str_radix(digits, 16).ok()?, thumbnail, format })
    }

    /// The format that the extension tells.
    pub fn format(self) -> PictureFormat {
        self.format
    }
}

impl fmt::Display for BlobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.thumbnail { "-t" } else { "" };
        write!(f, "{:032x}{mark}.{}", self.id, self.format.extension())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_differ() {
        let name = BlobName::random(PictureFormat::Jpeg);
        let small = name.thumbnail(PictureFormat::Png);
        assert_eq!(name.to_string().len(), 36);
        assert_eq!(small.to_string(), format!("{:032x}-t.png", name.id));
        assert_eq!(BlobName::parse(&small.to_string()), Some(small));
        assert_ne!(name, BlobName::random(PictureFormat::Jpeg));
    }

    #[test]
    fn nothing_but_a_name_is_a_name() {
        let good = "0123456789abcdef0123456789abcdef";
        assert!(BlobName::parse(&format!("{good}.jpg")).is_some());
        for bad in [
            "",
            ".jpg",
            good,
            &format!("{good}."),
            &format!("{good}.gif"),
            &format!("{good}.JPG"),
            &format!("{good}.jpg#1"),
            &format!("{good}.jpg/"),
            &format!("{good}-t"),
            &format!("{good}-t.jpg.png"),
            &format!("{good}-u.jpg"),
            &format!(" {good}.jpg"),
            &format!("../{good}.jpg"),
            &format!("{}.jpg", good.to_uppercase()),
            &format!("+{}.jpg", &good[1..]),
            &format!("{}é.jpg", &good[1..]),
            "%2e%2e%2fetc%2fpasswd",
        ] {
            assert_eq!(BlobName::parse(bad), None, "{bad:?}");
        }
    }
}

//! Bearer tokens: shown once, known afterwards by their digest alone, never printed.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gigline_persistence::sessions::TokenDigest;
use sha2::{Digest as _, Sha256};

/// Bytes of randomness in a token.
const SECRET_BYTES: usize = 32;

macro_rules! token {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name([u8; SECRET_BYTES]);

        impl $name {
            /// What its text begins with, so that scanners for leaked secrets know it.
            pub const PREFIX: &'static str = $prefix;

            /// A new one of 256 random bits.
            pub fn generate() -> Self {
                Self(rand::random())
            }

            /// Reads a token's text; `None` for what was never one, which spares looking it up.
            pub fn parse(text: &str) -> Option<Self> {
                let secret = URL_SAFE_NO_PAD.decode(text.strip_prefix(Self::PREFIX)?).ok()?;
                secret.try_into().ok().map(Self)
            }

            /// Its text, for the one answer that hands it out.
            pub fn reveal(&self) -> String {
                format!("{}{}", Self::PREFIX, URL_SAFE_NO_PAD.encode(self.0))
            }

            /// What it is stored and looked up by: the SHA-256 of its text.
            pub fn digest(&self) -> TokenDigest {
                TokenDigest::new(Sha256::digest(self.reveal()).into())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!($prefix, "[redacted]"))
            }
        }
    };
}

token!(
    /// Opens the door for as long as its session lasts: `gls_` and 43 characters.
    SessionToken,
    "gls_"
);
token!(
    /// Fetches the next pair of tokens, once: `glu_` and 43 characters.
    UpdateToken,
    "glu_"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_keeps_its_digest() {
        let token = SessionToken::generate();
        let text = token.reveal();
        assert_eq!(text.len(), 47);
        let back = SessionToken::parse(&text).unwrap();
        assert_eq!(back.reveal(), text);
        assert_eq!(back.digest(), token.digest());
        assert_ne!(SessionToken::generate().reveal(), text);
    }

    #[test]
    fn one_kind_is_never_taken_for_the_other() {
        let session = SessionToken::generate().reveal();
        assert!(UpdateToken::parse(&session).is_none());
        let renamed = session.replace("gls_", "glu_");
        assert_ne!(UpdateToken::parse(&renamed).unwrap().digest(), SessionToken::parse(&session).unwrap().digest());
    }

    #[test]
    fn what_is_no_token_is_refused_unseen() {
        let good = SessionToken::generate().reveal();
        let long = format!("{good}A");
        let short = &good[..46];
        for bad in ["", "gls_", "gls_ü", "null", "undefined", short, &long, &good.to_uppercase(), &format!(" {good}")]
        {
            assert!(SessionToken::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn debug_shows_nothing_of_the_secret() {
        let token = UpdateToken::generate();
        assert_eq!(format!("{token:?}"), "glu_[redacted]");
    }
}

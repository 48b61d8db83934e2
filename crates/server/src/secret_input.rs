//! A new password from whoever sits at the terminal, or from standard input; never from an argument.

use std::io::{self, BufRead, IsTerminal};

use gigline_auth::Password;

/// Longer than any password may be; what comes after it on a line is not even read.
const LONGEST_LINE: u64 = 1024;

/// Why there is no password.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The two that were typed differ.
    #[error("the two passwords are not the same")]
    Mistyped,
    /// It is not one that the server takes.
    #[error("the password {0}")]
    Refused(gigline_domain::Fault),
    /// The terminal or standard input failed.
    #[error("the password cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}

/// Asks for a new password: at a terminal twice and without showing it, else takes the first line of standard input.
pub fn new_password() -> Result<Password, PasswordError> {
    if !io::stdin().is_terminal() {
        return from_line(io::stdin().lock());
    }
    let first = rpassword::prompt_password("Password: ")?;
    let again = rpassword::prompt_password("Once more: ")?;
    if first != again {
        return Err(PasswordError::Mistyped);
    }
    Password::parse(&first).map_err(PasswordError::Refused)
}

fn from_line(input: impl BufRead) -> Result<Password, PasswordError> {
    let mut line = String::new();
    input.take(LONGEST_LINE).read_line(&mut line)?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    Password::parse(line.strip_suffix('\r').unwrap_or(line)).map_err(PasswordError::Refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(input: &[u8]) -> String {
        from_line(input).map_or_else(|error| error.to_string(), |_| "taken".to_owned())
    }

    #[test]
    fn the_first_line_is_the_password_with_its_spaces() {
        for good in ["correct horse\n", "correct horse\r\n", "correct horse", "correct horse\nsecond line\n"] {
            assert_eq!(said(good.as_bytes()), "taken");
        }
        // 72 bytes are taken and 73 are not, so neither line end nor spaces are counted wrongly.
        assert_eq!(said(&[b"x".repeat(72), b"\n".to_vec()].concat()), "taken");
        assert_ne!(said(&[b"x".repeat(72), b" \n".to_vec()].concat()), "taken");
    }

    #[test]
    fn what_is_no_password_is_refused_with_the_rule() {
        assert_eq!(said(b""), "the password must be 8 to 72 bytes long");
        assert_eq!(said(&b"x".repeat(1 << 20)), "the password must be 8 to 72 bytes long");
        assert!(said(b"\xff\xff\xff\xff\xff\xff\xff\xff\n").starts_with("the password cannot be read"));
    }
}

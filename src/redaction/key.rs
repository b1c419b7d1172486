//! The key of a recording: who has it can compute the original texts back.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use jiff::civil::Date;

/// Key and day of a recording. Pseudonyms of dates stay on their side of the day, so that a date
/// in the past or future remains one.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    bytes: [u8; 32],
    day: Date,
}

impl Key {
    /// A new key for a recording that is made today.
    ///
    /// # Errors
    /// The system has no source of randomness.
    pub fn random() -> io::Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        Ok(Self::new(bytes, jiff::Zoned::now().date()))
    }

    /// A key from its parts, for tests and for keys from elsewhere.
    #[must_use]
    pub fn new(bytes: [u8; 32], day: Date) -> Self {
        Self { bytes, day }
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    pub(super) fn day(&self) -> Date {
        self.day
    }

    /// Writes the key into a new file that only its owner can read.
    ///
    /// # Errors
    /// The file exists already or cannot be written.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file = options.open(path)?;
        let hex: String = self
            .bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        writeln!(file, "{hex} {}", self.day)?;
        file.sync_all()
    }

    /// Reads a key that [`Key::save`] wrote.
    ///
    /// # Errors
    /// The file cannot be read, or is not 64 hexadecimal digits and a date.
    pub fn load(path: &Path) -> io::Result<Self> {
        let text = std::fs::read_to_string(path)?;
        Self::parse(&text).ok_or_else(|| {
            let message = "expected the key of a recording: 64 hexadecimal digits and a date";
            io::Error::new(io::ErrorKind::InvalidData, message)
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let (hex, day) = text.trim().split_once(' ')?;
        let mut bytes = [0; 32];
        if hex.len() != 64 || !hex.is_ascii() {
            return None;
        }
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(hex.get(index * 2..index * 2 + 2)?, 16).ok()?;
        }
        Some(Self::new(bytes, day.parse().ok()?))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn a_key_is_kept_for_its_owner_only_and_read_again() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("key");
        let key = Key::random().expect("randomness");
        key.save(&path).expect("written");
        assert_eq!(Key::load(&path).expect("read"), key);
        assert!(key.save(&path).is_err(), "a key is never overwritten");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path)
                .expect("there")
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert!(!format!("{key:?}").contains(|c: char| c.is_ascii_digit()));
        std::fs::write(folder.path().join("other"), "abc 2020-01-01").expect("written");
        assert!(Key::load(&folder.path().join("other")).is_err());
    }
}

//! The keyed permutation behind all pseudonyms: a word to another word of the same shape.
//!
//! A Feistel network over the positions of a word. Each position has its own small alphabet (the
//! letters, the digits, the letters of one Unicode block), and one half of the word decides by how
//! much each position of the other half is shifted in its alphabet. So the pseudonym has the
//! length and the character classes of the word, different words have different pseudonyms, and
//! the key leads back.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// Rounds for words of ordinary length; long ones need fewer, since each half is large.
const ROUNDS: u8 = 10;
const ROUNDS_LONG: u8 = 4;
const LONG: usize = 64;

/// Which way the permutation is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// Original to pseudonym.
    Hide,
    /// Pseudonym to original.
    Restore,
}

/// The permutation of one key.
#[derive(Clone)]
pub(super) struct Cipher {
    mac: Hmac<Sha256>,
    direction: Direction,
}

impl Cipher {
    pub(super) fn new(key: &[u8; 32], direction: Direction) -> Self {
        // HMAC takes keys of every length; the empty key stands for the case that cannot be.
        let mac = Hmac::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&Default::default()));
        Self { mac, direction }
    }

    /// The pseudonym of a run of letters and digits. Upper and lower case keep their places, and
    /// words that differ only in case have pseudonyms that differ only in case.
    pub(super) fn word(&self, word: &[char]) -> Vec<char> {
        let letters: Vec<Letter> = word.iter().copied().map(Letter::of).collect();
        let mut values: Vec<u16> = letters.iter().map(|letter| letter.index).collect();
        let radices: Vec<u16> = letters.iter().map(|letter| letter.radix()).collect();
        self.permute("word", &radices, &mut values);
        let spelled = letters.iter().zip(&values);
        spelled
            .map(|(letter, &value)| letter.spell(value))
            .collect()
    }

    /// Permutes 0..count.
    pub(super) fn index(&self, label: &str, index: u32, count: u32) -> u32 {
        const LOW: u32 = 128;
        let high = count.div_ceil(LOW).clamp(1, 1 << 15);
        let radices = [high as u16, LOW as u16];
        if index >= count || count > (LOW << 15) {
            return index;
        }
        // The network permutes a little more than the count; walking on until a value is inside
        // keeps it a permutation of what is inside.
        let mut value = index;
        loop {
            let mut parts = [(value / LOW) as u16, (value % LOW) as u16];
            self.permute(label, &radices, &mut parts);
            value = u32::from(parts[0]) * LOW + u32::from(parts[1]);
            if value < count {
                return value;
            }
        }
    }

    fn permute(&self, label: &str, radices: &[u16], values: &mut [u16]) {
        let rounds = if values.len() > LONG {
            ROUNDS_LONG
        } else {
            ROUNDS
        };
        let shape = shape(label, radices);
        let half = values.len().div_ceil(2);
        for step in 0..rounds {
            let round = match self.direction {
                Direction::Hide => step,
                Direction::Restore => rounds - 1 - step,
            };
            let (left, right) = values.split_at_mut(half);
            let (left_radices, right_radices) = radices.split_at(half);
            if round % 2 == 0 {
                self.shift(round, &shape, right, left, left_radices);
            } else {
                self.shift(round, &shape, left, right, right_radices);
            }
        }
    }

    /// Shifts each target in its alphabet by an amount that the source decides.
    fn shift(
        &self,
        round: u8,
        shape: &[u8; 32],
        source: &[u16],
        target: &mut [u16],
        radices: &[u16],
    ) {
        let mut mac = self.mac.clone();
        mac.update(&[round]);
        mac.update(shape);
        for value in source {
            mac.update(&value.to_be_bytes());
        }
        let seed: [u8; 32] = mac.finalize().into_bytes().into();
        let mut block = seed;
        for (index, (value, &radix)) in target.iter_mut().zip(radices).enumerate() {
            let at = index % 16;
            if at == 0 && index > 0 {
                let mut hash = Sha256::new();
                hash.update(seed);
                hash.update((index as u64).to_be_bytes());
                block = hash.finalize().into();
            }
            let amount = u16::from_be_bytes([block[at * 2], block[at * 2 + 1]]) % radix.max(1);
            let radix = u32::from(radix.max(1));
            let moved = match self.direction {
                Direction::Hide => u32::from(*value) + u32::from(amount),
                Direction::Restore => u32::from(*value) + radix - u32::from(amount),
            };
            *value = (moved % radix) as u16;
        }
    }
}

/// What the pseudonym has in common with the word goes into the key stream, so that words of
/// different shapes are shifted independently.
fn shape(label: &str, radices: &[u16]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(label.as_bytes());
    for radix in radices {
        hash.update(radix.to_be_bytes());
    }
    hash.finalize().into()
}

/// A character as a place in a small alphabet of its like.
struct Letter {
    alphabet: Alphabet,
    index: u16,
}

enum Alphabet {
    /// a-z or A-Z, starting here.
    Latin(char),
    Digit,
    /// The letters of the same kind in the same 128 places of Unicode.
    Block(Vec<char>),
}

impl Letter {
    fn of(character: char) -> Self {
        let (alphabet, index) = match character {
            'a'..='z' => (Alphabet::Latin('a'), character as u16 - 'a' as u16),
            'A'..='Z' => (Alphabet::Latin('A'), character as u16 - 'A' as u16),
            '0'..='9' => (Alphabet::Digit, character as u16 - '0' as u16),
            other => {
                let block = block(other);
                let index = block.iter().position(|&like| like == other).unwrap_or(0);
                (Alphabet::Block(block), index as u16)
            }
        };
        Self { alphabet, index }
    }

    fn radix(&self) -> u16 {
        match &self.alphabet {
            Alphabet::Latin(_) => 26,
            Alphabet::Digit => 10,
            Alphabet::Block(block) => block.len() as u16,
        }
    }

    fn spell(&self, value: u16) -> char {
        let from = |start: char| char::from_u32(start as u32 + u32::from(value));
        let spelled = match &self.alphabet {
            Alphabet::Latin(start) => from(*start),
            Alphabet::Digit => from('0'),
            Alphabet::Block(block) => block.get(value as usize).copied(),
        };
        spelled.unwrap_or('x')
    }
}

fn block(character: char) -> Vec<char> {
    let kind = |c: char| {
        (
            c.is_alphabetic(),
            c.is_numeric(),
            c.is_uppercase(),
            c.is_lowercase(),
            c.len_utf8(),
        )
    };
    let start = character as u32 & !0x7F;
    let mut block: Vec<char> = (start..start + 0x80)
        .filter_map(char::from_u32)
        .filter(|&like| kind(like) == kind(character))
        .collect();
    if block.is_empty() {
        block.push(character);
    }
    block
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::{Cipher, Direction};

    fn cipher(direction: Direction) -> Cipher {
        Cipher::new(&[7; 32], direction)
    }

    fn hidden(word: &str) -> String {
        let word: Vec<char> = word.chars().collect();
        cipher(Direction::Hide).word(&word).into_iter().collect()
    }

    #[test]
    fn a_pseudonym_has_the_shape_of_the_word() {
        let pseudonym = hidden("Lovett07");
        assert_ne!(pseudonym, "Lovett07");
        assert_eq!(pseudonym.len(), 8);
        assert!(
            pseudonym.starts_with(|c: char| c.is_ascii_uppercase()),
            "{pseudonym}"
        );
        assert!(
            pseudonym[1..6].chars().all(|c| c.is_ascii_lowercase()),
            "{pseudonym}"
        );
        assert!(
            pseudonym[6..].chars().all(|c| c.is_ascii_digit()),
            "{pseudonym}"
        );
        assert_eq!(hidden("LOVETT07"), pseudonym.to_uppercase());
    }

    #[test]
    fn other_scripts_stay_in_their_script() {
        for word in ["सीता", "Ångström", "अ", "Ελένη", "王小明", "አበበ"] {
            let pseudonym = hidden(word);
            assert_eq!(pseudonym.chars().count(), word.chars().count());
            assert_eq!(pseudonym.len(), word.len(), "{word} {pseudonym}");
        }
    }

    #[test]
    fn different_words_have_different_pseudonyms() {
        let all: HashSet<String> = (0..10_000).map(|n| hidden(&format!("{n:04}"))).collect();
        assert_eq!(all.len(), 10_000);
        let indices: HashSet<u32> = (0..5844)
            .map(|n| cipher(Direction::Hide).index("day", n, 5844))
            .collect();
        assert_eq!((indices.len(), indices.iter().max()), (5844, Some(&5843)));
    }

    #[test]
    fn another_key_gives_another_pseudonym() {
        let other = Cipher::new(&[8; 32], Direction::Hide);
        let word: Vec<char> = "070707070".chars().collect();
        assert_ne!(other.word(&word), cipher(Direction::Hide).word(&word));
    }

    proptest! {
        #[test]
        fn the_key_leads_back(word in "[a-zA-Z0-9éàßñअ-ह]{0,80}", index in 0_u32..400) {
            let word: Vec<char> = word.chars().collect();
            let pseudonym = cipher(Direction::Hide).word(&word);
            prop_assert_eq!(cipher(Direction::Restore).word(&pseudonym), word);
            let moved = cipher(Direction::Hide).index("x", index, 400);
            prop_assert!(moved < 400);
            prop_assert_eq!(cipher(Direction::Restore).index("x", moved, 400), index);
        }

        #[test]
        fn every_character_keeps_its_class(word in "\\PC{0,20}") {
            let word: Vec<char> = word.chars().collect();
            for (before, after) in word.iter().zip(cipher(Direction::Hide).word(&word)) {
                prop_assert_eq!(before.is_alphanumeric(), after.is_alphanumeric());
                prop_assert_eq!(before.is_uppercase(), after.is_uppercase());
                prop_assert_eq!(before.len_utf8(), after.len_utf8());
            }
        }
    }
}

//! The dice behind every seeded value: ChaCha8 keyed by the seed, one stream per purpose, and
//! arithmetic of our own on top, so that a seed means the same rows whatever version of a
//! random-number library is in use.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A repeatable source of choices.
#[derive(Debug, Clone)]
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The dice for one purpose. Purposes are independent: one more roll for the pupils does not
    /// change the fees.
    #[must_use]
    pub fn new(seed: u64, purpose: &str) -> Self {
        let mut key = *b"tenantry example school 00000000";
        key[24..].copy_from_slice(&seed.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(fnv1a(purpose));
        Self(rng)
    }

    /// A number in `0..n`, or 0 if `n` is 0.
    pub fn below(&mut self, n: u32) -> u32 {
        let scaled = u64::from(self.0.next_u32()) * u64::from(n);
        (scaled >> 32) as u32
    }

    /// An index in `0..n`, or 0 if `n` is 0.
    pub fn index(&mut self, n: usize) -> usize {
        self.below(u32::try_from(n).unwrap_or(u32::MAX)) as usize
    }

    /// A number in `low..=high`.
    pub fn between(&mut self, low: i32, high: i32) -> i32 {
        low + self.below(high.abs_diff(low) + 1).cast_signed()
    }

    /// True in `permille` of a thousand rolls.
    pub fn chance(&mut self, permille: u32) -> bool {
        self.below(1000) < permille
    }

    /// One of the items, which must not be empty.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.index(items.len())]
    }

    /// A number around `mean`, as the sum of three dice: most of them within `spread`.
    pub fn around(&mut self, mean: i32, spread: i32) -> i32 {
        let thirds = (0..3).map(|_| self.between(-spread, spread)).sum::<i32>();
        mean + thirds * 2 / 3
    }

    /// A version-4 UUID in its text form.
    pub fn uuid(&mut self) -> String {
        let mut bytes = [0u8; 16];
        self.0.fill_bytes(&mut bytes);
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let hex = hex(&bytes);
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// 64 hexadecimal digits, like a SHA-256.
    pub fn digest(&mut self) -> String {
        let mut bytes = [0u8; 32];
        self.0.fill_bytes(&mut bytes);
        hex(&bytes)
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|b| [b >> 4, b & 15])
        .map(|d| char::from(DIGITS[usize::from(d)]))
        .collect()
}

/// The 64-bit FNV-1a hash, which turns a purpose into a stream number.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_purpose_roll_the_same() {
        let mut one = Dice::new(42, "students");
        let mut two = Dice::new(42, "students");
        let mut other = Dice::new(42, "fees");
        let a: Vec<u32> = (0..20).map(|_| one.below(1000)).collect();
        let b: Vec<u32> = (0..20).map(|_| two.below(1000)).collect();
        let c: Vec<u32> = (0..20).map(|_| other.below(1000)).collect();
        assert_eq!(a, b);
        assert_ne!(a, c);
    }

    #[test]
    fn rolls_stay_in_range() {
        let mut dice = Dice::new(1, "range");
        for _ in 0..2000 {
            assert!((3..=9).contains(&dice.between(3, 9)));
            assert!((-14..=34).contains(&dice.around(10, 12)));
            assert!(dice.below(7) < 7);
        }
        assert_eq!(dice.below(0), 0);
        assert_eq!(dice.between(5, 5), 5);
    }

    #[test]
    fn uuids_are_of_version_four() {
        let id = Dice::new(7, "uuid").uuid();
        assert_eq!(id.len(), 36);
        assert_eq!(&id[14..15], "4");
    }
}

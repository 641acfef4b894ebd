//! How many spares of a template are kept ready, and how fast they are made.

/// Settings of one template's pool.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoolSettings {
    /// With fewer ready ones than this it is filled up; 0 leaves it to itself.
    pub floor: i32,
    /// So many it is filled up to; those above it are dropped.
    pub ceiling: i32,
    /// At most so many are made in a second.
    pub rate: f64,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self { floor: 2, ceiling: 8, rate: 4.0 }
    }
}

/// The most spares that a pool holds.
pub const MOST_SPARES: i32 = 1000;

impl PoolSettings {
    /// Checks that they go together.
    ///
    /// # Errors
    /// What does not, as a sentence.
    pub fn check(self) -> Result<Self, String> {
        if !(0..=MOST_SPARES).contains(&self.ceiling) {
            return Err(format!("The ceiling is from 0 to {MOST_SPARES}."));
        }
        if !(0..=self.ceiling).contains(&self.floor) {
            return Err(format!("The floor is from 0 to the ceiling, {}.", self.ceiling));
        }
        if !(0.01..=100.0).contains(&self.rate) {
            return Err("The rate is from 0.01 to 100 spares a second.".into());
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_must_go_together() {
        let pool = |floor, ceiling, rate| PoolSettings { floor, ceiling, rate }.check();
        assert!(PoolSettings::default().check().is_ok());
        assert!(pool(0, 0, 1.0).is_ok());
        assert!(pool(3, 2, 1.0).unwrap_err().contains("floor"));
        assert!(pool(-1, 2, 1.0).is_err());
        assert!(pool(0, MOST_SPARES + 1, 1.0).unwrap_err().contains("ceiling"));
        assert!(pool(1, 2, 0.0).unwrap_err().contains("rate"));
        assert!(pool(1, 2, f64::NAN).is_err());
    }
}

//! What was measured, round by round, and what it comes to.

use std::time::Instant;

/// Measurements of one thing, in one unit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    /// Adds a measurement.
    pub(crate) fn add(&mut self, value: f64) {
        self.0.push(value);
    }

    /// Adds those of another one.
    pub(crate) fn extend(&mut self, other: &Self) {
        self.0.extend(&other.0);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The middle one.
    pub(crate) fn median(&self) -> f64 {
        self.percentile(50.0)
    }

    /// The largest.
    pub(crate) fn max(&self) -> f64 {
        self.percentile(100.0)
    }

    /// The smallest.
    pub(crate) fn min(&self) -> f64 {
        self.percentile(0.0)
    }

    /// The value that so many percent of the measurements do not exceed.
    pub(crate) fn percentile(&self, percent: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (sorted.len() as f64 * percent / 100.0).ceil() as usize;
        sorted.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
    }
}

/// Milliseconds since then.
pub(crate) fn ms_since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::Samples;

    #[test]
    fn percentiles_are_measured_values() {
        let samples = Samples((1..=100).rev().map(f64::from).collect());
        assert_eq!((samples.median(), samples.percentile(99.0)), (50.0, 99.0));
        assert_eq!((samples.min(), samples.max()), (1.0, 100.0));
    }
}

//! A figure: what was measured, what it is held against, and whether it is good enough.

use serde::Serialize;

/// One line of the result.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Figure {
    /// What it is about.
    pub(crate) name: String,
    /// Our value.
    pub(crate) ours: f64,
    /// The unit of ours and of the peer's.
    pub(crate) unit: &'static str,
    /// Who else did the same in the same run, and their value.
    pub(crate) peer: Option<(&'static str, f64)>,
    /// What the design wants.
    pub(crate) goal: Goal,
    /// How it was measured, in few words.
    pub(crate) note: String,
}

/// What the design wants of a figure.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Goal {
    /// Nothing: it is there to know.
    None,
    /// Not more than this.
    AtMost(f64),
    /// Not less than this.
    AtLeast(f64),
    /// Not more than so many times the peer's.
    RatioAtMost(f64),
}

impl Figure {
    /// Ours divided by the peer's.
    pub(crate) fn ratio(&self) -> Option<f64> {
        self.peer.map(|(_, peer)| self.ours / peer)
    }

    /// By what part of the goal it is short: 0.1 for 10 %. Negative when the goal is met.
    fn short_by(&self) -> Option<f64> {
        match self.goal {
            Goal::None => None,
            Goal::AtMost(most) => Some(self.ours / most - 1.0),
            Goal::AtLeast(least) => Some(1.0 - self.ours / least),
            Goal::RatioAtMost(most) => self.ratio().map(|ratio| ratio / most - 1.0),
        }
    }

    /// `met`, by how much short, or nothing to be held against.
    pub(crate) fn verdict(&self) -> String {
        match self.short_by() {
            None => "–".into(),
            Some(short) if short <= 0.0 => "met".into(),
            Some(short) => format!("short by {:.0} %", (short * 100.0).ceil()),
        }
    }

    /// The goal, for people.
    pub(crate) fn goal(&self) -> String {
        match self.goal {
            Goal::None => "–".into(),
            Goal::AtMost(most) => format!("≤ {}", quantity(most, self.unit)),
            Goal::AtLeast(least) => format!("≥ {}", quantity(least, self.unit)),
            Goal::RatioAtMost(most) if most < 0.5 => format!("≤ 1/{:.0}", 1.0 / most),
            Goal::RatioAtMost(most) => format!("≤ {most:.1}×"),
        }
    }
}

/// A number with its unit, to three digits.
pub(crate) fn quantity(value: f64, unit: &str) -> String {
    let digits = match value.abs() {
        0.0..10.0 => 2,
        10.0..100.0 => 1,
        _ => 0,
    };
    let number = format!("{value:.digits$}");
    let number = if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        number
    };
    format!("{number} {unit}")
}

#[cfg(test)]
mod tests {
    use super::{Figure, Goal, quantity};

    fn figure(ours: f64, peer: Option<f64>, goal: Goal) -> Figure {
        let peer = peer.map(|value| ("peer", value));
        Figure { name: "x".into(), ours, unit: "ms", peer, goal, note: String::new() }
    }

    #[test]
    fn verdicts_follow_the_goal() {
        assert_eq!(figure(1.0, None, Goal::None).verdict(), "–");
        assert_eq!(figure(20.0, None, Goal::AtMost(20.0)).verdict(), "met");
        assert_eq!(figure(30.0, None, Goal::AtMost(20.0)).verdict(), "short by 50 %");
        assert_eq!(figure(900.0, None, Goal::AtLeast(1000.0)).verdict(), "short by 10 %");
        assert_eq!(figure(24.0, Some(10.0), Goal::RatioAtMost(1.2)).verdict(), "short by 100 %");
        assert_eq!(figure(11.0, Some(10.0), Goal::RatioAtMost(1.2)).verdict(), "met");
    }

    #[test]
    fn numbers_have_three_digits() {
        assert_eq!(quantity(1234.4, "/s"), "1234 /s");
        assert_eq!(quantity(20.0, "ms"), "20 ms");
        assert_eq!(quantity(0.123, "s"), "0.12 s");
    }
}

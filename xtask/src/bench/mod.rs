//! Measures the product against the goals of the design, side by side with the tools in use elsewhere.

//! Nothing: every step is a test binary.

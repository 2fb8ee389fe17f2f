//! One test per dialect.

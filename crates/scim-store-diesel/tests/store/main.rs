//! What the store promises, held against it from outside.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that fails is a failed test")]

mod bounds;
mod changes;
mod commit;
mod definitions;
mod filters;
mod isolation;
mod list_plans;
mod logs;
mod members;
mod migration;
mod opening;
mod places;
mod plans;
mod random;
mod remembered;
mod several;
mod support;
mod unique_values;
mod uniqueness;
mod vectors;
mod worlds;

//! Checks a filter against the User schema: prints it as it is understood, or what is wrong with it.
//!
//! ```text
//! $ cargo run --example filter_lint -- 'userNam eq "ann" AND (active eq true)'
//! userNam eq "ann" AND (active eq true)
//! ^^^^^^^
//! unknown attribute `userNam` on User at column 1; did you mean `userName`?
//! ```
//!
//! Without arguments it reads the filter from the standard input. It exits with 1 on a fault.

use scim_core::filter::{Filter, FilterError};
use scim_core::schema::user_type;
use std::io::{self, Read, Write};
use std::process::ExitCode;

fn main() -> io::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let text = if arguments.is_empty() {
        io::read_to_string(io::stdin().take(1 << 20))?
    } else {
        arguments.join(" ")
    };
    match lint(text.trim()) {
        Ok(filter) => {
            writeln!(io::stdout(), "{filter}")?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            writeln!(io::stderr(), "{}\n{error}", error.caret())?;
            Ok(ExitCode::FAILURE)
        }
    }
}

/// The filter, if it says something about users.
fn lint(text: &str) -> Result<Filter, FilterError> {
    let filter: Filter = text.parse()?;
    filter.resolve(&user_type())?;
    Ok(filter)
}

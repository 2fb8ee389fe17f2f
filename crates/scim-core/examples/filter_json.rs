//! Prints the users that match a filter. They come from the standard input, one JSON object to a line,
//! or from a sample when it is a terminal.
//!
//! ```text
//! $ cargo run --example filter_json -- 'emails[type eq "work" and value co "@contoso.test"]'
//! {"userName":"ann","active":true,"emails":[{"value":"ann@contoso.test","type":"work"}]}
//! ```
//!
//! Names must be spelled as in the schema; `user_type().read(…)` brings what clients send into that form.

use scim_core::filter::Filter;
use scim_core::json;
use scim_core::schema::user_type;
use serde_json::Value;
use std::error::Error;
use std::io::{self, BufRead, IsTerminal, Write};

const SAMPLE: &str = r#"{"userName":"ann","active":true,"emails":[{"value":"ann@contoso.test","type":"work"}]}
{"userName":"Bob","active":false,"title":"Engineer","emails":[{"value":"bob@home.test","type":"home"}]}
{"userName":"straße","active":true,"name":{"givenName":"Eva"}}
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let text = std::env::args().nth(1).ok_or("name a filter, such as 'active eq true'")?;
    let wanted = text.parse::<Filter>()?.resolve(&user_type())?;
    let input: Box<dyn BufRead> =
        if io::stdin().is_terminal() { Box::new(SAMPLE.as_bytes()) } else { Box::new(io::stdin().lock()) };
    let mut out = io::stdout().lock();
    for line in input.lines() {
        let line = line?;
        match json::from_slice(line.as_bytes())? {
            Value::Object(user) if wanted.matches(&user) => writeln!(out, "{line}")?,
            _ => {}
        }
    }
    Ok(())
}

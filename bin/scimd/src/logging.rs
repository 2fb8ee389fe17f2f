//! Log lines on standard error: text for people, JSON for machines.

use clap::ValueEnum;
use env_logger::{Builder, Env};
use log::kv::{Error, Key, Value, VisitSource};
use serde_json::{Map, json};
use std::io::{IsTerminal, Write};

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// One line of text.
    Text,
    /// One JSON object.
    Json,
}

/// What is logged unless `SCIMD_LOG` says otherwise.
const DEFAULT_FILTER: &str = "info,actix_server=warn";

/// Starts logging at the levels that `SCIMD_LOG` names.
pub(crate) fn start(format: LogFormat) {
    let mut builder = Builder::from_env(Env::new().filter_or("SCIMD_LOG", DEFAULT_FILTER));
    let json = match format {
        LogFormat::Auto => !std::io::stderr().is_terminal(),
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    if json {
        builder.format(|out, record| {
            let mut line = Map::new();
            line.insert("time".to_owned(), json!(out.timestamp_millis().to_string()));
            line.insert("level".to_owned(), json!(record.level().as_str()));
            line.insert("target".to_owned(), json!(record.target()));
            line.insert("message".to_owned(), json!(record.args().to_string()));
            // A value that cannot be shown is left out; the line matters more.
            let _ = record.key_values().visit(&mut Pairs(&mut line));
            writeln!(out, "{}", serde_json::Value::Object(line))
        });
    }
    builder.init();
}

struct Pairs<'a>(&'a mut Map<String, serde_json::Value>);

impl<'kvs> VisitSource<'kvs> for Pairs<'_> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
        let value = value.to_u64().map_or_else(|| json!(value.to_string()), |number| json!(number));
        self.0.insert(key.to_string(), value);
        Ok(())
    }
}

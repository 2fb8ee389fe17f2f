//! `/metrics`: counters since the start, in the text format of Prometheus. No names of tenants, no values.

use super::State;
use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Data;
use scim_service::Totals;
use std::fmt::Write;

/// The media type of the text format.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What writes are.
const WRITES: &str = "Creates, replacements, changes and deletions over SCIM, operations of bulk requests among \
                      them; refused for any reason but bad credentials.";

/// What reads are.
const READS: &str = "Reads of resources, lists and searches over SCIM that were not refused.";

pub(super) async fn metrics(state: Data<State>) -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, TEXT_FORMAT)).body(text(&state.service.totals()))
}

fn text(totals: &Totals) -> String {
    let mut text = String::new();
    let writes = [("done", totals.writes_done), ("refused", totals.writes_refused)];
    family(&mut text, "writes", WRITES, "result", &writes);
    let reads = [("found", totals.reads), ("not_found", totals.not_found)];
    family(&mut text, "reads", READS, "result", &reads);
    family(&mut text, "dialects", "Client habits that were rewritten.", "dialect", &totals.dialects);
    for (name, help, value) in [
        (
            "unknown_credentials",
            "Requests without credentials or with unknown ones.",
            totals.unknown_credentials,
        ),
        (
            "log_lines_dropped",
            "Log lines not written: too many waited, or a write failed.",
            totals.dropped_lines,
        ),
        ("log_lines_pruned", "Log lines removed for their age.", totals.pruned_lines),
    ] {
        head(&mut text, name, help);
        let _ = writeln!(text, "scimd_{name}_total {value}");
    }
    text
}

/// A metric with one value for each value of a label. Labels are words of ours, which need no escapes.
fn family(text: &mut String, name: &str, help: &str, label: &str, values: &[(&str, u64)]) {
    head(text, name, help);
    for (of, value) in values {
        // Writing to a String does not fail.
        let _ = writeln!(text, "scimd_{name}_total{{{label}=\"{of}\"}} {value}");
    }
}

fn head(text: &mut String, name: &str, help: &str) {
    let _ = writeln!(text, "# HELP scimd_{name}_total {help}\n# TYPE scimd_{name}_total counter");
}

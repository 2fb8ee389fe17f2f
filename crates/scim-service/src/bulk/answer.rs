//! The answer to a bulk request (RFC 7644 section 3.7.3).

use super::task::{Outcome, Target, Task};
use crate::render::{Links, etag};
use scim_core::ErrorMessage;
use scim_core::bulk::{BULK_RESPONSE_URN, Method};
use scim_store_diesel::Kind;
use serde::Serialize;

/// The longest path and the longest method that are answered as they were sent, in bytes.
const LONGEST_PATH: usize = 200;
const LONGEST_METHOD: usize = 20;

#[derive(Serialize)]
struct BulkResponse<'t> {
    schemas: [&'static str; 1],
    #[serde(rename = "Operations")]
    operations: Vec<Answered<'t>>,
}

/// What became of one operation.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answered<'t> {
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'t str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bulk_id: Option<&'t str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<ErrorMessage>,
}

/// The answer in JSON: the operations that were done or refused, in the order of the request.
pub(super) fn text(tasks: &[Task], links: &Links) -> String {
    let operations = tasks.iter().filter_map(|task| answered(task, links)).collect();
    let response = BulkResponse { schemas: [BULK_RESPONSE_URN], operations };
    // Serialising texts does not fail.
    serde_json::to_string(&response).unwrap_or_default()
}

fn answered<'t>(task: &'t Task, links: &Links) -> Option<Answered<'t>> {
    let outcome = task.outcome.as_ref()?;
    let method = task.asked.method;
    let answered = Answered {
        location: location(task, outcome, links),
        method: method.map(Method::as_str).or(task
            .asked
            .method_text
            .as_deref()
            .filter(|text| text.len() <= LONGEST_METHOD)),
        bulk_id: task.asked.bulk_id.as_deref(),
        version: None,
        status: String::new(),
        response: None,
    };
    Some(match outcome {
        Outcome::Done(written) => Answered {
            version: written.map(|written| etag(written.version)),
            status: success(method, task.target.as_ref()).to_string(),
            ..answered
        },
        Outcome::Failed { verdict, detail, .. } => Answered {
            status: verdict.status.to_string(),
            response: Some(verdict.message(detail.as_str())),
            ..answered
        },
    })
}

/// Where the resource is; a POST that failed made none, and a path that refers to it leads nowhere.
fn location(task: &Task, outcome: &Outcome, links: &Links) -> Option<String> {
    match (&task.target, outcome) {
        (Some(target), Outcome::Done(Some(written))) => Some(links.to(target.kind, written.id)),
        (_, Outcome::Failed { reference: true, .. }) if task.asked.path_is_reference => None,
        _ if task.asked.method == Some(Method::Post) || task.target.is_none() => None,
        _ if task.asked.path.len() > LONGEST_PATH => None,
        _ => Some(format!("{}{}", links.base(), task.asked.path)),
    }
}

/// The status of a success, as a request of its own is answered with.
fn success(method: Option<Method>, target: Option<&Target>) -> u16 {
    match method {
        Some(Method::Post) => 201,
        Some(Method::Delete) => 204,
        Some(Method::Patch) if target.is_some_and(|target| target.kind == Kind::Group) => 204,
        Some(Method::Patch | Method::Put) | None => 200,
    }
}

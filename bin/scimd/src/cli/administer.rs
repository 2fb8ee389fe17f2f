//! Administrative commands: translated, run by the server or by this process, shown.

use super::Failed;
use super::arguments::{KeyTask, PolicyTask, Settings, Task, TenantTask, TokenTask};
use super::show::{Form, show};
use crate::control::Session;
use crate::home::Home;
use scim_service::admin::Command;
use std::io::Read;
use std::path::PathBuf;

/// Runs an administrative command, through the server if one is running.
pub(crate) fn administer(home: &Home, task: Task) -> Result<(), Failed> {
    let (command, form) = translate(task)?;
    // A file that cannot be written must be known before something is made that is shown only once.
    let form = form.prepare()?;
    show(Session::open(home, creates(&command))?.execute(command)?, form)
}

/// Whether a command makes sense on an empty database.
fn creates(command: &Command) -> bool {
    matches!(command, Command::TenantCreate { .. })
}

fn translate(task: Task) -> Result<(Command, Form), Failed> {
    Ok(match task {
        Task::Tenant(task) => tenant(task),
        Task::Token(task) => token(task),
        Task::Key(task) => key(task),
        Task::Policy(PolicyTask::Apply { tenant, file }) => {
            (Command::PolicyApply { tenant, document: read(&file)? }, Form::Text)
        }
        Task::Policy(PolicyTask::Show { tenant, json }) => (Command::PolicyShow { tenant }, json.into()),
        Task::Serve(_) | Task::Quickstart(_) | Task::Log(_) => {
            return Err(Failed::other("this is no administrative command"));
        }
    })
}

fn tenant(task: TenantTask) -> (Command, Form) {
    match task {
        TenantTask::Create { name, settings } => {
            (Command::TenantCreate { name, settings: pairs(settings) }, Form::Text)
        }
        TenantTask::List(json) => (Command::TenantList, json.into()),
        TenantTask::Show { name, json } => (Command::TenantShow { name }, json.into()),
        TenantTask::Set { name, settings } => {
            (Command::TenantSet { name, settings: pairs(settings) }, Form::Text)
        }
        TenantTask::Enable { name } => (Command::TenantEnable { name, enabled: true }, Form::Text),
        TenantTask::Disable { name } => (Command::TenantEnable { name, enabled: false }, Form::Text),
    }
}

fn token(task: TokenTask) -> (Command, Form) {
    match task {
        TokenTask::Create { tenant, label, expires, scope, out } => {
            (Command::TokenCreate { tenant, label, expires_days: expires, scope }, out.into())
        }
        TokenTask::List { tenant, json } => (Command::TokenList { tenant }, json.into()),
        TokenTask::Revoke { tenant, accessor } => (Command::TokenRevoke { tenant, accessor }, Form::Text),
    }
}

fn key(task: KeyTask) -> (Command, Form) {
    match task {
        KeyTask::Create { tenant, user, label, expires, out } => {
            (Command::KeyCreate { tenant, user, label, expires_days: expires }, out.into())
        }
        KeyTask::List { tenant, json } => (Command::KeyList { tenant }, json.into()),
        KeyTask::Revoke { tenant, id } => (Command::KeyRevoke { tenant, id }, Form::Text),
    }
}

fn pairs(settings: Settings) -> Vec<(String, String)> {
    let profile = settings.profile.map(|profile| ("profile".to_owned(), profile));
    settings.pairs.into_iter().chain(profile).collect()
}

fn read(file: &PathBuf) -> Result<String, Failed> {
    let cannot = |e: std::io::Error| Failed::other(format!("cannot read {}: {e}", file.display()));
    if file.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(cannot)?;
        return Ok(text);
    }
    std::fs::read_to_string(file).map_err(cannot)
}

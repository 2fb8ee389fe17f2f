//! Answers on the terminal: data to standard output, talk to standard error.

use super::Failed;
use super::arguments::Json;
use scim_service::Secret;
use scim_service::admin::{KeyView, Reply, TenantView, TokenView};
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

/// How an answer is shown.
pub(super) enum Form {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// A secret, into a new file.
    File(PathBuf),
    /// The same with the file open.
    Open(PathBuf, File),
}

impl From<Json> for Form {
    fn from(json: Json) -> Self {
        if json.json { Self::Json } else { Self::Text }
    }
}

impl From<Option<PathBuf>> for Form {
    fn from(out: Option<PathBuf>) -> Self {
        out.map_or(Self::Text, Self::File)
    }
}

impl Form {
    /// Opens the file, if there is one, so that only its owner can read it.
    pub(super) fn prepare(self) -> Result<Self, Failed> {
        let Self::File(path) = self else { return Ok(self) };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&path) {
            Ok(file) => Ok(Self::Open(path, file)),
            Err(e) => Err(Failed::other(format!("cannot create {}: {e}", path.display()))),
        }
    }
}

/// Shows an answer.
pub(super) fn show(reply: Reply, form: Form) -> Result<(), Failed> {
    let mut out = std::io::stdout().lock();
    let written = match (reply, form) {
        (Reply::NewToken(token), form) => return hand_out(&token.token, form, &mut out),
        (Reply::NewKey(key), form) => return hand_out(&key.key, form, &mut out),
        (Reply::Policy(policy), Form::Json) => json(&mut out, &policy),
        (Reply::Policy(policy), _) => json(&mut out, &policy.document),
        (Reply::Tenant(tenant), Form::Json) => json(&mut out, &tenant),
        (Reply::Tenants(tenants), Form::Json) => json(&mut out, &tenants),
        (Reply::Tokens(tokens), Form::Json) => json(&mut out, &tokens),
        (Reply::Keys(keys), Form::Json) => json(&mut out, &keys),
        (Reply::Tenant(tenant), _) => tenants(&mut out, &[tenant]),
        (Reply::Tenants(all), _) => tenants(&mut out, &all),
        (Reply::Tokens(all), _) => tokens(&mut out, &all),
        (Reply::Keys(all), _) => keys(&mut out, &all),
        (Reply::PolicyApplied(applied), _) => {
            for warning in &applied.warnings {
                talk(&format!("warning: {warning}"));
            }
            writeln!(out, "version {} with {} rules is in force", applied.version, applied.rules)
        }
        // They are answers to the commands on the log, which show them page by page.
        (Reply::Log(_) | Reply::LogTail(_) | Reply::LogReads(_), _) => {
            return Err(Failed::other("the answer is not the one to this command"));
        }
        (Reply::Done, _) => {
            talk("done; it is in force from now on");
            Ok(())
        }
    };
    written.map_err(|e| Failed::other(format!("cannot write the answer: {e}")))
}

fn hand_out(secret: &Secret, form: Form, out: &mut impl Write) -> Result<(), Failed> {
    let cannot = |e: std::io::Error| Failed::other(format!("cannot write the secret: {e}"));
    match form {
        Form::Open(path, mut file) => {
            writeln!(file, "{}", secret.reveal()).and_then(|()| file.sync_all()).map_err(cannot)?;
            talk(&format!("written to {}; it is stored nowhere else", path.display()));
        }
        _ => {
            writeln!(out, "{}", secret.reveal()).map_err(cannot)?;
            talk("this is shown once; keep it in a secrets manager");
        }
    }
    Ok(())
}

pub(super) fn json(out: &mut impl Write, value: &impl serde::Serialize) -> std::io::Result<()> {
    writeln!(out, "{}", harmless(&serde_json::to_string_pretty(value)?))
}

/// JSON text in which what a terminal would obey is escaped. Such characters stand in texts alone, and
/// those of ASCII are escaped already, but for DEL.
pub(super) fn harmless(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\u{7f}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => {
                // Writing to a String does not fail.
                let _ = write!(safe, "\\u{:04x}", u32::from(c));
            }
            other => safe.push(other),
        }
    }
    safe
}

fn tenants(out: &mut impl Write, all: &[TenantView]) -> std::io::Result<()> {
    for tenant in all {
        let state = if tenant.enabled { "enabled" } else { "disabled" };
        let settings = &tenant.settings;
        write!(
            out,
            "{}  {state}  provisioning={} profile={} unknown_members={} unknown_attributes={} nested_groups={}",
            tenant.name,
            settings.provisioning.as_str(),
            settings.profile.as_str(),
            settings.unknown_members.as_str(),
            settings.unknown_attributes.as_str(),
            settings.nested_groups.as_str(),
        )?;
        if !settings.required_attributes.is_empty() {
            write!(out, " required_attributes={}", settings.required_attributes.join(" "))?;
        }
        writeln!(out, "  created {}", tenant.created)?;
    }
    Ok(())
}

fn tokens(out: &mut impl Write, all: &[TokenView]) -> std::io::Result<()> {
    let or_never = |time: &Option<String>| time.clone().unwrap_or_else(|| "never".to_owned());
    for token in all {
        let state = token.revoked.as_ref().map(|at| format!("  revoked {at}")).unwrap_or_default();
        writeln!(
            out,
            "{}  {}  created {}  expires {}  last used {}{state}  {}",
            token.accessor,
            token.scopes,
            token.created,
            or_never(&token.expires),
            or_never(&token.last_used),
            token.label,
        )?;
    }
    Ok(())
}

fn keys(out: &mut impl Write, all: &[KeyView]) -> std::io::Result<()> {
    for key in all {
        let expires = key.expires.as_deref().unwrap_or("never");
        writeln!(
            out,
            "{}  {}…  user {}  created {}  expires {expires}  {}",
            key.id, key.prefix, key.user, key.created, key.label
        )?;
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "talk to the person at the terminal goes there")]
pub(super) fn talk(text: &str) {
    eprintln!("{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_holds_nothing_that_a_terminal_obeys_and_says_the_same() {
        let text = "é 李 \u{1b}[2J\r\n\u{7f}\u{9b}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2066}\u{2069}\u{61c}";
        let mut written = Vec::new();
        json(&mut written, &[text]).unwrap();
        let written = String::from_utf8(written).unwrap();
        assert_eq!(serde_json::from_str::<Vec<String>>(&written).unwrap(), [text]);
        let odd: Vec<char> =
            written.chars().filter(|c| !c.is_ascii_graphic() && !" \n".contains(*c)).collect();
        assert_eq!(odd, ['é', '李']);
    }
}

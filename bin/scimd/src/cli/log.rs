//! The provisioning log on the terminal: read page by page, so that it may be long.

use super::Failed;
use super::log_arguments::LogTask;
use super::show::{harmless, json, talk};
use crate::control::Session;
use crate::home::Home;
use scim_service::admin::{Command, Earlier, FollowedLines, LinePlace, LogQuery, LogView, ReadsView, Reply};
use std::collections::VecDeque;
use std::io::{BufWriter, ErrorKind, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How many lines are asked for at a time.
const PAGE: u32 = 1000;

/// How long whoever follows the log waits before they ask again.
const PAUSE: Duration = Duration::from_millis(500);

/// Runs a command on the provisioning log, through the server if one is running.
pub(crate) fn read_log(home: &Home, task: LogTask) -> Result<(), Failed> {
    if let LogTask::List { wanted, .. } | LogTask::Export { wanted, .. } = &task {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let query = LogQuery::from(wanted.clone());
        let now_ms = i64::try_from(now).unwrap_or(i64::MAX);
        query.check(now_ms).map_err(|error| Failed::arguments(error.message))?;
    }
    let mut log = Log { session: Session::open(home, false)?, out: BufWriter::new(std::io::stdout()) };
    match task {
        LogTask::List { tenant, wanted, limit, json } => log.list(&tenant, &wanted.into(), limit, json.json),
        LogTask::Show { tenant, request_id, json } => log.show(&tenant, &request_id, json.json),
        LogTask::Tail { tenant, lines, follow, json } => log.tail(home, &tenant, lines, follow, json),
        LogTask::Reads { tenant, since, json } => log.reads(&tenant, since.as_deref(), json.json),
        LogTask::Export { tenant, wanted } => log.export(&tenant, &wanted.into()),
    }
    .and_then(|()| log.out.flush().map_err(Stopped::Output))
    .or_else(Stopped::report)
}

struct Log {
    session: Session,
    out: BufWriter<std::io::Stdout>,
}

/// Why reading ended early.
enum Stopped {
    Failed(Failed),
    Output(std::io::Error),
}

impl Stopped {
    fn report(self) -> Result<(), Failed> {
        match self {
            Self::Failed(failed) => Err(failed),
            // Whoever read the output has seen enough, as `head` has.
            Self::Output(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            Self::Output(error) => Err(Failed::other(format!("cannot write the answer: {error}"))),
        }
    }
}

impl From<Failed> for Stopped {
    fn from(failed: Failed) -> Self {
        Self::Failed(failed)
    }
}

impl From<std::io::Error> for Stopped {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
}

impl Log {
    fn list(&mut self, tenant: &str, query: &LogQuery, limit: u32, as_json: bool) -> Result<(), Stopped> {
        let (mut all, mut left, mut from) = (Vec::new(), limit, None);
        while left > 0 {
            let (lines, next) = self.page(tenant, query, false, from, left.min(PAGE))?;
            left = left.saturating_sub(u32::try_from(lines.len()).unwrap_or(u32::MAX));
            if as_json {
                all.extend(lines);
            } else {
                lines.iter().try_for_each(|line| short(&mut self.out, line))?;
            }
            match next {
                Some(_) => from = next,
                None => break,
            }
        }
        if as_json {
            json(&mut self.out, &all)?;
        }
        Ok(())
    }

    fn show(&mut self, tenant: &str, request_id: &str, as_json: bool) -> Result<(), Stopped> {
        let query = LogQuery { request_id: Some(request_id.to_owned()), ..LogQuery::default() };
        let (mut all, mut from) = (Vec::new(), None);
        loop {
            let (lines, next) = self.page(tenant, &query, true, from, PAGE)?;
            all.extend(lines);
            match next {
                Some(_) => from = next,
                None => break,
            }
        }
        if all.is_empty() {
            let hint = "successful reads leave none, and refusals of unknown tokens neither";
            let message = format!("no line of the log is about the request `{request_id}`; {hint}");
            return Err(Failed::not_found(message).into());
        }
        if as_json {
            json(&mut self.out, &all)?;
            return Ok(());
        }
        for (i, line) in all.iter().enumerate() {
            if i > 0 {
                writeln!(self.out)?;
            }
            whole(&mut self.out, line)?;
        }
        Ok(())
    }

    fn tail(
        &mut self,
        home: &Home,
        tenant: &str,
        lines: u32,
        follow: bool,
        as_json: bool,
    ) -> Result<(), Stopped> {
        let mut next = self.newest(tenant, lines)?;
        loop {
            let Some((lines, after)) = next else {
                talk("the server has stopped");
                return Ok(());
            };
            for line in &lines {
                if as_json {
                    compact(&mut self.out, line)?;
                } else {
                    short(&mut self.out, line)?;
                }
            }
            self.out.flush()?;
            if follow && !self.session.is_remote() {
                talk(&format!("no server runs in {}: there is nothing to follow", home.data_dir.display()));
            }
            if !follow || !self.session.is_remote() {
                return Ok(());
            }
            if lines.is_empty() {
                std::thread::sleep(PAUSE);
            }
            let asked = self.session.ask(Command::LogFollow { tenant: tenant.to_owned(), after })?;
            next = match asked {
                None => None,
                Some(Reply::LogTail(FollowedLines { lines, after, .. })) => Some((lines.into(), after)),
                Some(_) => return Err(odd().into()),
            };
        }
    }

    /// The newest lines, oldest first, and what to follow them with. Several messages hold what does not
    /// fit into one, the newest first. `None` when the server has stopped.
    fn newest(&mut self, tenant: &str, count: u32) -> Result<Option<(VecDeque<LogView>, i64)>, Failed> {
        let (mut all, mut place, wanted) = (VecDeque::new(), None::<Earlier>, count as usize);
        loop {
            let left = u32::try_from(wanted - all.len()).unwrap_or(count);
            let command = Command::LogTail { tenant: tenant.to_owned(), lines: left, earlier: place };
            let Some(reply) = self.session.ask(command)? else { return Ok(None) };
            let Reply::LogTail(FollowedLines { lines, after, earlier }) = reply else { return Err(odd()) };
            lines.into_iter().rev().for_each(|line| all.push_front(line));
            place = earlier;
            if place.is_none() || all.len() >= wanted {
                return Ok(Some((all, after)));
            }
        }
    }

    fn export(&mut self, tenant: &str, query: &LogQuery) -> Result<(), Stopped> {
        let mut from = None;
        loop {
            let (lines, next) = self.page(tenant, query, true, from, PAGE)?;
            lines.iter().try_for_each(|line| compact(&mut self.out, line))?;
            match next {
                Some(_) => from = next,
                None => return Ok(()),
            }
        }
    }

    fn reads(&mut self, tenant: &str, since: Option<&str>, as_json: bool) -> Result<(), Stopped> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let (tenant, since) = (tenant.to_owned(), since.map(str::to_owned));
            let Reply::LogReads(page) = self.session.execute(Command::LogReads { tenant, since, after })?
            else {
                return Err(odd().into());
            };
            if as_json {
                all.extend(page.minutes);
            } else {
                for ReadsView { minute, accessor, reads, not_found } in &page.minutes {
                    writeln!(self.out, "{minute}  token {accessor}  {reads} reads  {not_found} not found")?;
                }
            }
            match page.next {
                Some(_) => after = page.next,
                None => break,
            }
        }
        if as_json {
            json(&mut self.out, &all)?;
        }
        Ok(())
    }

    fn page(
        &mut self,
        tenant: &str,
        query: &LogQuery,
        oldest_first: bool,
        from: Option<LinePlace>,
        limit: u32,
    ) -> Result<(Vec<LogView>, Option<LinePlace>), Failed> {
        let (tenant, query) = (tenant.to_owned(), query.clone());
        match self.session.execute(Command::LogRead { tenant, query, oldest_first, from, limit })? {
            Reply::Log(read) => Ok((read.lines, read.next)),
            _ => Err(odd()),
        }
    }
}

fn odd() -> Failed {
    Failed::other("the answer is not the one to this command")
}

/// A line of the log on one line.
fn short(out: &mut impl Write, line: &LogView) -> std::io::Result<()> {
    write!(out, "{}  {}  {}", line.time, line.status, line.action)?;
    if let Some(target) = &line.target {
        write!(out, " {}", plain(target))?;
    }
    if let Some(reason) = &line.reason {
        write!(out, ": {}", plain(reason))?;
    }
    let accessor = line.accessor.as_deref().unwrap_or("-");
    writeln!(out, "  (token {accessor}, request {})", line.request_id)
}

/// A line of the log with every field on a line of its own.
fn whole(out: &mut impl Write, line: &LogView) -> std::io::Result<()> {
    let or_none = |text: &Option<String>| text.as_deref().map_or_else(|| "-".to_owned(), plain);
    let names = |names: &[String]| if names.is_empty() { "-".to_owned() } else { plain(&names.join(" ")) };
    let milliseconds = format!("{}.{:03} ms", line.duration_us / 1000, line.duration_us % 1000);
    for (field, value) in [
        ("time", line.time.clone()),
        ("request", line.request_id.clone()),
        ("tenant", line.tenant.clone()),
        ("token", or_none(&line.accessor)),
        ("action", plain(&line.action)),
        ("id", or_none(&line.id)),
        ("target", or_none(&line.target)),
        ("status", line.status.to_string()),
        ("scimType", or_none(&line.scim_type)),
        ("reason", or_none(&line.reason)),
        ("dialects", names(&line.dialects)),
        ("ignored", names(&line.ignored)),
        ("refused", names(&line.refused)),
        ("duration", milliseconds),
    ] {
        writeln!(out, "{field:9} {value}")?;
    }
    Ok(())
}

/// A line of the log as JSON on one line.
fn compact(out: &mut impl Write, line: &LogView) -> std::io::Result<()> {
    writeln!(out, "{}", harmless(&serde_json::to_string(line)?))
}

/// A text whose control characters do nothing to a terminal. Quotes stay as they are.
fn plain(text: &str) -> String {
    text.escape_debug().to_string().replace("\\\"", "\"").replace("\\'", "'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_sent_does_nothing_to_a_terminal() {
        assert_eq!(plain("ann \"the\" o'neil é 李"), "ann \"the\" o'neil é 李");
        assert_eq!(plain("a\u{1b}[2Jb\r\n\u{202e}\u{7f}\u{9b}"), "a\\u{1b}[2Jb\\r\\n\\u{202e}\\u{7f}\\u{9b}");
        assert_eq!(plain("\\n"), "\\\\n");
    }
}

//! Users: what a request does to them, and how it is written down.

use crate::draw::folded;
use crate::model::{Model, Outcome, Refused, check, refused};
use crate::request::{Email, Said, Text, UserBody, UserChange, Way};
use serde_json::{Value, json};

pub(crate) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) user_name: &'static str,
    pub(crate) display_name: Option<&'static str>,
    pub(crate) title: Option<&'static str>,
    pub(crate) given_name: Option<&'static str>,
    pub(crate) department: Option<&'static str>,
    pub(crate) active: bool,
    pub(crate) emails: Vec<Email>,
    pub(crate) version: i64,
}

impl User {
    /// What a body describes. `active` is what it was where the body takes it away.
    fn of(body: &UserBody, was_active: bool, version: i64) -> Self {
        let active = match body.active {
            Said::Bool(active) => active,
            Said::Nothing => true,
            Said::Null => was_active,
        };
        Self {
            user_name: body.user_name,
            display_name: body.display_name,
            title: body.title,
            given_name: body.given_name,
            department: body.department,
            active,
            emails: body.emails.clone(),
            version,
        }
    }

    fn text_mut(&mut self, text: Text) -> &mut Option<&'static str> {
        match text {
            Text::DisplayName => &mut self.display_name,
            Text::Title => &mut self.title,
            Text::GivenName => &mut self.given_name,
            Text::Department => &mut self.department,
            Text::UserName => panic!("a user has a name"),
        }
    }

    /// What one operation does. An empty text is a value that was taken away.
    fn change(&mut self, change: &UserChange, was_active: bool) {
        match change {
            UserChange::Active(active, _) => self.active = *active,
            // Nothing is opened by mistake, and nothing shut.
            UserChange::ActiveGone => self.active = was_active,
            UserChange::Text(Text::UserName, name, _) => {
                self.user_name = name.unwrap_or_default();
            }
            UserChange::Text(text, value, _) => *self.text_mut(*text) = *value,
            UserChange::EmailValue(kind, value, _) => {
                let mut found = false;
                for email in self.emails.iter_mut().filter(|email| email.kind == *kind) {
                    email.value = value.unwrap_or_default();
                    found = true;
                }
                if let (false, Some(value)) = (found, *value) {
                    self.emails.push(Email { kind, value, primary: None });
                }
            }
            UserChange::EmailGone(kind) => self.emails.retain(|email| email.kind != *kind),
            UserChange::EmailsAdd(given, _) => given.iter().for_each(|email| self.add(email)),
            UserChange::EmailsReplace(given, _) => self.emails.clone_from(given),
            UserChange::EmailsListed(listed) => self.emails.retain(|email| !is_same(email, listed)),
            UserChange::EmailsGone => self.emails.clear(),
        }
    }

    /// An address is known by its value and kind; one that is there takes on what is new (RFC 7644
    /// section 3.5.2.1). A new primary address is the only one.
    fn add(&mut self, given: &Email) {
        let at = self.emails.iter().position(|email| is_same(email, given));
        let at = at.unwrap_or(self.emails.len());
        match self.emails.get_mut(at) {
            Some(email) => {
                email.value = given.value;
                email.primary = given.primary.or(email.primary);
            }
            None => self.emails.push(given.clone()),
        }
        if given.primary == Some(true) {
            let others = self.emails.iter_mut().enumerate().filter(|(place, _)| *place != at);
            others
                .filter(|(_, email)| email.primary == Some(true))
                .for_each(|(_, email)| email.primary = Some(false));
        }
    }

    /// The attributes as an answer shows them, without those that the server makes.
    pub(crate) fn attributes(&self) -> Value {
        let mut shown = json!({"schemas": [USER], "userName": self.user_name, "active": self.active});
        for (name, value) in [("displayName", self.display_name), ("title", self.title)] {
            if let Some(value) = value {
                shown[name] = json!(value);
            }
        }
        if let Some(name) = self.given_name {
            shown["name"] = json!({"givenName": name});
        }
        if !self.emails.is_empty() {
            shown["emails"] = self.emails.iter().map(email_json).collect();
        }
        if let Some(department) = self.department {
            shown["schemas"] = json!([USER, ENTERPRISE]);
            shown[ENTERPRISE] = json!({"department": department});
        }
        shown
    }
}

fn is_same(one: &Email, other: &Email) -> bool {
    one.kind == other.kind && folded(one.value) == folded(other.value)
}

fn email_json(email: &Email) -> Value {
    let mut shown = json!({"type": email.kind, "value": email.value});
    if let Some(primary) = email.primary {
        shown["primary"] = json!(primary);
    }
    shown
}

impl Model {
    pub(crate) fn create_user(&mut self, body: &UserBody, new: &str) -> Result<Outcome, Refused> {
        self.user_name_is_free(body.user_name, "")?;
        self.users.insert(new.to_owned(), User::of(body, true, 1));
        self.ever.push(new.to_owned());
        Ok(Outcome::Version(1))
    }

    pub(crate) fn replace_user(
        &mut self,
        id: &str,
        body: &UserBody,
        if_match: Option<&str>,
    ) -> Result<Outcome, Refused> {
        let old = self.users.get(id).ok_or(refused(404, None))?;
        check(old.version, if_match)?;
        let new = User::of(body, old.active, old.version);
        self.keep_user(id, new)
    }

    pub(crate) fn patch_user(
        &mut self,
        id: &str,
        changes: &[UserChange],
        if_match: Option<&str>,
    ) -> Result<Outcome, Refused> {
        let old = self.users.get(id).ok_or(refused(404, None))?;
        check(old.version, if_match)?;
        let mut new = old.clone();
        changes.iter().for_each(|change| new.change(change, old.active));
        // What is required may be taken away if a later operation gives it again: a PATCH is one change.
        if new.user_name.is_empty() {
            return Err(refused(400, Some("mutability")));
        }
        // What lost its value was an address no longer.
        new.emails.retain(|email| !email.value.is_empty());
        if sorted(&new.emails) == sorted(&old.emails) {
            new.emails.clone_from(&old.emails);
        }
        self.keep_user(id, new)
    }

    /// A new version, if it is another user than before.
    fn keep_user(&mut self, id: &str, mut new: User) -> Result<Outcome, Refused> {
        if self.users[id] != new {
            self.user_name_is_free(new.user_name, id)?;
            new.version += 1;
        }
        let version = new.version;
        self.users.insert(id.to_owned(), new);
        Ok(Outcome::Version(version))
    }

    fn user_name_is_free(&self, name: &str, own: &str) -> Result<(), Refused> {
        let holder =
            self.users.iter().find(|(id, user)| *id != own && folded(user.user_name) == folded(name));
        match holder {
            Some((id, _)) => Err(Outcome::Refused(409, Some("uniqueness"), Some(id.clone()))),
            None => Ok(()),
        }
    }
}

/// Addresses in no order; one that is not said to be primary is not (RFC 7643 section 2.4).
fn sorted(emails: &[Email]) -> Vec<String> {
    let plain = |email: &Email| Email { primary: email.primary.filter(|primary| *primary), ..email.clone() };
    let mut texts: Vec<String> = emails.iter().map(|email| format!("{:?}", plain(email))).collect();
    texts.sort_unstable();
    texts
}

/// The body of a POST or PUT.
pub(crate) fn body_json(body: &UserBody) -> Value {
    let mut json = json!({"schemas": [USER, ENTERPRISE], "userName": body.user_name});
    let nothing = |name: &str, json: &mut Value| {
        if body.nulls {
            json[name] = Value::Null;
        }
    };
    for (name, value) in [("displayName", body.display_name), ("title", body.title)] {
        match value {
            Some(value) => json[name] = json!(value),
            None => nothing(name, &mut json),
        }
    }
    match body.given_name {
        Some(name) => json["name"] = json!({"givenName": name}),
        None => nothing("name", &mut json),
    }
    match body.department {
        Some(department) => json[ENTERPRISE] = json!({"department": department}),
        None => nothing(ENTERPRISE, &mut json),
    }
    match body.active {
        Said::Bool(active) => json["active"] = json!(active),
        Said::Null => json["active"] = Value::Null,
        Said::Nothing => {}
    }
    if body.emails.is_empty() {
        nothing("emails", &mut json);
    } else {
        json["emails"] = body.emails.iter().map(email_json).collect();
    }
    json
}

/// One operation of a PATCH.
pub(crate) fn operation(change: &UserChange) -> Value {
    let list = |emails: &[Email]| emails.iter().map(email_json).collect::<Value>();
    match change {
        UserChange::Active(active, Way::Habit) => {
            json!({"op": "Replace", "path": "active", "value": if *active { "True" } else { "False" }})
        }
        UserChange::Active(active, way) => assign("active", json!(active), *way),
        UserChange::ActiveGone => json!({"op": "remove", "path": "active"}),
        UserChange::Text(text, value, way) => {
            let path = match text {
                Text::UserName => "userName".to_owned(),
                Text::DisplayName => "displayName".to_owned(),
                Text::Title => "title".to_owned(),
                Text::GivenName => "name.givenName".to_owned(),
                Text::Department => format!("{ENTERPRISE}:department"),
            };
            write(&path, *value, *way)
        }
        UserChange::EmailValue(kind, value, way) => {
            write(&format!("emails[type eq \"{kind}\"].value"), *value, *way)
        }
        UserChange::EmailGone(kind) => json!({"op": "remove", "path": format!("emails[type eq \"{kind}\"]")}),
        UserChange::EmailsAdd(emails, Way::Pathless) => {
            json!({"op": "add", "value": {"emails": list(emails)}})
        }
        UserChange::EmailsAdd(emails, _) => json!({"op": "add", "path": "emails", "value": list(emails)}),
        UserChange::EmailsReplace(emails, Way::Pathless) => {
            json!({"op": "replace", "value": {"emails": list(emails)}})
        }
        UserChange::EmailsReplace(emails, _) => {
            json!({"op": "Replace", "path": "EMAILS", "value": list(emails)})
        }
        UserChange::EmailsListed(email) => {
            json!({"op": "remove", "path": "emails", "value": [email_json(email)]})
        }
        UserChange::EmailsGone => json!({"op": "remove", "path": "emails"}),
    }
}

/// An operation that gives a text, or takes it away.
fn write(path: &str, value: Option<&str>, way: Way) -> Value {
    match (value, way) {
        (Some(value), way) => assign(path, json!(value), way),
        (None, Way::Replace) => json!({"op": "remove", "path": path}),
        // Who a user is cannot be taken away, however it is said.
        (None, _) if path == "userName" => json!({"op": "remove", "path": path}),
        (None, Way::Habit) => json!({"op": "Replace", "path": path, "value": ""}),
        (None, way) => assign(path, Value::Null, if way == Way::Add { Way::Replace } else { way }),
    }
}

fn assign(path: &str, value: Value, way: Way) -> Value {
    match way {
        Way::Replace => json!({"op": "replace", "path": path, "value": value}),
        Way::Add => json!({"op": "add", "path": path, "value": value}),
        Way::Pathless => json!({"op": "replace", "value": {path: value}}),
        Way::Habit => json!({"op": "Add", "path": path, "value": value}),
    }
}

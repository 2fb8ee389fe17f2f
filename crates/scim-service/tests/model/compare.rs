//! What the service shows, against what the model says: resources, lists, filters and decisions.

use crate::draw::{ADDRESSES, BLOCKED, GROUP_NAMES, KINDS, USER_NAMES, WORDS, folded};
use crate::groups::GROUP;
use crate::model::{Group, Model, etag};
use crate::users::User;
use crate::world::{BASE, Tenant, World};
use scim_core::Projection;
use scim_core::search::SearchRequest;
use scim_service::{Check, Context, Kind, Search};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What was shown of a tenant so far.
pub(crate) struct Shown<'w> {
    world: &'w World,
    tenant: &'w Tenant,
    /// When a resource was made, its version and when that was made, as last shown.
    times: HashMap<String, (String, i64, String)>,
    /// A key of each user who ever was.
    pub(crate) keys: BTreeMap<String, String>,
}

impl<'w> Shown<'w> {
    pub(crate) fn new(world: &'w World, tenant: &'w Tenant) -> Self {
        Self { world, tenant, times: HashMap::new(), keys: BTreeMap::new() }
    }

    /// Compares a resource that was shown with what it is.
    pub(crate) fn compare(
        &mut self,
        model: &Model,
        kind: Kind,
        id: &str,
        shown: &Value,
    ) -> Result<(), String> {
        let (expected, version) = match kind {
            Kind::User => whole_user(model, id, &model.users[id]),
            Kind::Group => whole_group(model, id, &model.groups[id]),
            Kind::Other(_) => panic!("no sequence has other types"),
        };
        let mut shown = shown.clone();
        let meta = shown.as_object_mut().and_then(|shown| shown.shift_remove("meta")).unwrap_or_default();
        if shown != expected {
            return Err(format!("shown is {shown}\ninstead of {expected}"));
        }
        let text = |name: &str| meta[name].as_str().unwrap_or_default().to_owned();
        let (word, endpoint) = if kind == Kind::User { ("User", "Users") } else { ("Group", "Groups") };
        let fixed = [text("resourceType"), text("location"), text("version")];
        if fixed != [word.to_owned(), format!("{BASE}/{endpoint}/{id}"), etag(version)] {
            return Err(format!("version {version} of {id} is shown with {meta}"));
        }
        let now = (text("created"), version, text("lastModified"));
        let good = match self.times.get(id) {
            None => version > 1 || now.0 == now.2,
            Some(before) if before.1 == version => *before == now,
            // The texts of instants compare as they do.
            Some(before) => before.0 == now.0 && before.2 < now.2,
        };
        if !good {
            return Err(format!("{:?} became {now:?}", self.times.get(id)));
        }
        self.times.insert(id.to_owned(), now);
        Ok(())
    }

    /// Reads a resource, which is there or not.
    pub(crate) fn read(&mut self, model: &Model, kind: Kind, id: &str) -> Result<(), String> {
        let there =
            if kind == Kind::User { model.users.contains_key(id) } else { model.groups.contains_key(id) };
        match self.world.resources(self.tenant, kind).get(id, &Projection::all()) {
            Ok(answer) if there => {
                self.compare(model, kind, id, &serde_json::from_str(&answer.body).unwrap())
            }
            Ok(answer) => Err(format!("{id} is not gone: {}", answer.body)),
            Err(error) if there || error.verdict().status != 404 => Err(format!("{id}: {error}")),
            Err(_) => Ok(()),
        }
    }

    /// Asks what the key of a user opens.
    pub(crate) fn decide(&self, model: &Model, id: &str, key: &str) -> Result<(), String> {
        let check = self.world.service.check(key, &Context::default());
        let Some(user) = model.users.get(id) else {
            return same(&check, &Check::InvalidKey { reason: "user_not_provisioned" });
        };
        if !user.active {
            return same(&check, &Check::InvalidKey { reason: "user_inactive" });
        }
        let Check::Decided(decided) = check else { return Err(format!("key of {id}: {check:?}")) };
        let names: BTreeSet<&str> =
            model.in_force(id).iter().map(|group| model.groups[*group].name).collect();
        let blocking: Vec<&str> = names.into_iter().filter(|name| BLOCKED.contains(name)).collect();
        same(&decided.groups.iter().map(String::as_str).collect::<Vec<_>>(), &blocking)?;
        same(&decided.decision.allows(), &blocking.is_empty())?;
        same(&(decided.user.as_str(), decided.user_name.as_str()), &(id, user.user_name))
    }

    /// Compares everything that can be read.
    pub(crate) fn everything(&mut self, model: &Model) -> Result<(), String> {
        for id in &model.ever {
            self.read(model, Kind::User, id)?;
            self.read(model, Kind::Group, id)?;
        }
        for (id, key) in &self.keys {
            self.decide(model, id, key)?;
        }
        for kind in [Kind::User, Kind::Group] {
            let listed = self.find(kind, None)?;
            let there: Vec<&String> =
                if kind == Kind::User { model.users.keys().collect() } else { model.groups.keys().collect() };
            same(&listed.keys().collect::<Vec<_>>(), &there)?;
            for (id, shown) in &listed {
                self.compare(model, kind, id, shown)?;
            }
        }
        self.filters(model)
    }

    fn filters(&self, model: &Model) -> Result<(), String> {
        let users = |filter: &str, wanted: &dyn Fn(&str, &User) -> bool| {
            let found = self.find(Kind::User, Some(filter))?;
            let wanted = model.users.iter().filter(|(id, user)| wanted(id, user)).map(|(id, _)| id);
            same(&found.keys().collect::<Vec<_>>(), &wanted.collect())
                .map_err(|why| format!("{filter}: {why}"))
        };
        let groups = |filter: &str, wanted: &dyn Fn(&str, &Group) -> bool| {
            let found = self.find(Kind::Group, Some(filter))?;
            let wanted = model.groups.iter().filter(|(id, group)| wanted(id, group)).map(|(id, _)| id);
            same(&found.keys().collect::<Vec<_>>(), &wanted.collect())
                .map_err(|why| format!("{filter}: {why}"))
        };
        users("active eq true", &|_, user| user.active)?;
        users("emails pr", &|_, user| !user.emails.is_empty())?;
        users("not (groups pr)", &|id, _| model.groups_of(id).is_empty())?;
        for name in USER_NAMES {
            let is_named = |user: &User| folded(user.user_name) == folded(name);
            users(&format!("userName eq {}", json!(name)), &|_, user| is_named(user))?;
        }
        let word = WORDS[model.ever.len() % WORDS.len()];
        users(&format!("displayName eq {}", json!(word)), &|_, user| {
            user.display_name.map(folded) == Some(folded(word))
        })?;
        let (kind, value) = (KINDS[model.ever.len() % 3], ADDRESSES[model.ever.len() % 4]);
        users(&format!("emails[type eq \"{kind}\" and value eq \"{value}\"]"), &|_, user| {
            user.emails.iter().any(|email| email.kind == kind && folded(email.value) == folded(value))
        })?;
        for name in GROUP_NAMES {
            let is_named = |group: &Group| folded(group.name) == folded(name);
            groups(&format!("displayName eq {}", json!(name)), &|_, group| is_named(group))?;
        }
        groups("members.type eq \"Group\"", &|_, group| {
            group.members.iter().any(|id| model.groups.contains_key(id))
        })?;
        for id in model.ever.iter().take(8) {
            groups(&format!("members.value eq \"{id}\""), &|_, group| group.members.contains(id))?;
            users(&format!("groups.value eq \"{id}\""), &|user, _| {
                model.groups.get(id).is_some_and(|group| group.members.contains(user))
            })?;
        }
        Ok(())
    }

    /// The resources that a filter finds, by their ids.
    fn find(&self, kind: Kind, filter: Option<&str>) -> Result<BTreeMap<String, Value>, String> {
        let request = SearchRequest {
            filter: filter.map(str::to_owned),
            count: Some(1000),
            ..SearchRequest::default()
        };
        let search = self.world.service.search(self.tenant.caller.clone(), kind, &request);
        let list = search.and_then(Search::run).map_err(|error| format!("{filter:?}: {error}"))?;
        let list: Value = serde_json::from_str(&list).unwrap();
        let resources = list["Resources"].as_array().cloned().unwrap_or_default();
        same(&list["totalResults"].as_u64(), &u64::try_from(resources.len()).ok())?;
        let by_id = |one: Value| (one["id"].as_str().unwrap_or_default().to_owned(), one);
        Ok(resources.into_iter().map(by_id).collect())
    }
}

fn same<T: PartialEq + std::fmt::Debug>(found: &T, expected: &T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{found:?} instead of {expected:?}")) }
}

fn whole_user(model: &Model, id: &str, user: &User) -> (Value, i64) {
    let mut whole = user.attributes();
    whole["id"] = json!(id);
    let shown = |group: &str| {
        let (uri, name) = (format!("{BASE}/Groups/{group}"), model.groups[group].name);
        json!({"value": group, "$ref": uri, "type": "direct", "display": name})
    };
    let groups: Vec<Value> = model.groups_of(id).into_iter().map(shown).collect();
    if !groups.is_empty() {
        whole["groups"] = json!(groups);
    }
    (whole, user.version)
}

fn whole_group(model: &Model, id: &str, group: &Group) -> (Value, i64) {
    let mut whole = json!({"schemas": [GROUP], "id": id, "displayName": group.name});
    let shown = |member: &String| {
        let (word, endpoint) =
            if model.users.contains_key(member) { ("User", "Users") } else { ("Group", "Groups") };
        let mut shown = json!({"value": member, "$ref": format!("{BASE}/{endpoint}/{member}"), "type": word});
        if let Some(name) = model.display(member) {
            shown["display"] = json!(name);
        }
        shown
    };
    if !group.members.is_empty() {
        whole["members"] = group.members.iter().map(shown).collect();
    }
    (whole, group.version)
}

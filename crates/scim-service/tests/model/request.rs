//! What is asked for: steps that name whom they are about by number, so that any part of a sequence is one.

use crate::draw::{ADDRESSES, GROUP_NAMES, KINDS, Random, USER_NAMES, WORDS};

/// Somebody, by a number.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Who {
    /// A user who is there.
    User(usize),
    /// A group that is there.
    Group(usize),
    /// A user or group that is or was there.
    Ever(usize),
    /// An id that the tenant never had.
    Stranger(usize),
}

/// A text of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    UserName,
    DisplayName,
    Title,
    GivenName,
    Department,
}

/// How something is written down. All ways mean the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Replace,
    Add,
    Pathless,
    Habit,
}

/// What a body says of `active`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Said {
    Nothing,
    Null,
    Bool(bool),
}

/// An e-mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Email {
    pub(crate) kind: &'static str,
    pub(crate) value: &'static str,
    pub(crate) primary: Option<bool>,
}

/// The body of a POST or PUT of a user.
#[derive(Debug, Clone)]
pub(crate) struct UserBody {
    pub(crate) user_name: &'static str,
    pub(crate) display_name: Option<&'static str>,
    pub(crate) title: Option<&'static str>,
    pub(crate) given_name: Option<&'static str>,
    pub(crate) department: Option<&'static str>,
    pub(crate) active: Said,
    pub(crate) emails: Vec<Email>,
    /// Whether what is not there is sent as null.
    pub(crate) nulls: bool,
}

/// One operation of a PATCH of a user.
#[derive(Debug, Clone)]
pub(crate) enum UserChange {
    Active(bool, Way),
    ActiveGone,
    Text(Text, Option<&'static str>, Way),
    /// `emails[type eq "…"].value`.
    EmailValue(&'static str, Option<&'static str>, Way),
    /// `emails[type eq "…"]`.
    EmailGone(&'static str),
    EmailsAdd(Vec<Email>, Way),
    EmailsReplace(Vec<Email>, Way),
    /// `remove` of `emails` with a value.
    EmailsListed(Email),
    EmailsGone,
}

/// One operation of a PATCH of a group.
#[derive(Debug, Clone)]
pub(crate) enum GroupChange<W> {
    Rename(&'static str, Way),
    Add(Vec<W>, Way),
    Replace(Vec<W>, Way),
    /// `remove` of `members` with a value.
    Listed(Vec<W>),
    /// `members[value eq "…" or value eq "…"]`.
    ByValue(W, Option<W>),
    /// `members[value ne "…"]`.
    AllBut(W),
    /// `members[type eq "…"]`.
    OfType(bool),
    /// `members[display eq "…"]`.
    Shown(&'static str),
    Clear(Way),
}

/// What is asked for: of [`Who`] in a step, of an id in a request.
#[derive(Debug, Clone)]
pub(crate) enum What<W> {
    CreateUser(UserBody),
    ReplaceUser(W, UserBody),
    PatchUser(W, Vec<UserChange>),
    DeleteUser(W),
    CreateGroup(&'static str, Vec<W>),
    ReplaceGroup(W, &'static str, Vec<W>),
    PatchGroup(W, Vec<GroupChange<W>>),
    DeleteGroup(W),
}

impl What<Who> {
    /// The request that it is now.
    pub(crate) fn resolve(&self, id: &impl Fn(Who) -> String) -> What<String> {
        let all = |list: &[Who]| list.iter().map(|who| id(*who)).collect();
        match self {
            Self::CreateUser(body) => What::CreateUser(body.clone()),
            Self::ReplaceUser(who, body) => What::ReplaceUser(id(*who), body.clone()),
            Self::PatchUser(who, changes) => What::PatchUser(id(*who), changes.clone()),
            Self::DeleteUser(who) => What::DeleteUser(id(*who)),
            Self::CreateGroup(name, members) => What::CreateGroup(name, all(members)),
            Self::ReplaceGroup(who, name, members) => What::ReplaceGroup(id(*who), name, all(members)),
            Self::PatchGroup(who, changes) => {
                let resolve = |change: &GroupChange<Who>| match change {
                    GroupChange::Rename(name, way) => GroupChange::Rename(name, *way),
                    GroupChange::Add(list, way) => GroupChange::Add(all(list), *way),
                    GroupChange::Replace(list, way) => GroupChange::Replace(all(list), *way),
                    GroupChange::Listed(list) => GroupChange::Listed(all(list)),
                    GroupChange::ByValue(one, other) => GroupChange::ByValue(id(*one), other.map(id)),
                    GroupChange::AllBut(one) => GroupChange::AllBut(id(*one)),
                    GroupChange::OfType(users) => GroupChange::OfType(*users),
                    GroupChange::Shown(display) => GroupChange::Shown(display),
                    GroupChange::Clear(way) => GroupChange::Clear(*way),
                };
                What::PatchGroup(id(*who), changes.iter().map(resolve).collect())
            }
            Self::DeleteGroup(who) => What::DeleteGroup(id(*who)),
        }
    }
}

/// The version that a request expects.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Expected {
    None,
    Any,
    Current,
    CurrentAmongOthers,
    Earlier,
    Later,
}

/// One step of a sequence.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) what: What<Who>,
    pub(crate) expected: Expected,
    /// Whether the very same request is sent once more.
    pub(crate) twice: bool,
}

const WAYS: [Way; 4] = [Way::Replace, Way::Add, Way::Pathless, Way::Habit];

impl Step {
    pub(crate) fn draw(random: &mut Random) -> Self {
        let what = match random.below(24) {
            0..=3 => What::CreateUser(user_body(random)),
            4 | 5 => What::ReplaceUser(user(random), user_body(random)),
            6..=10 => What::PatchUser(user(random), several(random, 3, user_change)),
            11 => What::DeleteUser(user(random)),
            12 | 13 => What::CreateGroup(random.pick(&GROUP_NAMES), members(random)),
            14 => What::ReplaceGroup(group(random), random.pick(&GROUP_NAMES), members(random)),
            15..=22 => What::PatchGroup(group(random), several(random, 4, group_change)),
            _ => What::DeleteGroup(group(random)),
        };
        let expected = match random.below(16) {
            0 => Expected::Earlier,
            1 => Expected::Later,
            2 => Expected::Any,
            3 => Expected::CurrentAmongOthers,
            4 | 5 => Expected::Current,
            _ => Expected::None,
        };
        Self { what, expected, twice: random.once_in(4) }
    }

    /// Whether it creates a user or group.
    pub(crate) fn creates(&self) -> bool {
        matches!(self.what, What::CreateUser(_) | What::CreateGroup(..))
    }
}

fn several<T>(random: &mut Random, most: usize, one: impl Fn(&mut Random) -> T) -> Vec<T> {
    let count = if random.once_in(2) { 1 } else { 1 + random.below(most) };
    (0..count).map(|_| one(random)).collect()
}

fn user(random: &mut Random) -> Who {
    let number = random.below(1 << 16);
    match random.below(12) {
        0 => Who::Stranger(number),
        1 => Who::Ever(number),
        _ => Who::User(number),
    }
}

fn group(random: &mut Random) -> Who {
    let number = random.below(1 << 16);
    match random.below(12) {
        0 => Who::Stranger(number),
        1 => Who::Ever(number),
        _ => Who::Group(number),
    }
}

fn member(random: &mut Random) -> Who {
    let number = random.below(1 << 16);
    match random.below(12) {
        0 => Who::Stranger(number),
        1 => Who::Ever(number),
        2..=4 => Who::Group(number),
        _ => Who::User(number),
    }
}

fn members(random: &mut Random) -> Vec<Who> {
    (0..random.below(4)).map(|_| member(random)).collect()
}

/// At most one address of each kind, and one that is primary.
fn emails(random: &mut Random) -> Vec<Email> {
    let mut emails = Vec::new();
    let primary = random.below(6);
    for (number, kind) in KINDS.into_iter().enumerate() {
        if random.once_in(2) {
            let primary = if number == primary { Some(true) } else { random.once_in(5).then_some(false) };
            emails.push(Email { kind, value: random.pick(&ADDRESSES), primary });
        }
    }
    emails
}

fn user_body(random: &mut Random) -> UserBody {
    UserBody {
        user_name: random.pick(&USER_NAMES),
        display_name: random.perhaps(&WORDS),
        title: random.perhaps(&WORDS),
        given_name: random.perhaps(&WORDS),
        department: random.perhaps(&WORDS),
        active: random.pick(&[Said::Nothing, Said::Null, Said::Bool(true), Said::Bool(false)]),
        emails: emails(random),
        nulls: random.once_in(3),
    }
}

fn user_change(random: &mut Random) -> UserChange {
    let way = random.pick(&WAYS);
    match random.below(20) {
        0..=3 => UserChange::Active(random.once_in(2), way),
        4 => UserChange::ActiveGone,
        5 | 6 => {
            let name = if random.once_in(12) { None } else { Some(random.pick(&USER_NAMES)) };
            UserChange::Text(Text::UserName, name, way)
        }
        7..=10 => {
            let texts = [Text::DisplayName, Text::Title, Text::GivenName, Text::Department];
            UserChange::Text(random.pick(&texts), random.perhaps(&WORDS), way)
        }
        11..=13 => UserChange::EmailValue(random.pick(&KINDS), random.perhaps(&ADDRESSES), way),
        14 => UserChange::EmailGone(random.pick(&KINDS)),
        15 | 16 => UserChange::EmailsAdd(emails(random), way),
        17 => UserChange::EmailsReplace(emails(random), way),
        18 => {
            let (kind, value) = (random.pick(&KINDS), random.pick(&ADDRESSES));
            UserChange::EmailsListed(Email { kind, value, primary: None })
        }
        _ => UserChange::EmailsGone,
    }
}

fn group_change(random: &mut Random) -> GroupChange<Who> {
    let way = random.pick(&WAYS);
    match random.below(20) {
        0..=2 => GroupChange::Rename(random.pick(&GROUP_NAMES), way),
        3..=8 => GroupChange::Add(members(random), way),
        9 | 10 => GroupChange::Replace(members(random), way),
        11 | 12 => GroupChange::Listed(members(random)),
        13 | 14 => GroupChange::ByValue(member(random), random.once_in(2).then(|| member(random))),
        15 => GroupChange::AllBut(member(random)),
        16 | 17 => GroupChange::OfType(random.once_in(2)),
        18 => GroupChange::Shown(random.pick(&WORDS)),
        _ => GroupChange::Clear(way),
    }
}

//! The settings of a tenant.

use scim_core::filter::Filter;
use scim_core::schema::ResourceType;
use scim_core::value::Rules;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a tenant's administrator may choose. Every setting has a default, so `{}` is complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct TenantSettings {
    /// Whether SCIM requests are served; `off` refuses them and leaves decisions as they are.
    pub provisioning: Switch,
    /// Which readings apply where identity providers and the RFC differ.
    pub profile: Profile,
    /// What happens to member ids that the tenant does not have.
    pub unknown_members: UnknownMembers,
    /// What happens to attributes that no schema defines.
    pub unknown_attributes: UnknownAttributes,
    /// Paths that every user must have besides `userName`, such as `emails[type eq "work"].value`.
    pub required_attributes: Vec<String>,
    /// Whether members of a group are members of the groups that hold it.
    pub nested_groups: OptIn,
}

macro_rules! words {
    ($(#[$meta:meta])* $name:ident: $($(#[$doc:meta])* $variant:ident = $word:literal),+; default $default:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $word)] $variant),+ }

        impl Default for $name {
            fn default() -> Self { Self::$default }
        }

        impl $name {
            const WORDS: &[(&'static str, Self)] = &[$(($word, Self::$variant)),+];

            /// The word for it.
            pub fn as_str(self) -> &'static str {
                Self::WORDS.iter().find(|(_, v)| *v == self).map_or("", |(w, _)| *w)
            }

            fn read(text: &str) -> Result<Self, String> {
                Self::WORDS.iter().find(|(w, _)| *w == text).map(|(_, v)| *v).ok_or_else(|| {
                    let words: Vec<_> = Self::WORDS.iter().map(|(w, _)| format!("`{w}`")).collect();
                    format!("takes {}", words.join(" or "))
                })
            }
        }
    };
}

words!(
    /// On by default.
    Switch: /// On.
    On = "on", /// Off.
    Off = "off"; default On
);
words!(
    /// Off by default.
    OptIn: /// On.
    On = "on", /// Off.
    Off = "off"; default Off
);
words!(
    /// Which readings apply where identity providers and the RFC differ.
    Profile: /// What Entra ID sends and expects.
    Entra = "entra", /// RFC 7644 by the letter.
    Rfc7644 = "rfc7644"; default Entra
);
words!(
    /// What happens to member ids that the tenant does not have.
    UnknownMembers: /// They are passed over, with a warning in the provisioning log.
    Skip = "skip", /// The request is refused.
    Reject = "reject"; default Skip
);
words!(
    /// What happens to attributes that no schema defines.
    UnknownAttributes: /// The request is refused and names them.
    Reject = "reject", /// They are passed over.
    Ignore = "ignore"; default Reject
);

/// Says why a setting was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingError(String);

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SettingError {}

/// The names of the settings, as the command line takes them.
pub const SETTING_NAMES: [&str; 6] = [
    "provisioning",
    "profile",
    "unknown_members",
    "unknown_attributes",
    "required_attributes",
    "nested_groups",
];

/// The required attributes of the setup guide (demand B13).
const ENTRA_GUIDE: [&str; 2] = [r#"emails[type eq "work"].value"#, "active"];

impl TenantSettings {
    /// Reads stored settings.
    ///
    /// # Errors
    /// When the text holds something else.
    pub fn from_json(text: &str) -> Result<Self, SettingError> {
        serde_json::from_str(text).map_err(|e| SettingError(format!("stored settings are damaged: {e}")))
    }

    /// The text to store.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }

    /// Changes one setting, by the words of the command line.
    ///
    /// `required_attributes` takes paths of `user`, the user resource type, separated by blanks outside
    /// brackets, or `entra-guide`.
    ///
    /// # Errors
    /// When there is no such setting, or the value is not one of its values.
    pub fn set(&mut self, name: &str, value: &str, user: &ResourceType) -> Result<(), SettingError> {
        let bad = |why: String| SettingError(format!("setting `{name}` {why}"));
        match name {
            "provisioning" => self.provisioning = Switch::read(value).map_err(bad)?,
            "profile" => self.profile = Profile::read(value).map_err(bad)?,
            "unknown_members" => self.unknown_members = UnknownMembers::read(value).map_err(bad)?,
            "unknown_attributes" => self.unknown_attributes = UnknownAttributes::read(value).map_err(bad)?,
            "nested_groups" => self.nested_groups = OptIn::read(value).map_err(bad)?,
            "required_attributes" => self.required_attributes = required(value, user).map_err(bad)?,
            _ => {
                let near = scim_core::name::did_you_mean(name, SETTING_NAMES);
                let hint = near.map_or_else(
                    || format!("there are {}", SETTING_NAMES.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                return Err(SettingError(format!("unknown setting `{name}`; {hint}")));
            }
        }
        Ok(())
    }

    /// How strictly bodies are read.
    pub(crate) fn rules(&self) -> Rules {
        Rules {
            reject_unknown: self.unknown_attributes == UnknownAttributes::Reject,
            reject_foreign_schemas: self.profile == Profile::Rfc7644,
        }
    }

    /// How strictly PATCH is read.
    pub(crate) fn patch_options(&self) -> scim_patch::Options {
        scim_patch::Options { rules: self.rules(), create_missing_elements: self.profile == Profile::Entra }
    }
}

/// Reads a list of paths and checks each against the user resource type.
fn required(value: &str, user: &ResourceType) -> Result<Vec<String>, String> {
    if value == "entra-guide" {
        return Ok(ENTRA_GUIDE.iter().map(|&p| p.to_owned()).collect());
    }
    let mut paths: Vec<String> = Vec::new();
    let mut depth = 0_usize;
    let mut path = String::new();
    for c in value.chars().chain([' ']) {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if c == ' ' && depth == 0 {
            if !path.is_empty() {
                paths.push(std::mem::take(&mut path));
            }
        } else {
            path.push(c);
        }
    }
    if !path.is_empty() {
        return Err(format!("has an open bracket in `{path}`"));
    }
    for path in &paths {
        presence(path, user).map_err(|why| format!("has a bad path `{path}`: {why}"))?;
    }
    Ok(paths)
}

/// The predicate "this path has a value".
pub(crate) fn presence(path: &str, resource_type: &ResourceType) -> Result<scim_core::Predicate, String> {
    let filter: Filter = format!("{path} pr").parse().map_err(|e: scim_core::FilterError| e.to_string())?;
    filter.resolve(resource_type).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim_core::schema::user_type;

    #[test]
    fn settings_survive_storage_and_default_to_the_entra_profile() {
        assert_eq!(TenantSettings::from_json("{}").unwrap(), TenantSettings::default());
        let mut settings = TenantSettings::default();
        for (name, value) in [
            ("provisioning", "off"),
            ("profile", "rfc7644"),
            ("unknown_members", "reject"),
            ("unknown_attributes", "ignore"),
            ("nested_groups", "on"),
            ("required_attributes", "entra-guide"),
        ] {
            settings.set(name, value, &user_type()).unwrap();
        }
        assert_eq!(TenantSettings::from_json(&settings.to_json()).unwrap(), settings);
        assert_eq!(settings.required_attributes, ENTRA_GUIDE);
    }

    #[test]
    fn a_bad_setting_says_what_it_takes() {
        let mut settings = TenantSettings::default();
        let said = |r: Result<(), SettingError>| r.unwrap_err().to_string();
        assert_eq!(
            said(settings.set("provisioning", "maybe", &user_type())),
            "setting `provisioning` takes `on` or `off`"
        );
        assert_eq!(
            said(settings.set("provisionning", "on", &user_type())),
            "unknown setting `provisionning`; did you mean `provisioning`?"
        );
        assert!(
            said(settings.set("required_attributes", "emailz", &user_type()))
                .contains("unknown attribute `emailz`")
        );
        assert!(
            said(settings.set("required_attributes", "emails[type", &user_type())).contains("open bracket")
        );
    }
}

//! Identifiers: of resources and of tenants.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::SqlType;
use diesel::sqlite::{Sqlite, SqliteValue};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// The SQL type of an identifier: 16 bytes.
#[derive(Debug, Clone, Copy, QueryId, SqlType)]
#[diesel(sqlite_type(name = "Binary"))]
pub struct SqlId;

/// The identifier of a resource, made by the server.
///
/// Version 7 of RFC 9562: later resources have greater ids, so that listing by id is listing by age.
/// Two spellings of one UUID are one id; it is always written in lower case.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, AsExpression, FromSqlRow,
)]
#[diesel(sql_type = SqlId)]
#[serde(transparent)]
pub struct ResourceId(Uuid);

impl ResourceId {
    /// A new identifier.
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }

    /// The identifier as a UUID.
    pub fn uuid(self) -> Uuid {
        self.0
    }
}

impl From<[u8; 16]> for ResourceId {
    fn from(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }
}

impl From<Uuid> for ResourceId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

/// Says that a text is no identifier of this server, and so names no resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an identifier of this server")
    }
}

impl std::error::Error for NotAnId {}

impl FromStr for ResourceId {
    type Err = NotAnId;

    /// Reads the hyphenated form only, so that one resource has one URI.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        if text.len() != 36 {
            return Err(NotAnId);
        }
        Uuid::try_parse(text).map(Self).map_err(|_| NotAnId)
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ToSql<SqlId, Sqlite> for ResourceId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(&self.0.as_bytes()[..]);
        Ok(IsNull::No)
    }
}

impl FromSql<SqlId, Sqlite> for ResourceId {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self(Uuid::from_slice(value.read_blob())?))
    }
}

/// A tenant: one organisation among those that share the endpoint.
///
/// There is no way to make one from a number that a request carries: it comes from a token that
/// the store knows, or from a tenant that the store was asked for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantId(pub(crate) i64);

impl TenantId {
    /// The number of the tenant, for keys in other memory of this process.
    pub fn number(self) -> i64 {
        self.0
    }
}

/// A resource type, as the store knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A user.
    User,
    /// A group.
    Group,
    /// A resource type of a definition file.
    Other(OtherKind),
}

/// The number by which a database knows a resource type of a definition file.
///
/// Only a store makes one: see [`Store::types`](crate::Store::types).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OtherKind(i16); // Invariant: at least FIRST_OTHER.

/// The first number that is not of a built-in type.
pub(crate) const FIRST_OTHER: i16 = 3;

impl Kind {
    /// What can be a member of a group.
    pub const MEMBERS: [Kind; 2] = [Kind::User, Kind::Group];

    /// The number in the column `rtype`.
    pub fn number(self) -> i16 {
        match self {
            Self::User => 1,
            Self::Group => 2,
            Self::Other(other) => other.0,
        }
    }

    /// The kind of a number in the column `rtype`.
    pub(crate) fn from_number(number: i16) -> Option<Self> {
        match number {
            1 => Some(Self::User),
            2 => Some(Self::Group),
            FIRST_OTHER.. => Some(Self::Other(OtherKind(number))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hyphenated_form_is_an_id() {
        let id = ResourceId::generate();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().to_uppercase().parse(), Ok(id));
        for bad in ["", "5171a35d82074e068ce2", &id.uuid().simple().to_string(), &format!("{{{id}}}")] {
            assert_eq!(bad.parse::<ResourceId>(), Err(NotAnId), "{bad}");
        }
    }

    #[test]
    fn later_ids_are_greater() {
        let ids: Vec<_> = (0..1000).map(|_| ResourceId::generate()).collect();
        assert!(ids.is_sorted());
    }
}

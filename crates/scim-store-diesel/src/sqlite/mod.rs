//! SQLite: one file, one writer thread, many readers.

mod open;
mod ownership;
mod readers;
mod writer;

pub(crate) use open::{cursor_secret, open_writer};
pub(crate) use ownership::Ownership;
pub(crate) use readers::Readers;
pub(crate) use writer::{Writer, WriterSettings};

/// The connection that the shared queries use.
pub(crate) type Conn = diesel::sqlite::SqliteConnection;
/// Its backend.
pub(crate) type Db = diesel::sqlite::Sqlite;

diesel::define_sql_function! {
    /// The position of a text in another, from 1; 0 when it is not in there. Compares bytes.
    #[sql_name = "instr"]
    fn text_position(text: diesel::sql_types::Text, part: diesel::sql_types::Text) -> diesel::sql_types::Integer;
}

diesel::define_sql_function! {
    /// The number of characters of a text.
    #[sql_name = "length"]
    fn text_length(text: diesel::sql_types::Text) -> diesel::sql_types::Integer;
}

diesel::define_sql_function! {
    /// A text with its ASCII letters in lower case.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// A column of 16 bytes as the text of a UUID.
macro_rules! uuid_text {
    ($column:literal) => {
        concat!(
            "lower(substr(hex(",
            $column,
            "), 1, 8) || '-' || substr(hex(",
            $column,
            "), 9, 4) || '-' || ",
            "substr(hex(",
            $column,
            "), 13, 4) || '-' || substr(hex(",
            $column,
            "), 17, 4) || '-' || ",
            "substr(hex(",
            $column,
            "), 21))"
        )
    };
}

/// The id of a resource, of a member and of a group, as text.
pub(crate) const RESOURCE_ID_TEXT: &str = uuid_text!("`resource`.`id`");
pub(crate) const MEMBER_ID_TEXT: &str = uuid_text!("`member`.`member_id`");
pub(crate) const GROUP_ID_TEXT: &str = uuid_text!("`member`.`group_id`");

#[path = "../queries/mod.rs"]
pub(crate) mod queries;
